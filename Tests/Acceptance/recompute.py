"""The feature views of the demo, computed anew from the records with pandas and numpy: nothing here is the server's."""

import math
import statistics

import numpy
import pandas

from topics import microseconds, records

HOUR = 3_600_000_000
DAY = 24 * HOUR
WINDOWS = {"3h": 3 * HOUR, "24h": DAY, "7d": 7 * DAY}
ALL = ["3h", "24h", "7d"]


class View:
    """What is read of a stream for an entity. A feature is (name, aggregation, field, windows)."""

    def __init__(self, stream, entity, time, ttl, *features, landed=False):
        self.stream, self.entity, self.time, self.ttl = stream, entity, time, ttl
        self.features, self.landed = features, landed

    @property
    def widths(self):
        """Every width at which something drops out of a feature."""
        windows = {WINDOWS[name] for *_, names in self.features for name in names}
        return sorted(windows | ({self.ttl} if self.ttl else set())) or sorted(WINDOWS.values())


def punctuality(entity, *features):
    return View("flights.arrived", entity, "known_at", 30 * DAY, *features, ("last_delay", "last", "arr_delay", []),
                landed=True)


VIEWS = {
    "carrier_punctuality": punctuality(
        "carrier", ("flights", "count", None, ALL), ("late_share", "mean", "late15", ALL),
        ("delay", "mean", "arr_delay", ALL)),
    "destination_punctuality": punctuality(
        "destination", ("flights", "count", None, ALL), ("late_share", "mean", "late15", ALL),
        ("delay", "mean", "arr_delay", ALL), ("delay_sd", "stddev", "arr_delay", ["24h", "7d"])),
    "aircraft_punctuality": punctuality(
        "tailnum", ("flights", "count", None, ["24h", "7d"]), ("delay", "mean", "arr_delay", ALL),
        ("worst", "max", "arr_delay", ["24h"])),
    "weather": View(
        "weather.observed", "origin", "observed_at", 6 * HOUR, *[
            (name, "last", name, []) for name in [
                "temperature", "dew_point", "humidity", "wind_speed", "wind_gust", "precipitation", "pressure",
                "visibility"]]),
    "aircraft": View("planes", "tailnum", "known_at", None, ("seats", "last", "seats", []),
                     ("built", "last", "built", [])),
}


def tables(server):
    """Every stream as a table in the order of event time, partition and offset."""
    found = {}
    for stream, time in {(view.stream, view.time) for view in VIEWS.values()}:
        rows = records(server, stream)
        table = pandas.DataFrame([row for *_, row in rows]).astype(object)
        table["at"] = numpy.array([microseconds(text) for text in table[time]], dtype=numpy.int64)
        table["partition"] = [partition for partition, *_ in rows]
        table["offset"] = [offset for _, offset, _ in rows]
        found[stream] = table.sort_values(["at", "partition", "offset"], kind="stable")
    return found


class History:
    """The records that count in a view, by entity."""

    def __init__(self, view, table):
        self.view = view
        if view.landed:
            table = table[table["status"] == "landed"]
        kept = table[table[view.entity].notna()]
        self.entities = {entity: rows.reset_index(drop=True) for entity, rows in kept.groupby(view.entity)}
        self.times = {entity: rows["at"].to_numpy(numpy.int64) for entity, rows in self.entities.items()}

    def span(self, entity, at, width):
        """The records of [at - width, at)."""
        times = self.times.get(entity, numpy.empty(0, numpy.int64))
        first = 0 if width is None else numpy.searchsorted(times, at - width, "left")
        return int(first), int(numpy.searchsorted(times, at, "left"))

    def read(self, entity, at):
        """Every feature of the view, and the places of the records that were counted."""
        values, places = {}, {}
        for name, aggregation, field, windows in self.view.features:
            if aggregation == "last":
                first, end = self.span(entity, at, self.view.ttl)
                values[name] = plain(self.entities[entity][field].iloc[end - 1]) if end > first else None
            for window in windows:
                first, end = self.span(entity, at, WINDOWS[window])
                full = f"{name}_{window}"
                if aggregation == "count":
                    values[full] = end - first
                    rows = self.entities[entity].iloc[first:end] if end > first else None
                    places[full] = [] if rows is None else sorted(
                        f"{self.view.stream}/{p}@{o}" for p, o in zip(rows["partition"], rows["offset"]))
                    continue
                given = [plain(each) for each in self.entities[entity][field].iloc[first:end]] if end > first else []
                values[full] = aggregate(aggregation, [each for each in given if each is not None])
        return values, places


def plain(value):
    return None if value is None or (isinstance(value, float) and math.isnan(value)) else value


def aggregate(aggregation, given):
    match aggregation:
        case "mean": return math.fsum(given) / len(given) if given else None
        case "max": return max(given, default=None)
        case "stddev": return statistics.stdev(map(float, given)) if len(given) > 1 else None
    raise AssertionError(f"{aggregation} is not recomputed here")


def carriers(history, carrier, at):
    """Every feature of `carrier_punctuality` at once, as columns of doubles in the order of the view."""
    columns = numpy.full((len(at), 10), numpy.nan)
    for entity in sorted(set(carrier)):
        here = carrier == entity
        instants = at[here]
        rows = history.entities.get(entity)
        times = history.times.get(entity, numpy.empty(0, numpy.int64))
        end = numpy.searchsorted(times, instants, "left")
        delays = numpy.array([] if rows is None else rows["arr_delay"], dtype=numpy.float64)
        late = numpy.array([] if rows is None else rows["late15"], dtype=numpy.float64)
        # Sums of whole numbers are exact, so what is left is one division, which is correctly rounded.
        sums = [numpy.concatenate([[0.0], numpy.cumsum(each)]) for each in (late, delays)]
        for place, window in enumerate(ALL):
            first = numpy.searchsorted(times, instants - WINDOWS[window], "left")
            count = (end - first).astype(numpy.float64)
            columns[here, place] = count
            with numpy.errstate(invalid="ignore"):
                for row, total in enumerate(sums, 1):
                    columns[here, 3 * row + place] = (total[end] - total[first]) / count
        since = numpy.searchsorted(times, instants - history.view.ttl, "left")
        padded = numpy.append(delays, numpy.nan)
        columns[here, 9] = numpy.where(end > since, padded[end - 1], numpy.nan)
    return columns
