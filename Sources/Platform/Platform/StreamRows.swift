internal import Bytes
internal import Logs
internal import Records
internal import Store

/// The records of a stream that count, read from the log itself: what every fold of it counts too.
struct StreamRows {
    let stream: StreamDefinition
    let log: any Log
    /// The first offset of each partition that is not read.
    let cut: [Partition: Offset]

    /// Calls `body` with each record that counts, partition by partition, in the order of the offsets. Blocks.
    func each(_ body: (Position, Row) throws -> Void) throws {
        let reader = RecordReader(stream)
        for index in 0 ..< stream.partitions {
            let partition = Partition(stream.topic, index)
            guard let end = cut[partition] else { continue }
            let admission = Admission(stream)
            let seen = MemoryStore()
            let family = Family("rows")
            try seen.open(family)
            let shelf = Shelf(generation: stream.generation, partition: 0)
            try log.eachRecord(of: partition, below: end) { records in
                var changes = Changes(over: seen, family: family, shelf: shelf)
                for record in records {
                    changes.offset = record.offset
                    guard admission.isNew(record, in: &changes) else { continue }
                    let row: Row
                    do throws(Refusal) {
                        row = try reader.read(
                            value: record.value,
                            kafkaTimestamp: record.timestamp
                        )
                        try admission.admit(row, in: &changes)
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

extension Log {
    /// Reads a partition up to an offset, in batches, from its beginning or from an offset on. Blocks.
    func eachRecord(
        of partition: Partition,
        from start: Offset = 0,
        below end: Offset,
        _ body: ([Record]) throws -> Void
    ) throws {
        let bounds = try bounds(of: partition)
        let end = min(end, bounds.upperBound)
        let start = max(start, bounds.lowerBound)
        guard start < end else { return }
        let reader = try reader()
        defer { reader.close() }
        try reader.add(partition, from: start)
        var silence = 0
        while true {
            let records = try reader.next(limit: 8_192, within: .seconds(1)).flatMap(\.records)
            guard let last = records.last else {
                silence += 1
                // Offsets may have gaps, so the last record before the end may never come.
                if silence == 5 { return }
                continue
            }
            silence = 0
            try body(records.filter { $0.offset < end })
            if last.offset + 1 >= end { return }
        }
    }
}
