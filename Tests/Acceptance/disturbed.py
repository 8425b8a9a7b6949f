"""The same job with `kill -9` in it: while records go in, rows are sealed, a model is trained, flights are answered."""

import concurrent.futures
import subprocess
import time

import acceptance
import flights
import topics
from acceptance import expect, expect_that

PHASES = ["publish", "seal", "train", "answers"]


class Outcome:
    """What both runs must come to."""

    def __init__(self, facts, predictions):
        self.facts = facts
        self.predictions = {(each.flight, each.artifact, each.probability) for each in predictions}
        self.answered = {each.flight: each.at for each in predictions}


class Kills:
    """How often the server is killed in each phase, and whether it was at work then."""

    def __init__(self, job, count, seconds, chance):
        order = PHASES[:]
        chance.shuffle(order)
        self.job, self.chance = job, chance
        self.left = [order[number % len(order)] for number in range(count)]
        self.seconds = dict(seconds)
        self.struck = []

    def take(self, phase):
        if phase not in self.left:
            return False
        self.left.remove(phase)
        return True

    def strike(self, phase, is_at_work):
        self.job.server.kill()
        self.struck.append(phase if is_at_work else f"{phase} (over)")
        self.job.server.start()

    def during(self, phase, body):
        """Does it beside the kills: `body` asks again until it is done."""
        with concurrent.futures.ThreadPoolExecutor(1) as beside:
            future = beside.submit(body)
            while self.take(phase):
                time.sleep(self.chance.uniform(0.02, 0.8 * self.seconds[phase]))
                self.strike(phase, not future.done())
            return future.result()


def publish(job, files):
    """`tributary publish` for one file after the other, each again until it says that it is through."""
    for path in files:
        deadline = time.monotonic() + 600
        while subprocess.run(
                [acceptance.BINARY, "publish", path.stem, "--file", str(path), "--server", job.server.address,
                 "--complete-until", job.until], capture_output=True, timeout=600).returncode != 0:
            expect_that(time.monotonic() < deadline, f"{path.name} was not published within 600 s")
            time.sleep(0.1)


def shortened(job, place):
    """The records before `until`, which is all that was known then."""
    place.mkdir()
    found = []
    for stream, time_field in flights.TIMES.items():
        end = topics.microseconds(job.until)
        mark = f'"{time_field}":"'
        with open(job.files / f"{stream}.jsonl") as lines, open(place / f"{stream}.jsonl", "w") as out:
            for line in lines:
                start = line.index(mark) + len(mark)
                if topics.microseconds(line[start:line.index('"', start)]) < end:
                    out.write(line)
        found.append(place / f"{stream}.jsonl")
    return found


def answered(job, kills, wanted):
    """Kills when a number of departures is answered that was chosen by chance."""
    while kills.take("answers"):
        threshold = kills.chance.randrange(1, wanted)
        deadline = time.monotonic() + 600
        while job.answers()["predictions"] < threshold:
            expect_that(time.monotonic() < deadline, "nothing more is answered")
            time.sleep(0.05)
        kills.strike("answers", job.answers()["predictions"] < wanted)
    job.wait_for_answers(wanted)


def run(job, undisturbed, kills):
    files = shortened(job, job.server.data.parent / "shortened")
    end = topics.microseconds(job.until)
    wanted = sum(at < end for at in undisturbed.answered.values())
    job.server.start()
    job.apply()
    # Fewer records go in than in the undisturbed run, and so it takes less long.
    kills.seconds["publish"] *= sum(each.stat().st_size for each in files) / sum(
        (job.files / each.name).stat().st_size for each in files)
    kills.during("publish", lambda: publish(job, files))
    job.settle()
    kills.during("seal", job.seal)
    kills.during("train", job.train)
    job.approve()
    job.promote()
    answered(job, kills, wanted)
    hit = [each for each in kills.struck if "over" not in each]
    expect_that(hit or not kills.struck, f"nobody was killed at work: {kills.struck}")
    return f"kills during {', '.join(kills.struck)}; {wanted} departures answered"


def equals(job, undisturbed):
    facts = job.outcome()
    for name, value in undisturbed.facts.items():
        expect(facts[name], value, name)
    end = topics.microseconds(job.until)
    early = {flight for flight, at in undisturbed.answered.items() if at < end}
    wanted = {each for each in undisturbed.predictions if each[0] in early}
    predictions = topics.predictions(job.server)
    found = {(each.flight, each.artifact, each.probability) for each in predictions}
    expect(len(predictions), len(wanted), "predictions that took effect")
    expect(sorted(found ^ wanted)[:4], [], "flight, model and probability that only one run has")
    return f"{len(found)} predictions, {len(facts['chunks'])} chunks, model {facts['versions'][0][2][:16]}"


def verified(job):
    job.settle()
    findings = job.server.verify().findings
    wrong = {place: finding["finding"] for place, finding in findings.items() if finding["finding"] != "equal"}
    expect(wrong, {}, "projections that are not equal")
    return f"{len(findings)} partitions, {sum(finding['entries'] for finding in findings.values())} rows"


def check(checks, job, undisturbed, seconds, chosen, chance):
    job.until = f"{chosen.until}T00:00:00Z"
    kills = Kills(job, chosen.kills, seconds, chance)
    if checks.check("the job with kills", run, job, undisturbed, kills):
        checks.check(
            "what a server is not through with yet it does not refuse", expect, job.untrue, [],
            "refused after a start, and granted later")
        checks.check("it comes to the same", equals, job, undisturbed)
        checks.check("every projection is proven", verified, job)
