public import Bytes
public import Logs
internal import Records

extension StreamView {
    /// What the view gives for an entity out of given records alone. Records of other entities, and those that do not
    /// count, give nothing.
    /// `records`: In the order of partition and offset.
    public func read(
        _ entity: [UInt8],
        at instant: Instant,
        from records: [(position: Position, record: Record)]
    ) -> FeatureRead {
        let reader = RecordReader(stream)
        var parts = (0 ..< stream.partitions).map { _ in WindowRows(slotTypes) }
        for (position, record) in records {
            // The stream may have had more partitions than the view was declared with.
            let part = Int(position.partition.index)
            guard parts.indices.contains(part) else { continue }
            do {
                let row = try reader.read(
                    value: record.value,
                    arrival: record.arrival
                )
                guard self.entity(of: row) == entity, counts(row) else { continue }
                var block = RowBlock()
                block.append(row, slots: slots, offset: position.offset)
                try parts[part].add(
                    block,
                    in: .min ..< instant.microseconds,
                    below: .max
                )
            } catch {
                // It is no record of the stream: the value that it once gave comes out otherwise, and is reported so.
            }
        }
        for index in parts.indices { parts[index].sort() }
        return aggregate(parts, at: instant, withRecords: false)
    }
}
