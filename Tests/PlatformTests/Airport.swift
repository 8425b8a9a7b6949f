import Archive
import Bytes
import Chance
import Datasets
import Documents
import Events
import Logs
import ModelRegistry
import Resources
import Store
import Testing

@testable import Engine
@testable import Platform

/// A small airport: departures and how they ended, and all that can be made of both.
enum Airport {
    static let flightCount = 240
    /// When the first of the departures is scheduled; the last one is at `end`.
    static let start = end - .seconds(Int64(flightCount) * 1_800)
    static let end = TestClock.start
    /// Nothing more comes before this.
    static let closed = end + .day

    struct Flight {
        var id: Int64
        var scheduled: Instant
        var knownAt: Instant
        var carrier: String
        var distance: Int64
        /// Minutes; nil: cancelled.
        var delay: Int64?

        var departure: [UInt8] {
            Array(
                #"{"id":\#(id),"scheduled":"\#(scheduled.rfc3339)","carrier":"\#(carrier)","distance":\#(distance)}"#
                    .utf8
            )
        }

        var outcome: [UInt8] {
            let ending =
                delay.map { #""status":"landed","delay":\#($0),"late":\#($0 > 15)"# }
                ?? #""status":"cancelled""#
            return Array(
                #"{"id":\#(id),"known_at":"\#(knownAt.rfc3339)","carrier":"\#(carrier)",\#(ending)}"#
                    .utf8
            )
        }
    }

    /// One departure each half hour. The carriers differ in how late they are, and far flights are later.
    static let flights: [Flight] = {
        var random = SeededRandom(seed: 2_013)
        return (0 ..< Int64(flightCount)).map { id in
            let carrier = Int.random(in: 0 ..< 3, using: &random)
            let distance = Int64.random(in: 100 ... 2_500, using: &random)
            let delay =
                Int64.random(in: -20 ... 30, using: &random) + Int64(carrier) * 8 + distance / 200
            return Flight(
                id: id,
                scheduled: start + .seconds(id * 1_800),
                knownAt: start + .seconds(id * 1_800 + 3_600 + 60 * delay + id % 60),
                carrier: ["AA", "B6", "DL"][carrier],
                distance: distance,
                delay: id % 17 == 16 ? nil : delay
            )
        }
    }()

    /// `lateness`: How late the outcomes may be.
    static func streams(lateness: String = "0s") -> String {
        """
        kind: Stream
        name: departures
        spec:
          partitions: 2
          retention: forever
          format: json
          key: id
          time: scheduled
          identity: id
          lateness: 0s
          fields:
            id: int64
            scheduled: timestamp
            carrier: string
            distance: int32
        ---
        kind: Stream
        name: outcomes
        spec:
          partitions: 2
          retention: forever
          format: json
          key: id
          time: known_at
          identity: id
          lateness: \(lateness)
          fields:
            id: int64
            known_at: timestamp
            carrier: string
            status: {type: string, oneOf: [landed, cancelled]}
            delay: int32?
            late: bool?
        """
    }

    /// `over`: The widths of the windows.
    static func punctuality(over: String = "[6h, 24h]") -> String {
        """
        kind: FeatureView
        name: punctuality
        spec:
          stream: outcomes
          entity: carrier
          where: status == "landed"
          ttl: 7d
          features:
            flights: {count: true, over: \(over)}
            delay: {mean: delay, over: \(over)}
            last: {last: delay}
        """
    }

    static let flight = """
        kind: FeatureView
        name: flight
        spec:
          request:
            scheduled: timestamp
            distance: int32
          features:
            hour: local(scheduled).getHours()
            distance: double(distance)
        """

    static func dataset(
        where filter: String = "label != null",
        within: String = "12h",
        features: String = "[punctuality, flight]"
    ) -> String {
        """
        kind: Dataset
        name: late
        spec:
          rows: departures
          id: id
          features: \(features)
          label:
            stream: outcomes
            match: id
            value: late
            within: \(within)
          where: '\(filter)'
        """
    }

    static func model(rounds: Int = 5) -> String {
        """
        kind: Model
        name: lateness
        spec:
          task: binary
          dataset: late
          recipe:
            engine: xgboost
            rounds: \(rounds)
            seed: 7
            parameters: {max_depth: 3, eta: 0.3, min_child_weight: 1}
            validate: 1d
          metrics: [log_loss, auc]
          promotion:
            production: {approvals: 1, fourEyes: true}
        """
    }

    /// `answer`: What it answers without being asked, such as `{stream: departures, wait: unlimited}`.
    static func endpoint(
        model: String = "lateness@production",
        answer: String? = nil,
        publish: String? = nil,
        durability: String = "acked",
        missing: String = "keep"
    ) -> String {
        """
        kind: Endpoint
        name: lateness
        spec:
          model: \(model)
          durability: \(durability)
          missing: \(missing)
        """ + (answer.map { "\n  answer: \($0)" } ?? "")
            + (publish.map { "\n  publish: \($0)" } ?? "")
    }

