public import Bytes
internal import Events
internal import FoundationEssentials
public import Logs
public import Projections
public import Store
internal import SwiftProtobuf

/// Every prediction, by its id: where it is in the log, and what it said.
public struct PredictionLedger: Projection {
    public static let family = Family("predictions")
    static let predictions = Table<EventID, Entry>("predictions", number: 1, keeps: .newest)
    static let counts = Table<String, Count>("counts", number: 3, keeps: .newest)

    public let name = "predictions"
    public let topic = PredictionEvent.topic.name
    public var family: Family { Self.family }
    public let generation = Digest(of: Array("predictions".utf8))
    public let foldVersion: Int64 = 3

    public init() {}

    /// What is looked up of a prediction; the rest is read from the log.
    public struct Entry: Stored, Hashable {
        public var endpoint: String
        public var offset: Offset

        public func write(to writer: inout ByteWriter) {
            endpoint.write(to: &writer)
            offset.write(to: &writer)
        }

        init(endpoint: String, offset: Offset) {
            self.endpoint = endpoint
            self.offset = offset
        }

        public init(from reader: inout ByteReader) throws(ByteError) {
            endpoint = try String(from: &reader)
            offset = try Int64(from: &reader)
        }
    }

    /// How many predictions an endpoint has made.
    public struct Count: Stored, Hashable {
        public var predictions: Int64 = 0
        /// Those that did not wait for everything they should have read.
        public var incomplete: Int64 = 0
        public var latest: Instant?

        public init() {}

        mutating func add(at instant: Instant, isComplete: Bool) {
            predictions += 1
            if !isComplete { incomplete += 1 }
            latest = max(latest ?? instant, instant)
        }

        public func write(to writer: inout ByteWriter) {
            predictions.write(to: &writer)
            incomplete.write(to: &writer)
            latest.write(to: &writer)
        }

        public init(from reader: inout ByteReader) throws(ByteError) {
            predictions = try Int64(from: &reader)
            incomplete = try Int64(from: &reader)
            latest = try Instant?(from: &reader)
        }
    }

    public func apply(
        _ record: Record,
        of partition: Partition,
        to changes: inout Changes
    ) throws(FoldStop) {
        guard
            let (envelope, event) = try FoldStop.reading({ () throws(EventError) in
                try PredictionEvent.decode(record)
            }),
            case .predicted(let predicted) = event.fact
        else { return }
        // A second server, or one that was sure of less than was true: the first answer counts.
        guard changes[Self.predictions, envelope.id] == nil else { return }
        changes[Self.predictions, envelope.id] = Entry(
            endpoint: predicted.endpoint,
            offset: record.offset
        )
        changes[Self.counts, predicted.endpoint, default: Count()].add(
            at: Instant(microseconds: predicted.atUs),
            isComplete: predicted.complete
        )
    }

    /// The partition that answers to an input's partition go to.
    public static func outputPartition(of input: Partition) -> Partition {
        let topic = PredictionEvent.topic
        return Partition(topic.name, input.index % topic.partitions)
    }

    /// Whether a prediction is known.
    public static func has(
        _ id: EventID,
        in partition: Int32,
        of reader: any StoreReader
    ) throws(StoreError) -> Bool {
        try tables(partition, in: reader).get(predictions, id) != nil
    }

    /// Where predictions are whose id lies in a range, such as all that begin alike; at most `limit`.
    public static func find(
        from lower: EventID,
        through upper: EventID,
        limit: Int,
        in reader: any StoreReader
    ) throws(StoreError) -> [(id: EventID, position: Position, entry: Entry)] {
        var found: [(EventID, Position, Entry)] = []
        for index in 0 ..< PredictionEvent.topic.partitions {
            let partition = Partition(PredictionEvent.topic.name, index)
            try tables(index, in: reader).scan(predictions, from: lower) {
                (id, entry) throws(StoreError) in
                guard (id.high, id.low) <= (upper.high, upper.low), found.count < limit else {
                    return false
                }
                found.append((id, Position(partition, entry.offset), entry))
                return true
            }
        }
        return found
    }

    /// How many predictions each endpoint has made.
    public static func count(
        of endpoint: String,
        in reader: any StoreReader
    ) throws(StoreError) -> Count {
        var sum = Count()
        for index in 0 ..< PredictionEvent.topic.partitions {
            guard let count = try tables(index, in: reader).get(counts, endpoint) else { continue }
            sum.predictions += count.predictions
            sum.incomplete += count.incomplete
            if let latest = count.latest { sum.latest = max(sum.latest ?? latest, latest) }
        }
        return sum
    }

    private static func tables(_ partition: Int32, in reader: any StoreReader) -> TableReader {
        let ledger = PredictionLedger()
        return TableReader(reader, family: ledger.family, shelf: ledger.shelf(of: partition))
    }
}
