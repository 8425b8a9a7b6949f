public import Bytes
internal import Events
internal import FoundationEssentials
public import Logs
public import Projections
internal import Records
public import Store

/// What became of refused records: how many of which stream and for which reason, and which are known.
public struct DeadLetterLedger: Projection {
    public static let family = Family("deadletters")
    /// The newest refused offset, by what was asked: a changed definition refuses other records, and is asked about all of
    /// them anew.
    static let newest = Table<String, Int64>("newest", number: 1, keeps: .newest)
    /// How many, by what was asked, and reason.
    public static let counts = Table<String, Int64>("counts", number: 2, keeps: .newest)
    /// How often an input partition was asked about anew: for every generation, or for one.
    static let restarts = Table<String, Int64>("restarts", number: 3, keeps: .newest)
    /// Every dead letter by its id, with the number of restarts at which it counted last.
    static let letters = Table<EventID, Int64>("letters", number: 4, keeps: .newest)

    public let name = "deadletters"
    public let topic = DeadLetterEvent.topic.name
    public var family: Family { Self.family }
    public let generation = Digest(of: Array("deadletters".utf8))
    public let foldVersion: Int64 = 3

    public init() {}

    public func apply(
        _ record: Record,
        of partition: Partition,
        to changes: inout Changes
    ) throws(FoldStop) {
        guard
            let (envelope, event) = try FoldStop.reading({ () throws(EventError) in
                try DeadLetterEvent.decode(record)
            })
        else { return }
        switch event.fact {
        case .refused(let refused):
            let question = Question(
                stream: refused.stream,
                input: "\(Partition(refused.topic, refused.partition))",
                generation: Array(refused.generation).hex
            )
            let restart = question.restart { changes[Self.restarts, $0] }
            // One that is there already was written twice, and is void.
            guard changes[Self.letters, envelope.id] != restart else { return }
            changes[Self.letters, envelope.id] = restart
            let key = question.key(restart: restart)
            changes[Self.newest, key] = max(changes[Self.newest, key] ?? -1, refused.offset)
            changes[Self.counts, "\(key) \(refused.reason)", default: 0] += 1
        case .restarted(let restarted):
            // All records of the input are asked about anew, and what was answered before counts no more.
            let question = Question(
                stream: restarted.stream,
                input: "\(Partition(restarted.topic, restarted.partition))",
                generation: Array(restarted.generation).hex
            )
            changes[Self.restarts, question.restartKey, default: 0] += 1
        case nil: break
        }
    }

    /// What a generation of a stream makes of the records of one partition.
    private struct Question {
        var stream: String
        var input: String
        /// In hexadecimal; empty: every one.
        var generation: String

        init(stream: String, input: String, generation: String) {
            self.stream = stream
            self.input = input
            self.generation = generation
        }

        init(_ intake: Intake, _ input: Partition) {
            self.init(
                stream: intake.definition.name,
                input: "\(input)",
                generation: intake.generation.hex
            )
        }

        var restartKey: String {
            generation.isEmpty ? everyRestartKey : "\(everyRestartKey) \(generation)"
        }
        private var everyRestartKey: String { "\(stream) \(input)" }

        /// How often it was asked anew.
        func restart<Failure: Error>(
            _ restarts: (String) throws(Failure) -> Int64?
        ) throws(Failure) -> Int64 {
            (try restarts(everyRestartKey) ?? 0) + (try restarts(restartKey) ?? 0)
        }

        func restart(in tables: TableReader) throws(StoreError) -> Int64 {
            try restart { key throws(StoreError) in try tables.get(restarts, key) }
        }

        func key(restart: Int64) -> String { "\(stream) \(input) \(restart) \(generation)" }
    }

    /// Where the answers to an input partition are.
    public static func outputPartition(of input: Partition) -> Partition {
        Partition(DeadLetterEvent.topic.name, input.index % DeadLetterEvent.topic.partitions)
    }

    /// The newest record of a partition that has a dead letter which is not void; nil: none has.
    public static func newest(
        of input: Partition,
        for intake: Intake,
        in reader: any StoreReader
    ) throws(StoreError) -> Offset? {
        let (question, tables) = (Question(intake, input), tables(of: input, in: reader))
        return try tables.get(newest, question.key(restart: question.restart(in: tables)))
    }

    /// Whether a dead letter is known, and not void.
    public static func has(
        _ id: EventID,
        of input: Partition,
        for intake: Intake,
        in reader: any StoreReader
    ) throws(StoreError) -> Bool {
        let tables = tables(of: input, in: reader)
        guard let restart = try tables.get(letters, id) else { return false }
        return try restart == Question(intake, input).restart(in: tables)
    }

    private static func tables(of input: Partition, in reader: any StoreReader) -> TableReader {
        let ledger = DeadLetterLedger()
        let shelf = ledger.shelf(of: outputPartition(of: input).index)
        return TableReader(reader, family: ledger.family, shelf: shelf)
    }

    /// How many dead letters each generation of a stream has that are not void, by reason, over all partitions.
    public static func counts(
        in reader: any StoreReader
    ) throws(StoreError) -> [(stream: String, generation: String, reason: String, count: Int64)] {
        let ledger = DeadLetterLedger()
        var sums: [Sum: Int64] = [:]
        for partition in 0 ..< DeadLetterEvent.topic.partitions {
            let tables = TableReader(
                reader,
                family: ledger.family,
                shelf: ledger.shelf(of: partition)
            )
            var restarts: [String: Int64] = [:]
            for (key, count) in try tables.all(Self.restarts) { restarts[key] = count }
            for (key, count) in try tables.all(counts) {
                let words = key.split(separator: " ").map(String.init)
                // What names nothing that there could be was written by somebody else.
                guard words.count == 5 else { continue }
                let question = Question(stream: words[0], input: words[1], generation: words[3])
                guard words[2] == "\(question.restart { restarts[$0] })" else { continue }
                let sum = Sum(
                    stream: question.stream,
                    generation: question.generation,
                    reason: words[4]
                )
                sums[sum, default: 0] += count
            }
        }
        return sums.sorted { $0.key < $1.key }.map {
            ($0.key.stream, $0.key.generation, $0.key.reason, $0.value)
        }
    }

    private struct Sum: Hashable, Comparable {
        var stream: String
        var generation: String
        var reason: String

        static func < (one: Sum, other: Sum) -> Bool {
            (one.stream, one.generation, one.reason)
                < (other.stream, other.generation, other.reason)
        }
    }
}