    static var everything: String {
        [streams(), punctuality(), flight, dataset(), model()].joined(separator: "\n---\n")
    }

    static func declarations(_ text: String) throws -> [any ResourceDefinition] {
        let (resources, errors) = readResources(
            [SourceFile(name: "airport.yaml", text: text)],
            of: Kinds().definitions
        )
        guard errors.isEmpty else { throw Stand.Failure("\(errors)") }
        return resources.map(\.definition)
    }

    /// Appends the departures of some flights, in order.
    /// `instant`: When the records came, as their producer says; nil: the log says so.
    static func depart(
        _ flights: some Collection<Flight> = flights,
        in log: any Log,
        at instant: Instant? = nil
    ) async throws {
        for flight in flights {
            _ = try await log.append(
                NewRecord(key: nil, value: flight.departure, timestamp: instant),
                to: "departures",
                partition: Int32(flight.id % 2)
            )
        }
    }

    /// Appends how some flights ended, in the order in which that became known.
    static func arrive(_ flights: some Collection<Flight> = flights, in log: any Log) async throws {
        for flight in flights.sorted(by: { ($0.knownAt, $0.id) < ($1.knownAt, $1.id) }) {
            _ = try await log.append(
                NewRecord(key: nil, value: flight.outcome),
                to: "outcomes",
                partition: Int32(flight.id / 2 % 2)
            )
        }
    }

    /// A platform over an airport where everything is declared, and all flights have ended.
    static func open(
        _ log: any Log,
        store: any Store = MemoryStore(),
        archive: any Archive = MemoryArchive(),
        more text: String? = nil
    ) async throws -> Stand {
        let stand = try await Stand.start(log, store, archive: archive)
        try await stand.apply([everything, text].compactMap(\.self).joined(separator: "\n---\n"))
        try await depart(in: log)
        try await arrive(in: log)
        try await stand.close()
        return stand
    }

    /// The same, with a version of the model at production.
    static func serving(
        _ log: any Log,
        store: any Store = MemoryStore(),
        archive: any Archive = MemoryArchive(),
        endpoint: String = endpoint()
    ) async throws -> Stand {
        let stand = try await open(log, store: store, archive: archive)
        _ = try await stand.seal()
        _ = try await stand.train()
        try await stand.promote(1)
        try await stand.apply(endpoint)
        return stand
    }
}

extension Stand {
    @discardableResult
    func apply(
        _ text: String,
        for caller: Caller = .anybody,
        isDryRun: Bool = false
    ) async throws -> [ApplyResult] {
        try await platform.apply(try Airport.declarations(text), for: caller, isDryRun: isDryRun)
    }

    /// Says that everything before an instant is there, and waits until all of it was folded.
    func close(
        _ streams: [String] = ["departures", "outcomes"],
        at instant: Instant = Airport.closed
    ) async throws {
        for stream in streams {
            for partition in 0 ..< Int32(2) {
                _ = try await platform.advance(
                    stream,
                    partition: partition,
                    to: instant,
                    cause: .endOfInput,
                    for: .anybody
                )
            }
        }
        try await settle()
    }

    func seal(
        from: Instant = Airport.start,
        to: Instant = Airport.end,
        for caller: Caller = .anybody
    ) async throws -> DatasetVersion {
        try await platform.seal("late", from: from, to: to, for: caller).version
    }

    func train(
        on dataset: String = "late@1",
        for caller: Caller = .anybody
    ) async throws -> TrainedVersion {
        try await platform.train(
            "lateness",
            on: dataset,
            codeRevision: "9504921",
            environment: "a test",
            for: caller
        )
    }

    /// Bob approves, and Ada promotes.
    func promote(_ version: Int64, to stage: Stage = .production) async throws {
        _ = try await platform.approve(
            "lateness",
            version,
            for: stage,
            reason: "it is good",
            caller: Caller(actor: "bob", route: "test")
        )
        _ = try await platform.promote(
            "lateness",
            version,
            to: stage,
            reason: "it is better",
            caller: .anybody
        )
    }
}

/// What a request was refused with, in its own words; fails where it was not.
func refusal(
    at place: SourceLocation = #_sourceLocation,
    _ body: () async throws -> Void
) async throws -> String {
    do {
        try await body()
    } catch let error as PlatformError {
        switch error {
        case .refused(let refusal): return refusal.description
        case .invalid(let reason): return reason
        case .doesNotFit(let problems):
            return problems.map { "\($0.path.joined(separator: ".")): \($0.message)" }
                .joined(separator: "\n")
        default: return "\(error)"
        }
    }
    Issue.record("It was not refused.", sourceLocation: place)
    return ""
}
