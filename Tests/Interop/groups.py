"""Reads in consumer groups with the clients that people use, and says what worked.

    python3 groups.py HOST:PORT [COMMAND …]

Without a command a broker listens there already. With one, the command starts it, and it is killed (-9) and started
again on the way. One line is printed for each check, and at the end `N passed, N failed`; the exit status is 0 if none
failed.
"""

import signal
import socket
import subprocess
import sys
import threading
import time
import traceback
import warnings

import confluent_kafka
import confluent_kafka.admin
import kafka

warnings.simplefilter("ignore")
ADDRESS, COMMAND = sys.argv[1], sys.argv[2:]
HOST, PORT = ADDRESS.rsplit(":", 1)
RUN = f"{time.time_ns():x}"
PARTITIONS, COUNT = 6, 300
passed, failed = 0, 0
broker = None


def start_broker():
    global broker
    broker = subprocess.Popen(COMMAND, stdout=subprocess.DEVNULL)
    deadline = time.time() + 30
    while time.time() < deadline:
        try:
            socket.create_connection((HOST, int(PORT)), 1).close()
            return
        except OSError:
            time.sleep(0.02)
    raise AssertionError("the broker does not listen")


def check(name, body):
    global passed, failed
    start = time.time()
    try:
        said = body()
    except Exception as error:
        failed += 1
        place = traceback.extract_tb(error.__traceback__)[-1]
        print(f"FAILED  {name}: {type(error).__name__}: {error} (line {place.lineno})", flush=True)
    else:
        passed += 1
        print(f"passed  {name} ({time.time() - start:.1f} s{'; ' + said if said else ''})", flush=True)


def expect(found, wanted, what):
    if found != wanted:
        raise AssertionError(f"{what}: found {str(found)[:200]}, wanted {str(wanted)[:200]}")


def create(topic, partitions=PARTITIONS):
    admin = confluent_kafka.admin.AdminClient({"bootstrap.servers": ADDRESS})
    for future in admin.create_topics([confluent_kafka.admin.NewTopic(topic, partitions, 1)]).values():
        future.result(10)


def write(topic, first=0, count=COUNT, partitions=PARTITIONS):
    producer = confluent_kafka.Producer({"bootstrap.servers": ADDRESS, "acks": "all"})
    for i in range(first, first + count):
        producer.produce(topic, value=str(i).encode(), partition=i % partitions)
    expect(producer.flush(30), 0, "messages left")


class Confluent:
    """A member that polls on a thread of its own, as a program would."""

    def __init__(self, group, topic, assignor="range", **more):
        settings = {
            "bootstrap.servers": ADDRESS, "group.id": group, "auto.offset.reset": "earliest",
            "enable.auto.commit": False, "partition.assignment.strategy": assignor, "session.timeout.ms": 6_000, **more}
        self.consumer = confluent_kafka.Consumer(settings)
        self.values, self.assignments, self.revocations, self.error = [], 0, 0, None
        self.is_open, self.held = True, set()
        self.consumer.subscribe([topic], on_assign=self.assigned, on_revoke=self.revoked)
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def assigned(self, consumer, partitions):
        self.assignments += 1

    def revoked(self, consumer, partitions):
        self.revocations += 1

    def run(self):
        while self.is_open:
            message = self.consumer.poll(0.02)
            if message is not None and message.error():
                self.error = message.error()
            elif message is not None:
                self.values.append(int(message.value()))
            # Asked by another thread, librdkafka waits for this one.
            self.held = {part.partition for part in self.consumer.assignment()}

    def partitions(self):
        return self.held

    def stop(self):
        self.is_open = False
        self.thread.join()

    def close(self):
        self.stop()
        self.consumer.close()


