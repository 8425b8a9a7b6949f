import Archive
import ArgumentParser
import Bytes
import Documents
import Engine
import Features
import Foundation
import KafkaLog
import Logs
import Platform
import Projections
import Records
import RocksStore

/// What ten thousand views cost those who do not read them.
struct Views: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Many streams and views: declaring them, starting again, folding beside them.",
        discussion: "Example: Bench views --streams 1000 --views 10"
    )
    @OptionGroup var place: Place
    @Option(help: "How many streams.")
    var streams = 1_000
    @Option(help: "How many views of each.")
    var views = 10

    func run() async throws {
        print("\n| \(streams) streams, \(streams * views) views of them | seconds |\n|---|---|")
        try await withFolder(in: place) { folder in
            let server = try await Server.start(in: folder)
            try await alone(server, folder)
            try await among(server, folder)
            await server.stop()
        }
    }

    private static let caller = Caller(actor: "bench", route: "bench")
    private static let records = 400_000
    private static let start = Instant(microseconds: 1_356_998_400_000_000)

    /// One stream with one view.
    private func alone(_ server: Server, _ folder: String) async throws {
        let log = try server.log { $0.lingerMilliseconds = 5 }
        let (platform, store) = try await Self.open(log, "\(folder)/alone")
        try await Self.fold(
            ["alone.1", "alone.2", "alone.3"],
            on: platform,
            log,
            "beside no other view"
        )
        platform.stop()
        log.close()
        store.close()
    }

    /// The same beside all others.
    private func among(_ server: Server, _ folder: String) async throws {
        let log = try server.log { $0.lingerMilliseconds = 5 }
        let (platform, store) = try await Self.open(log, "\(folder)/many")
        var definitions: [any ResourceDefinition] = []
        for stream in 0 ..< streams {
            definitions.append(Self.stream("many.\(stream)"))
            for view in 0 ..< views {
                definitions.append(
                    Self.view("many.\(stream).\(view)", of: "many.\(stream)", hours: view + 1)
                )
            }
        }
        let all = definitions
        try await Self.timed("declared, every one of them seated") {
            _ = try await platform.apply(all, for: Self.caller)
            try await Self.seated(on: platform)
        }
        try await Self.fold(
            ["among.1", "among.2", "among.3"],
            on: platform,
            log,
            "beside all others"
        )
        platform.stop()
        log.close()
        store.close()
        try await Self.timed("stopped, started again, all seated and folded") {
            let log = try server.log()
            let (platform, store) = try await Self.open(log, "\(folder)/many")
            try await Self.seated(on: platform)
            guard try await platform.engine.settle(within: .seconds(600)) else {
                throw Trouble("\(platform.engine.troubles)")
            }
            platform.stop()
            log.close()
            store.close()
        }
    }

    private static func open(
        _ log: KafkaLog,
        _ folder: String
    ) async throws -> (Platform, RocksStore) {
        let store = try RocksStore.open(folder)
        let engine = Engine(log: log, store: store, clock: BenchClock()) { print($0) }
        let platform = Platform(engine, archive: MemoryArchive())
        try await platform.start()
        return (platform, store)
    }

    private static func timed(_ name: String, _ body: () async throws -> Void) async throws {
        let began = ContinuousClock.now
        try await body()
        print("| \(name) | \((ContinuousClock.now - began) / .seconds(1)) |")
    }

    /// Waits until everything that is declared has its seat.
    private static func seated(on platform: Platform) async throws {
        let deadline = ContinuousClock.now + .seconds(600)
        while platform.engine.seats.count < platform.engine.seated.count {
            guard ContinuousClock.now < deadline else {
                throw Trouble("seats were not given in ten minutes")
            }
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    /// Folds the records of fresh streams with a view each, one stream after the other, and prints the least time.
    private static func fold(
        _ names: [String],
        on platform: Platform,
        _ log: KafkaLog,
        _ title: String
    ) async throws {
        var least = Duration.seconds(3600)
        for name in names {
            _ = try await platform.apply([stream(name)], for: caller)
            let tally = Tally(expecting: records)
            for index in 0 ..< records {
                let time = start + TimeSpan(microseconds: Int64(index) * 1_000)
                let json =
                    "{\"id\": \"key\(index % 1_000)\", \"at\": \"\(time)\", \"value\": \(index)}"
                log.append(NewRecord(key: nil, value: Array(json.utf8)), to: name, partition: 0) {
                    result in
                    if case .failure(let error) = result {
                        tally.count(failure: "\(error)")
                    } else {
                        tally.count()
                    }
                }
            }
            if let failure = tally.wait(while: { true }) { throw Trouble(failure) }
            _ = try await platform.apply([view("\(name).view", of: name, hours: 1)], for: caller)
            let partition = Partition(name, 0)
            try await until(Offset(records), of: partition, on: platform)
            guard
                let seating = platform.engine.seated.first(where: {
                    $0.partition == partition && $0.projection is FeatureFold
                })
            else { throw Trouble("the view of \(name) has no seat") }
            let began = ContinuousClock.now
            platform.engine.rebuild(seating.projection, on: partition)
            try await until(0, of: partition, on: platform)
            try await until(Offset(records), of: partition, on: platform)
            least = min(least, .now - began)
        }
        print("| folding a record into a view, \(title), µs | \(least / .microseconds(records)) |")
    }

    /// Waits until the view of a partition stands at an offset: at the end of it, or before, when it is folded anew.
    private static func until(
        _ end: Offset,
        of partition: Partition,
        on platform: Platform
    ) async throws {
        let deadline = ContinuousClock.now + .seconds(600)
        while true {
            let seat = platform.engine.seats.first {
                $0.partition == partition && $0.family == FeatureFold.family
            }
            if let seat, end == 0 ? seat.progress.next < records : seat.progress.next >= end {
                return
            }
            if seat == nil, end == 0 { return }
            guard ContinuousClock.now < deadline else {
                throw Trouble("\(partition) was not folded")
            }
            try await Task.sleep(for: .milliseconds(2))
        }
    }

    private static func stream(_ name: String) -> StreamDefinition {
        StreamDefinition(
            name: name,
            key: "id",
            time: "at",
            fields: [.init("id", .string), .init("at", .timestamp), .init("value", .float)]
        )
    }

    private static func view(_ name: String, of stream: String, hours: Int) -> FeatureViewDefinition
    {
        FeatureViewDefinition(
            name: name,
            source: .stream(
                .init(
                    stream: stream,
                    entity: "id",
                    filter: nil,
                    ttl: nil,
                    features: [
                        .init("mean", .mean, of: "value", over: [.seconds(Int64(3_600 * hours))])
                    ]
                )
            )
        )
    }
}
