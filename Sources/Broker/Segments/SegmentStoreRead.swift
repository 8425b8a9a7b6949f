internal import Synchronization

extension SegmentStore {
    /// Whole batches from the one that holds `offset` on: at least one if there is one, and
    /// otherwise at most `limit` bytes; only what is visible. No byte is returned unchecked.
    public func read(
        _ partition: TopicPartition,
        from offset: Int64,
        limit: Int
    ) throws(SegmentError) -> Chunk {
        // A segment may be deleted between looking it up and reading it; then it is looked up anew.
        var missing = ""
        for _ in 0 ..< 3 {
            let plan = engine.state.withLock { state in
                state.planRead(of: partition, from: offset, limit: limit)
            }
            switch plan {
            case .done(let chunk): return chunk
            case .failed(let error): throw error
            case .segment(let read):
                if let chunk = try SegmentRead(engine: engine, plan: read).run() { return chunk }
                missing = engine.layout.short(read.path.log)
            }
        }
        engine.note("\(missing) is missing.")
        throw .corrupt("\(missing) is missing.")
    }

    /// The first record at or after a time, and its own time.
    public func firstOffset(
        atOrAfter milliseconds: Int64,
        in partition: TopicPartition
    ) throws(SegmentError) -> (offset: Int64, timestamp: Int64)? {
        guard let bounds = bounds(of: partition) else { throw .unknownPartition(partition) }
        var offset = bounds.lowerBound
        while offset < bounds.upperBound {
            let start = engine.state.withLock { state in
                state[partition]?.segmentEnd(
                    passing: offset,
                    ifBefore: milliseconds
                ) ?? offset
            }
            if start > offset {
                offset = start
                continue
            }
            offset = try engine.jump(in: partition, from: offset, toward: milliseconds)
            let chunk = try read(partition, from: offset, limit: 1 << 20)
            for bytes in chunk.batches {
                guard let header = BatchHeader(bytes.span.bytes) else { break }
                if let found = header.first(
                    in: bytes,
                    atOrAfter: milliseconds,
                    notBefore: bounds.lowerBound,
                    limit: engine.settings.mostRecordBytes
                ) {
                    return found
                }
                offset = header.endOffset
            }
            if chunk.batches.isEmpty { return nil }
        }
        return nil
    }
}

extension BatchHeader {
    fileprivate func first(
        in bytes: [UInt8],
        atOrAfter milliseconds: Int64,
        notBefore start: Int64,
        limit: Int
    ) -> (offset: Int64, timestamp: Int64)? {
        guard maxTimestamp >= milliseconds, endOffset > start else { return nil }
        if usesLogAppendTime { return (max(baseOffset, start), maxTimestamp) }
        var found: (offset: Int64, timestamp: Int64)?
        do throws(RecordFlaw) {
            try RecordWalk.over(bytes, self, limit: limit) { record in
                let offset = baseOffset &+ record.offsetDelta
                let timestamp = baseTimestamp &+ record.timestampDelta
                if timestamp >= milliseconds, offset >= start { found = (offset, timestamp) }
                return found == nil
            }
        } catch {
            // A batch that was taken before compressed ones were checked: it reaches the time, so it is the answer, and
            // whoever reads it is told what is the matter.
            return (max(baseOffset, start), max(baseTimestamp, milliseconds))
        }
        return found
    }
}
