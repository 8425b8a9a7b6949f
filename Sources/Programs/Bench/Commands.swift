import Archive
import ArgumentParser
import Bytes
import Engine
internal import Events
import KafkaLog
import Logs
import Platform
import Records
import RocksStore

/// What a command takes from its question to the answer out of the folded state.
struct Commands: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Produce, fold, answer.",
        discussion: "Example: Bench commands"
    )
    @OptionGroup var place: Place

    func run() async throws { try await Self.measure(place) }

    static func measure(_ place: Place) async throws {
        print(
            "\n| a command: decide, append (synced), fold, answer | count | p50 µs | p99 µs |\n|---|---|---|---|"
        )
        try await withFolder(in: place) { folder in
            let server = try await Server.start(in: folder)
            let log = try server.log()
            let store = try RocksStore.open("\(folder)/state")
            let platform = Platform(
                Engine(log: log, store: store, clock: BenchClock()),
                archive: MemoryArchive()
            )
            try await platform.start()
            let stream = StreamDefinition(
                name: "bench",
                key: "id",
                time: "at",
                fields: [.init("id", .int64), .init("at", .timestamp)]
            )
            let caller = Caller(actor: "bench", route: "bench")
            _ = try await platform.apply([stream], for: caller)
            var latencies = Latencies()
            for index in 0 ..< 2_000 {
                let start = ContinuousClock.now
                _ = try await platform.advance(
                    "bench",
                    partition: 0,
                    to: Instant(microseconds: Int64(index)),
                    cause: .endOfInput,
                    for: caller
                )
                latencies.add(.now - start)
            }
            print(latencies.row("one after the other"))
            platform.stop()
            log.close()
            await server.stop()
            store.close()
        }
    }
}
