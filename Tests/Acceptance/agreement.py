"""What the server says of features, against what pandas and numpy make of the same records."""

from datetime import datetime

import numpy

import recompute
import topics
from acceptance import expect, expect_that

# Relative, as the features of two programs that add up in another order may differ.
AGREES = 1e-9


def pairs(histories, count, chance):
    """View, entity and instant: on an event, a window after one, of nobody, or anywhere in the year."""
    year = topics.microseconds("2013-01-01T00:00:00-05:00"), topics.microseconds("2014-01-01T00:00:00-05:00")
    for number in range(count):
        name = chance.choice(sorted(histories))
        history = histories[name]
        entity = chance.choice(sorted(history.entities))
        event = int(chance.choice(history.times[entity]))
        match number % 5:
            case 0: yield "on an event", name, entity, event
            case 1: yield "a window after one", name, entity, event + chance.choice(history.view.widths)
            case 2: yield "of nobody", name, f"none-{chance.randrange(10 ** 6)}", event + 1
            case _: yield "anywhere", name, entity, chance.randrange(*year)


def same(found, wanted):
    if found is None or wanted is None:
        return found is wanted
    return abs(found - wanted) <= AGREES * max(abs(found), abs(wanted))


def asked(server, histories, count, chance):
    """Asks in both ways, and compares with the recomputed values; counts also by the records behind them."""
    values = nulls = counted = 0
    for kind, name, entity, at in pairs(histories, count, chance):
        view = histories[name].view
        wanted, places = histories[name].read(entity, at)
        question = f"{name} of {entity} at {topics.rfc3339(at)} ({kind})"
        answer = server.json("POST", "/api/v1/features/read", {
            "view": name, "entities": {view.entity: entity}, "at": topics.rfc3339(at), "records": True})
        expect(answer["complete"], True, f"complete: {question}")
        expect(sorted(answer["features"]), sorted(wanted), f"features: {question}")
        online = server.json("POST", "/get-online-features", {
            "features": [f"{name}:{feature}" for feature in wanted], "entities": {view.entity: [entity]},
            "at": topics.rfc3339(at)})
        columns = dict(zip(online["metadata"]["feature_names"], (each["values"][0] for each in online["results"])))
        for feature, value in wanted.items():
            found = answer["features"][feature]
            expect_that(same(found["value"], value), f"{feature}, {question}: found {found['value']}, wanted {value}")
            expect(columns[feature], found["value"], f"online {feature}, {question}")
            values, nulls = values + 1, nulls + (value is None)
            if feature in places:
                expect(sorted(found["records"]), places[feature], f"records of {feature}, {question}")
                counted += len(places[feature])
    return f"{count} pairs, {values} values, {nulls} of them null, {counted} records behind the counts"


def logged(history, predictions):
    at = numpy.array([each.at for each in predictions])
    carrier = numpy.array([each.request["carrier"] for each in predictions])
    wanted = topics.bits(recompute.carriers(history, carrier, at))
    found = topics.bits(numpy.array([each.features[:10] for each in predictions]))
    wrong = numpy.argwhere(found != wanted)
    first = [(predictions[row].flight, int(column), hex(found[row, column]), hex(wanted[row, column]))
             for row, column in wrong[:3]]
    expect_that(not len(wrong), f"{len(wrong)} values differ, first (flight, column, found, wanted): {first}")
    return f"{len(predictions)} predictions, {wanted.size} values, equal bits"


def departures(predictions, columns):
    """Hour and weekday on the clock of the sender, and the distance, by Python's own calendar."""
    for each in predictions:
        scheduled = datetime.fromisoformat(each.request["scheduled"])
        wanted = {"hour": scheduled.hour, "weekday": scheduled.isoweekday() % 7, "distance": each.request["distance"]}
        for name, value in wanted.items():
            expect(each.features[columns.index(f"departure__{name}")], value, f"{name} of flight {each.flight}")
    return f"{len(predictions)} predictions, {len(predictions) * 3} values"
