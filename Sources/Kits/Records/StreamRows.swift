internal import Bytes
public import Logs
internal import Store

/// The records of a stream that count, read from the log itself: what every fold of it counts too.
public struct StreamRows {
    private let stream: StreamDefinition
    private let log: any Log
    /// The first offset of each partition that is not read.
    private let cut: [Partition: Offset]
    /// What was told of the stream when it was folded up to there.
    private let advances: Advances
    /// Throws where it is to end before its end.
    private let goesOn: @Sendable () throws -> Void

    public init(
        stream: StreamDefinition,
        log: any Log,
        cut: [Partition: Offset],
        advances: Advances,
        goesOn: @escaping @Sendable () throws -> Void = {}
    ) {
        self.stream = stream
        self.log = log
        self.cut = cut
        self.advances = advances
        self.goesOn = goesOn
    }

    /// Calls `body` with each record that counts, partition by partition, in the order of the offsets. Blocks.
    public func each(_ body: (Position, Row) throws -> Void) throws {
        let reader = RecordReader(stream)
        for index in 0 ..< stream.partitions {
            let partition = Partition(stream.topic, index)
            guard let end = cut[partition] else { continue }
            let bounds = try log.bounds(of: partition)
            // The records were folded, and the log lost them since.
            guard end <= bounds.upperBound else {
                throw LogError.offsetOutOfRange(Position(partition, end), available: bounds)
            }
            let admission = Admission(stream, knowing: advances)
            let seen = MemoryStore()
            let family = Family("rows")
            try seen.open(family)
            let shelf = Shelf(generation: stream.generation, partition: 0)
            try log.eachRecord(of: partition, below: end, goesOn: goesOn) { records in
                var changes = Changes(over: seen, family: family, shelf: shelf)
                for record in records {
                    changes.offset = record.offset
                    try goesOn()
                    let row: Row
                    do throws(Refusal) {
                        guard try admission.isNew(record, of: index, in: &changes) else { continue }
                        row = try reader.read(value: record.value, arrival: record.arrival)
                        try admission.admit(row, arrival: record.arrival, in: &changes)
                    } catch {
                        continue
                    }
                    try body(Position(partition, record.offset), row)
                }
                if let failure = changes.failure { throw failure }
                try seen.write(changes.batch(), to: family)
            }
        }
    }
}
