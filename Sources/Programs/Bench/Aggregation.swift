import ArgumentParser
import Bytes
import Features
import KafkaLog
import Logs
import Projections
import Records
import RocksStore
import Store

/// Windowed aggregation of JSON events, from the record in the log to windows that can be read, with the state on disk.
struct Aggregation: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Windowed aggregation of 1,000,000 JSON events on one core.",
        discussion: "Example: Bench aggregation"
    )
    @OptionGroup var place: Place

    func run() async throws { try await Self.measure(place) }

    private static let partition = Partition("readings", 0)
    private static let count = 1_000_000
    private static let keys = 1_000
    private static let fields = ["a", "b", "c", "d", "e"]
    private static let start = Instant(microseconds: 1_356_998_400_000_000)

    static func measure(_ place: Place) async throws {
        print(
            "\n| 1,000,000 events, 1,000 keys, count, mean and stddev of 5 floats over 60 s | events/s | seconds |\n|---|---|---|"
        )
        let fold = FeatureFold(try view())
        let memory = MemoryLog()
        try fill(memory)
        try await measure("out of memory", fold, memory, place)
        try await withFolder(in: place) { folder in
            let server = try await Server.start(in: folder)
            let log = try server.log { $0.lingerMilliseconds = 5 }
            try fill(log)
            try await measure("out of the broker", fold, log, place)
            log.close()
            await server.stop()
        }
    }

    private static func measure(
        _ name: String,
        _ fold: FeatureFold,
        _ log: any Log,
        _ place: Place
    ) async throws {
        try await withFolder(in: place) { folder in
            let store = try RocksStore.open("\(folder)/state")
            try store.open(FeatureFold.family)
            let folding = try timed {
                try Replay(fold, of: partition)
                    .fold(from: 0, to: Offset(count), log: log, into: store)
                try store.flush(FeatureFold.family)
            }
            print(row("\(name), folded into RocksDB, flushed", folding))
            let reading = try timed { try readWindows(of: fold, in: store) }
            print(row("and every window of every key read once", folding + reading))
            store.close()
        }
    }

    private static func row(_ name: String, _ duration: Duration) -> String {
        let seconds = duration / .seconds(1)
        return "| \(name) | \(grouped(Double(count) / seconds)) | \(seconds) |"
    }

    /// 17 windows for each key: an event each millisecond, the keys in turn.
    private static func readWindows(of fold: FeatureFold, in store: any StoreReader) throws {
        let reader = FeatureReader(fold, in: store)
        var rows: Int64 = 0
        for key in 0 ..< keys {
            for window in 1 ... 17 {
                let read = try reader.read(
                    Array("key\(key)".utf8),
                    at: start + .seconds(Int64(60 * window))
                )
                if case .int(let count) = read.values[0] { rows += count }
            }
        }
        guard rows == count else { throw Trouble("\(rows) events are in the windows") }
    }

    private static func view() throws -> StreamView {
        let floats = fields.map { StreamDefinition.Field($0, .float) }
        let stream = StreamDefinition(
            name: "readings",
            key: "sensor",
            time: "at",
            fields: [.init("sensor", .string), .init("at", .timestamp)] + floats
        )
        var features = [
            FeatureViewDefinition.Aggregate("events", .count, of: nil, over: [.seconds(60)])
        ]
        for field in fields {
            for aggregation in [Features.Aggregation.mean, .stddev] {
                features.append(
                    .init("\(field)_\(aggregation)", aggregation, of: field, over: [.seconds(60)])
                )
            }
        }
        let source = FeatureViewDefinition.StreamSource(
            stream: "readings",
            entity: "sensor",
            filter: nil,
            ttl: nil,
            features: features
        )
        return try StreamView(
            FeatureViewDefinition(name: "minutes", source: .stream(source)),
            of: source,
            over: stream
        )
    }

    private static func fill(_ log: any Log) throws {
        try log.create(TopicSpec(partition.topic, partitions: 1))
        for index in 0 ..< count {
            let time = start + TimeSpan(microseconds: Int64(index) * 1_000)
            let key = "key\(index % keys)"
            let base = Double(index % 977) / 8
            let value =
                #"{"sensor":"\#(key)","at":"\#(time.rfc3339)","a":\#(base),"b":\#(base * 2),"c":\#(base + 0.5),"d":-\#(base),"e":\#(base / 4)}"#
            log.append(
                NewRecord(key: Array(key.utf8), value: Array(value.utf8)),
                to: partition.topic,
                partition: 0
            ) { _ in }
        }
        while try log.bounds(of: partition).upperBound < count { pause(microseconds: 1_000) }
    }
}
