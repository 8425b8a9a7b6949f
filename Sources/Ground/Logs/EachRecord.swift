public import Bytes

extension Log {
    /// Reads a partition up to an offset, or to where it ends by now, in batches; from its beginning or from an offset
    /// on. It reads all of that or throws: `unreachable` where nothing comes for as long as `patience`. Blocks.
    /// `goesOn`: Throws where it is to end before that; asked some times a second.
    public func eachRecord(
        of partition: Partition,
        from start: Offset = 0,
        below end: Offset,
        limit: Int = 8_192,
        patience: TimeSpan = .seconds(30),
        goesOn: () throws -> Void = {},
        _ body: ([Record]) throws -> Void
    ) throws {
        let bounds = try bounds(of: partition)
        let end = min(end, bounds.upperBound)
        let start = max(start, bounds.lowerBound)
        guard start < end else { return }
        let reader = try reader()
        defer { reader.close() }
        try reader.add(partition, from: start)
        var deadline = Deadline(after: patience.microseconds)
        // Offsets may have gaps, so the last record before the end may never come.
        while let reached = reader.reached(partition), reached < end {
            try goesOn()
            let records = try reader.next(limit: limit, within: TimeSpan(microseconds: 50_000))
                .flatMap(\.records)
            if !records.isEmpty {
                try body(records.filter { $0.offset < end })
                deadline = Deadline(after: patience.microseconds)
            } else if deadline.isOver {
                throw LogError.unreachable(
                    "\(partition) ends at \(end), and nothing came from \(reached) on for \(patience.microseconds / 1_000_000) s"
                )
            }
        }
    }
}
