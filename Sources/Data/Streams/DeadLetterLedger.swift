public import Bytes
internal import Events
internal import FoundationEssentials
public import Logs
public import Projections
internal import Records
public import Store

/// What became of refused records: how many of which stream and for which reason, and which input was answered last.
public struct DeadLetterLedger: Projection {
    public static let family = Family("deadletters")
    /// The last answered offset, by stream, input partition, restart and generation: a changed definition refuses other
    /// records, and is asked about all of them anew.
    public static let answered = Table<String, Int64>("answered", number: 1, keeps: .newest)
    /// How many, by stream, generation and reason.
    public static let counts = Table<String, Int64>("counts", number: 2, keeps: .newest)
    /// How often the offsets of an input partition began anew.
    static let restarts = Table<String, Int64>("restarts", number: 3, keeps: .newest)

    public let name = "deadletters"
    public let topic = DeadLetterEvent.topic.name
    public var family: Family { Self.family }
    public let generation = Digest(of: Array("deadletters".utf8))
    public let foldVersion: Int64 = 1

    public init() {}

    public func apply(
        _ record: Record,
        of partition: Partition,
        to changes: inout Changes
    ) throws(FoldStop) -> Reaction? {
        guard
            let (_, event) = try FoldStop.reading({ () throws(EventError) in
                try DeadLetterEvent.decode(record)
            })
        else { return nil }
        switch event.fact {
        case .refused(let refused):
            // Outputs stand in the order of their inputs; one that does not is an answer given twice, and void.
            let generation = Array(refused.generation).hex
            let input = Self.inputKey(
                Partition(refused.topic, refused.partition),
                stream: refused.stream
            )
            let answer = Self.answerKey(
                input,
                restart: changes[Self.restarts, input] ?? 0,
                generation
            )
            guard refused.offset > changes[Self.answered, answer] ?? -1 else { return nil }
            changes[Self.answered, answer] = refused.offset
            let count = "\(refused.stream) \(generation) \(refused.reason)"
            changes[Self.counts, count] = (changes[Self.counts, count] ?? 0) + 1
        case .restarted(let restarted):
            // The offsets of the input count anew, and so do the answers.
            let input = Self.inputKey(
                Partition(restarted.topic, restarted.partition),
                stream: restarted.stream
            )
            changes[Self.restarts, input] = (changes[Self.restarts, input] ?? 0) + 1
        case nil: break
        }
        return nil
    }

    private static func inputKey(_ input: Partition, stream: String) -> String {
        "\(stream) \(input)"
    }

    private static func answerKey(_ input: String, restart: Int64, _ generation: String) -> String {
        "\(input) \(restart) \(generation)"
    }

    /// Where the answers to an input partition are.
    public static func outputPartition(of input: Partition) -> Partition {
        Partition(DeadLetterEvent.topic.name, input.index % DeadLetterEvent.topic.partitions)
    }

    /// The last input of the partition that has its answer among what was folded; −1 for none.
    public static func lastAnswered(
        _ input: Partition,
        of intake: Intake,
        in reader: any StoreReader
    ) throws(StoreError) -> Offset {
        let ledger = DeadLetterLedger()
        let tables = TableReader(
            reader,
            family: ledger.family,
            shelf: ledger.shelf(of: outputPartition(of: input).index)
        )
        let input = inputKey(input, stream: intake.definition.name)
        let restart = try tables.get(restarts, input) ?? 0
        return try tables.get(answered, answerKey(input, restart: restart, intake.generation.hex))
            ?? -1
    }

    /// How many dead letters each generation of a stream has, by reason, over all partitions.
    public static func counts(
        in reader: any StoreReader
    ) throws(StoreError) -> [(stream: String, generation: String, reason: String, count: Int64)] {
        let ledger = DeadLetterLedger()
        var sums: [String: Int64] = [:]
        for partition in 0 ..< DeadLetterEvent.topic.partitions {
            let tables = TableReader(
                reader,
                family: ledger.family,
                shelf: ledger.shelf(of: partition)
            )
            for (key, count) in try tables.all(counts) { sums[key, default: 0] += count }
        }
        return sums.sorted { $0.key < $1.key }.map { key, count in
            let words = key.split(separator: " ").map(String.init)
            return words.count == 3 ? (words[0], words[1], words[2], count) : (key, "", "", count)
        }
    }
}