class Python:
    """The same with kafka-python."""

    def __init__(self, group, topic, assignor, **more):
        self.consumer = kafka.KafkaConsumer(
            bootstrap_servers=ADDRESS, group_id=group, auto_offset_reset="earliest", enable_auto_commit=False,
            partition_assignment_strategy=[assignor], session_timeout_ms=6_000, heartbeat_interval_ms=300, **more)
        self.consumer.subscribe([topic])
        self.values, self.is_open, self.held = [], True, set()
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def run(self):
        while self.is_open:
            for batch in self.consumer.poll(timeout_ms=50).values():
                self.values += [int(record.value) for record in batch]
            self.held = {part.partition for part in self.consumer.assignment()}

    def partitions(self):
        return self.held

    def close(self):
        self.is_open = False
        self.thread.join()
        self.consumer.close()


def wait(condition, what, limit=120):
    """Seconds until something is so. The limit is for what never comes; how busy the machine is decides nothing."""
    start = time.time()
    while time.time() - start < limit:
        if condition():
            return time.time() - start
        time.sleep(0.01)
    raise AssertionError(f"not within {limit} s: {what}")


def share(members):
    """Seconds until the members have all partitions between them, each its part and none twice."""

    def done():
        held = [member.partitions() for member in members]
        return all(held) and sum(map(len, held)) == PARTITIONS and set().union(*held) == set(range(PARTITIONS))

    return wait(done, "every partition held once")


def check_sharing():
    makers = {
        "confluent-kafka, range": lambda g, t: Confluent(g, t, "range", **{"heartbeat.interval.ms": 300}),
        "confluent-kafka, roundrobin": lambda g, t: Confluent(g, t, "roundrobin", **{"heartbeat.interval.ms": 300}),
        "confluent-kafka, cooperative-sticky":
            lambda g, t: Confluent(g, t, "cooperative-sticky", **{"heartbeat.interval.ms": 300}),
    }
    for assignor in ("Range", "RoundRobin", "Sticky"):
        module = {"Range": "range", "RoundRobin": "roundrobin", "Sticky": "sticky.sticky_assignor"}[assignor]
        path = f"kafka.coordinator.assignors.{module}"
        kind = getattr(__import__(path, fromlist=["x"]), f"{assignor}PartitionAssignor")
        makers[f"kafka-python, {assignor.lower()}"] = lambda g, t, kind=kind: Python(g, t, kind)
    for name, make in makers.items():
        topic = f"shared-{name.replace(', ', '-')}-{RUN}"

        def body():
            create(topic)
            write(topic)
            members = [make(topic, topic), make(topic, topic)]
            try:
                together = share(members)
                members.append(make(topic, topic))
                joined = share(members)
                gone = members.pop()
                gone.close()
                left = share(members)
                members[0].values += gone.values
                wait(lambda: set().union(*(m.values for m in members)) >= set(range(COUNT)), "all records")
            finally:
                for member in members:
                    member.close()
            return f"two at once {together:.2f} s, a third joins {joined:.2f} s, it leaves {left:.2f} s"

        check(f"two members share at once, a third joins and leaves: {name}", body)


def check_defaults():
    topic = f"defaults-{RUN}"

    def body():
        create(topic)
        write(topic)
        members = [Confluent(topic, topic), Confluent(topic, topic)]
        together = share(members)
        wait(lambda: len(members[0].values + members[1].values) >= COUNT, "all records")
        expect(sorted(members[0].values + members[1].values), list(range(COUNT)), "records read by both")
        members.append(Confluent(topic, topic))
        joined = share(members)
        for member in members:
            member.close()
        return f"two at once {together:.2f} s, a third joins {joined:.2f} s"

    check("members with the heartbeat that librdkafka has by default (3 s)", body)


