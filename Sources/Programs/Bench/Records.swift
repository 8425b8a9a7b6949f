import ArgumentParser
import Bytes
import KafkaLog
import Logs
import Synchronization

/// Producing and consuming through librdkafka and our broker, every record synced before it is acknowledged.
struct Records: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Producing, consuming and round trips.",
        discussion: "Example: Bench records"
    )
    @OptionGroup var place: Place

    func run() async throws { try await Self.measure(place) }

    static func measure(_ place: Place) async throws {
        print(
            "\n| one producer, one consumer, one partition, acks=all, fsync before ack | records/s | MB/s |\n|---|---|---|"
        )
        for (size, count) in [(100, 2_000_000), (1_024, 400_000)] {
            try await withFolder(in: place) { folder in
                let server = try await Server.start(in: folder)
                let log = try server.log { $0.lingerMilliseconds = 5 }
                try log.create(TopicSpec("bench", partitions: 1))
                try produce(count, of: size, to: log)
                try consume(count, of: size, from: log)
                log.close()
                await server.stop()
            }
        }
        try await withFolder(in: place) { folder in
            let server = try await Server.start(in: folder)
            let log = try server.log()
            try log.create(TopicSpec("bench", partitions: 1))
            try roundTrips(log)
            log.close()
            await server.stop()
        }
    }

    private static func produce(_ count: Int, of size: Int, to log: KafkaLog) throws {
        let value = [UInt8](repeating: 65, count: size)
        show("produce \(size) B", count, size, try produce(count, to: log) { _ in value })
    }

    /// How long so many appends take, until the last is acknowledged.
    static func produce(
        _ count: Int,
        to log: KafkaLog,
        _ value: (Int) -> [UInt8]
    ) throws -> Duration {
        let open = Atomic(count)
        let failures = Atomic(0)
        let time = timed {
            for number in 0 ..< count {
                let record = NewRecord(key: nil, value: value(number))
                log.append(record, to: "bench", partition: 0) { result in
                    if case .failure = result { failures.add(1, ordering: .relaxed) }
                    open.subtract(1, ordering: .releasing)
                }
            }
            while open.load(ordering: .acquiring) > 0 { pause(microseconds: 200) }
        }
        guard failures.load(ordering: .relaxed) == 0 else { throw Trouble("appends failed") }
        return time
    }

    private static func consume(_ count: Int, of size: Int, from log: KafkaLog) throws {
        let reader = try log.reader()
        defer { reader.close() }
        var seen = 0
        let time = try timed {
            try reader.add(Partition("bench", 0), from: 0)
            while seen < count {
                seen += try reader.next(limit: 20_000, within: .seconds(1)).reduce(0) {
                    $0 + $1.records.count
                }
            }
        }
        show("consume \(size) B", count, size, time)
    }

    private static func roundTrips(_ log: KafkaLog) throws {
        print(
            "\n| one record in flight, produce → consume | count | p50 µs | p99 µs |\n|---|---|---|---|"
        )
        let reader = try log.reader()
        defer { reader.close() }
        try reader.add(Partition("bench", 0), from: 0)
        let record = NewRecord(key: nil, value: [UInt8](repeating: 65, count: 200))
        var latencies = Latencies()
        for _ in 0 ..< 3_000 {
            latencies.add(
                try timed {
                    log.append(record, to: "bench", partition: 0) { _ in }
                    while try reader.next(limit: 10, within: .seconds(1)).isEmpty {}
                }
            )
        }
        print(latencies.row("200 B"))
    }

    private static func show(_ name: String, _ count: Int, _ size: Int, _ time: Duration) {
        let seconds = time / .seconds(1)
        let megabytes = Double(count * size) / seconds / 1_000_000
        print("| \(name) | \(grouped(Double(count) / seconds)) | \(Int(megabytes)) |")
    }
}
