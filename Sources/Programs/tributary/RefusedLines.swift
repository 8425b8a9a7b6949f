import Bytes
import Events
import Logs
import Records

/// What became of the records of a file that their stream refused: their dead letters.
struct RefusedLines {
    private(set) var counts: [String: Int64] = [:]
    /// The first of them, in a sentence.
    private(set) var first: String?

    var count: Int64 { counts.values.reduce(0, +) }

    /// Where the dead letters end by now, partition by partition.
    static func ends(in log: any Log) throws -> [Offset] {
        try partitions.map { try log.bounds(of: $0).upperBound }
    }

    /// `source`: The file. `starts`: Where its dead letters begin.
    init(
        of source: String,
        in definition: StreamDefinition,
        from starts: [Offset],
        log: any Log
    ) throws {
        let generation = definition.generation
        var seen: Set<Position> = []
        var lowest = Int64.max
        for (partition, start) in zip(Self.partitions, starts) {
            try log.eachRecord(of: partition, from: start, below: .max) { records in
                for record in records {
                    guard let refused = try Self.refused(record), refused.topic == definition.topic,
                        refused.generation.elementsEqual(generation.bytes),
                        refused.text(of: Admission.sourceHeader) == source,
                        let number = refused.text(of: Admission.sequenceHeader).flatMap({
                            Int64($0)
                        }
                        )
                    else { continue }
                    // A batch that was folded twice over gives the same dead letters again.
                    let position = Position(
                        Partition(refused.topic, refused.partition),
                        refused.offset
                    )
                    guard seen.insert(position).inserted else { continue }
                    counts[refused.reason, default: 0] += 1
                    if number < lowest {
                        lowest = number
                        first = "record \(number), at \(position): \(refused.detail)"
                    }
                }
            }
        }
    }

    private static var partitions: [Partition] {
        let topic = DeadLetterEvent.topic
        return (0 ..< topic.partitions).map { Partition(topic.name, $0) }
    }

    /// Nil for what somebody else wrote there.
    private static func refused(_ record: Record) throws -> DeadLetterEvent.Refused? {
        do throws(EventError) {
            guard case .refused(let refused)? = try DeadLetterEvent.decode(record).event.fact else {
                return nil
            }
            return refused
        } catch {
            switch error {
            case .malformed: return nil
            case .unknownFact: throw error
            }
        }
    }
}

extension DeadLetterEvent.Refused {
    fileprivate func text(of header: String) -> String? {
        headers.first { $0.name == header }.map { String(decoding: $0.value, as: UTF8.self) }
    }
}