def check_death():
    topic = f"death-{RUN}"

    def body():
        create(topic)
        settings = {"heartbeat.interval.ms": 300, "session.timeout.ms": 2_000}
        survivor = Confluent(topic, topic, **settings)
        program = (
            "import confluent_kafka, time\n"
            f"c = confluent_kafka.Consumer({{'bootstrap.servers': '{ADDRESS}', 'group.id': '{topic}',"
            " 'heartbeat.interval.ms': 300, 'session.timeout.ms': 2000})\n"
            f"c.subscribe(['{topic}'])\n"
            "while True: c.poll(0.1)\n")
        other = subprocess.Popen([sys.executable, "-c", program])
        try:
            wait(lambda: len(survivor.partitions()) == PARTITIONS // 2, "half of the partitions")
        finally:
            other.send_signal(signal.SIGKILL)
            other.wait()
        seconds = wait(lambda: len(survivor.partitions()) == PARTITIONS, "all partitions")
        survivor.close()
        return f"{seconds:.2f} s after the kill, with a session of 2 s"

    check("a member that is killed is missed, and its partitions go to the other", body)


def check_static():
    topic = f"static-{RUN}"

    def body():
        create(topic)
        name = {"heartbeat.interval.ms": 300}
        members = [Confluent(topic, topic, **name, **{"group.instance.id": f"member-{i}"}) for i in range(2)]
        share(members)
        before = [(member.assignments, member.revocations) for member in members]
        held = members[1].partitions()
        members[1].close()
        time.sleep(1)
        again = Confluent(topic, topic, **name, **{"group.instance.id": "member-1"})
        seconds = wait(lambda: again.partitions() == held, f"partitions {held}")
        time.sleep(1)
        expect((members[0].assignments, members[0].revocations), before[0], "rebalances of the other")
        twin = Confluent(topic, topic, **name, **{"group.instance.id": "member-1"})
        wait(lambda: again.error and again.error.code() == confluent_kafka.KafkaError._FATAL, "the older is fenced")
        expect((members[0].assignments, members[0].revocations), before[0], "rebalances of the other")
        for member in (again, twin, members[0]):
            member.close()
        return f"its partitions after {seconds:.2f} s"

    check("a static member restarts without a rebalance, and a twin fences the older", body)


def check_offsets():
    topic = f"offsets-{RUN}"

    def body():
        create(topic)
        write(topic)
        group = f"group-{topic}"
        first = Confluent(group, topic)
        wait(lambda: len(first.values) >= COUNT, "all records")
        first.stop()
        offsets = [confluent_kafka.TopicPartition(topic, i, 10 + i, metadata=f"note €{i}") for i in range(PARTITIONS)]
        expect([o.error for o in first.consumer.commit(offsets=offsets, asynchronous=False)], [None] * PARTITIONS, "errors")
        asked = [confluent_kafka.TopicPartition(topic, i) for i in range(PARTITIONS)]

        def stored():
            reader = confluent_kafka.Consumer({"bootstrap.servers": ADDRESS, "group.id": group})
            found = [(o.offset, o.metadata) for o in reader.committed(asked, 20)]
            reader.close()
            return found

        wanted = [(10 + i, f"note €{i}") for i in range(PARTITIONS)]
        expect(stored(), wanted, "offsets")
        if COMMAND:
            broker.kill()
            broker.wait()
            start_broker()
            expect(stored(), wanted, "offsets after a kill")
        else:
            first.consumer.close()
        second = Confluent(group, topic)
        left = sorted(i for i in range(COUNT) if i // PARTITIONS >= 10 + i % PARTITIONS)
        wait(lambda: len(second.values) >= len(left), "the rest of the records")
        time.sleep(0.3)
        expect(sorted(second.values), left, "records behind the offsets")
        second.close()
        return "killed in between" if COMMAND else "no kill"

    check("what is committed is found again, and reading goes on exactly there", body)


def check_kcat():
    topic = f"kcat-{RUN}"

    def body():
        create(topic)
        write(topic)
        command = ["kcat", "-b", ADDRESS, "-G", f"group-{topic}", "-q", "-X", "auto.offset.reset=earliest"]
        first = subprocess.run(command + ["-c", "100", topic], timeout=30, capture_output=True, check=True).stdout.split()
        expect(len(first), 100, "records of the first run")
        second = subprocess.run(
            command + ["-c", "200", topic], timeout=30, capture_output=True, check=True).stdout.split()
        expect(sorted(int(value) for value in first + second), list(range(COUNT)), "records of both runs")

    check("kcat -G reads, commits, and goes on where it was", body)


def check_admin():
    topic = f"admin-{RUN}"

    def body():
        create(topic)
        write(topic)
        admin = confluent_kafka.admin.AdminClient({"bootstrap.servers": ADDRESS})
        member = Confluent(topic, topic)
        wait(lambda: len(member.values) >= COUNT, "all records")
        # While another thread polls, a commit can wait for seconds inside the client.
        member.stop()
        member.consumer.commit(asynchronous=False)
        listed = {g.group_id: g for g in admin.list_consumer_groups(request_timeout=10).result(10).valid}
        expect(listed[topic].state.name, "STABLE", "listed state")
        found = admin.describe_consumer_groups([topic], request_timeout=10)[topic].result(10)
        expect((found.state.name, found.partition_assignor), ("STABLE", "range"), "description")
        expect({p.partition for p in found.members[0].assignment.topic_partitions}, set(range(PARTITIONS)), "assignment")
        try:
            admin.delete_consumer_groups([topic], request_timeout=10)[topic].result(10)
        except confluent_kafka.KafkaException as error:
            expect(error.args[0].code(), confluent_kafka.KafkaError.NON_EMPTY_GROUP, "code")
        else:
            raise AssertionError("a group with members was deleted")
        asked = [confluent_kafka.ConsumerGroupTopicPartitions(topic)]
        offsets = admin.list_consumer_group_offsets(asked, request_timeout=10)[topic].result(10).topic_partitions
        expect({o.offset for o in offsets}, {COUNT // PARTITIONS}, "offsets")
        member.close()
        back = [confluent_kafka.TopicPartition(topic, 0, 3)]
        asked = [confluent_kafka.ConsumerGroupTopicPartitions(topic, back)]
        admin.alter_consumer_group_offsets(asked, request_timeout=10)[topic].result(10)
        python = kafka.admin.KafkaAdminClient(bootstrap_servers=ADDRESS)
        if topic not in str(python.list_groups() if hasattr(python, "list_groups") else python.list_consumer_groups()):
            raise AssertionError("kafka-python does not list the group")
        python.close()
        admin.delete_consumer_groups([topic], request_timeout=10)[topic].result(10)
        listed = [g.group_id for g in admin.list_consumer_groups(request_timeout=10).result(10).valid]
        expect(topic in listed, False, "listed after it was deleted")

    check("groups are listed, described, set back and deleted", body)


def check_auto_commit():
    topic = f"python-{RUN}"

    def body():
        create(topic, 2)
        write(topic, 0, 100, 2)
        seen = []
        for _ in range(2):
            consumer = kafka.KafkaConsumer(
                topic, bootstrap_servers=ADDRESS, group_id=f"group-{topic}", auto_offset_reset="earliest",
                consumer_timeout_ms=3_000, session_timeout_ms=6_000)
            for record in consumer:
                seen.append(int(record.value))
                if len(seen) in (60, 100):
                    break
            consumer.close()
        expect(len(seen), 100, "records of both runs")
        expect(sorted(seen), list(range(100)), "records of both runs")

    check("kafka-python commits when it closes, and goes on there", body)


if __name__ == "__main__":
    if COMMAND:
        start_broker()
    try:
        for checks in (check_sharing, check_defaults, check_death, check_static, check_offsets, check_kcat, check_admin,
                       check_auto_commit):
            checks()
    finally:
        if broker:
            broker.kill()
    print(f"{passed} passed, {failed} failed")
    sys.exit(1 if failed else 0)
