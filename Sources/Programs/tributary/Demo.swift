import ArgumentParser
import Bytes
import Foundation
import JSON

struct Demo: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Turns the flights of 2013 into the records of the demo's streams.",
        discussion: "Example: tributary demo --from Deploy/Demo/data --into .tributary/demo"
    )

    @Option(help: "The folder of the CSV files, unpacked.")
    var from: String
    @Option(help: "The folder for the JSON lines.")
    var into: String
    @OptionGroup var output: OutputOptions

    func run() throws {
        var written: [JSONValue] = []
        func write(_ records: [(time: Instant, record: JSONValue)], to name: String) throws {
            try save(records, to: name)
            written.append(["name": .string(name), "records": .integer(Int64(records.count))])
            if output.form == .table { print("\(name): \(counted(records.count, "record"))") }
        }
        try makeFolder(into)
        let flights = try table("flights_jfk_2013.csv")
        let arrivals = try table("arrivals_jfk_2013.csv")
        guard flights.count == arrivals.count else {
            throw Failure.refused(
                "refused: \(flights.count) flights and \(arrivals.count) arrivals do not belong together"
            )
        }
        var scheduled: [(Instant, JSONValue)] = []
        var arrived: [(Instant, JSONValue)] = []
        for (flight, arrival) in zip(flights, arrivals) {
            let departure = try Departure(flight, arrival)
            scheduled.append((departure.scheduled.instant, departure.scheduledRecord))
            arrived.append((departure.knownAt, departure.arrivedRecord))
        }
        try write(scheduled, to: "flights.scheduled.jsonl")
        try write(arrived, to: "flights.arrived.jsonl")
        try write(try table("weather_jfk_2013.csv").map(observation), to: "weather.observed.jsonl")
        let beforeTheYear = Instant(microseconds: 1_356_912_000_000_000)
        try write(
            try table("planes.csv").map { (beforeTheYear, plane($0, knownAt: beforeTheYear)) },
            to: "planes.jsonl"
        )
        if output.form != .table { try output.show(["files": .array(written)]) }
    }

    private func table(_ name: String) throws -> [[String: String]] {
        let text = try refusing("reading \(from)/\(name)") {
            try String(contentsOfFile: "\(from)/\(name)", encoding: .utf8)
        }
        let lines = text.split(separator: "\n")
        guard let header = lines.first?.split(separator: ",").map(String.init) else { return [] }
        return lines.dropFirst().map { line in
            let cells = line.split(separator: ",", omittingEmptySubsequences: false).map(
                String.init
            )
            return Dictionary(zip(header, cells), uniquingKeysWith: { _, last in last })
        }
    }

    /// In the order of event time, as the world made them; equal times keep the order of the table.
    private func save(_ records: [(time: Instant, record: JSONValue)], to name: String) throws {
        var text: [UInt8] = []
        let ordered = records.enumerated().sorted {
            ($0.element.time, $0.offset) < ($1.element.time, $1.offset)
        }
        for (_, element) in ordered {
            text += try element.record.bytes(.compact)
            text.append(UInt8(ascii: "\n"))
        }
        try refusing("writing \(into)/\(name)") {
            try Data(text).write(to: URL(fileURLWithPath: "\(into)/\(name)"), options: .atomic)
        }
    }

    private func observation(_ row: [String: String]) throws -> (Instant, JSONValue) {
        guard let text = row["time_hour"], let time = Instant(rfc3339: text) else {
            throw Failure.refused("refused: an observation without an instant: \(row)")
        }
        var members: [(String, JSONValue)] = [
            ("origin", .string(row["origin"] ?? "")), ("observed_at", .string(text)),
        ]
        for (name, column) in [
            ("temperature", "temp"), ("dew_point", "dewp"), ("humidity", "humid"),
            ("wind_speed", "wind_speed"),
            ("wind_gust", "wind_gust"), ("precipitation", "precip"), ("pressure", "pressure"),
            ("visibility", "visib"),
        ] {
            members.append((name, number(row[column])))
        }
        return (time, .object(members))
    }

    private func plane(_ row: [String: String], knownAt: Instant) -> JSONValue {
        [
            "tailnum": .string(row["tailnum"] ?? ""), "known_at": .string(knownAt.rfc3339),
            "built": integer(row["year"]), "seats": integer(row["seats"]),
            "engines": integer(row["engines"]),
        ]
    }
}

/// One departure from JFK and how it ended.
private struct Departure {
    let flight: [String: String]
    let scheduled: Timestamp
    let arrivedAt: Instant?

    init(_ flight: [String: String], _ arrival: [String: String]) throws {
        guard flight["event_id"] == arrival["event_id"], let text = arrival["sched_dep_at"],
            let scheduled = Timestamp(rfc3339: text)
        else {
            throw Failure.refused(
                "refused: the arrival \(arrival) does not belong to the flight \(flight)"
            )
        }
        self.flight = flight
        self.scheduled = scheduled
        self.arrivedAt = arrival["arrived_at"].flatMap { Instant(rfc3339: $0) }
    }

    /// At the gate; where there was no arrival, 24 hours after schedule.
    var knownAt: Instant { arrivedAt ?? scheduled.instant + .day }

    var scheduledRecord: JSONValue {
        [
            "flight_id": integer(flight["event_id"]), "scheduled": .string(scheduled.rfc3339),
            "carrier": text("carrier"), "flight": integer(flight["flight"]),
            "tailnum": optionalText("tailnum"),
            "origin": text("origin"), "destination": text("dest"),
            "distance": integer(flight["distance"]),
            "scheduled_arrival": text("sched_arr_hhmm"),
        ]
    }

    var arrivedRecord: JSONValue {
        let isLanded = arrivedAt != nil
        let status =
            isLanded ? "landed" : flight["dep_delay"]?.isEmpty == false ? "diverted" : "cancelled"
        return [
            "flight_id": integer(flight["event_id"]), "known_at": .string(knownAt.rfc3339),
            "status": .string(status),
            "carrier": text("carrier"), "tailnum": optionalText("tailnum"),
            "destination": text("dest"),
            "dep_delay": integer(flight["dep_delay"]),
            "arr_delay": isLanded ? integer(flight["arr_delay"]) : .null,
            "late15": isLanded ? .bool(flight["late15"] == "1") : .null,
        ]
    }

    private func text(_ column: String) -> JSONValue { .string(flight[column] ?? "") }
    private func optionalText(_ column: String) -> JSONValue {
        flight[column].flatMap { $0.isEmpty ? nil : .string($0) } ?? .null
    }
}

private func integer(_ text: String?) -> JSONValue {
    number(text).number.flatMap { Int64(exactly: $0) }.map(JSONValue.integer) ?? .null
}

private func number(_ text: String?) -> JSONValue {
    text.flatMap(Double.init).map(JSONValue.number) ?? .null
}
