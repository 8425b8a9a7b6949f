/// How a read is to be answered.
enum ReadPlan: Sendable {
    case done(Chunk)
    case failed(SegmentError)
    case segment(SegmentReadPlan)
}

/// A read that needs a segment's file.
struct SegmentReadPlan: Sendable {
    let serial: Int
    let path: SegmentPath
    /// Without its index, because a copy of that would be copied again when it grows.
    let segment: SegmentSummary
    /// From where to look for the offset; nil if the index is not in memory.
    let place: SegmentIndex.Entry?
    let offset: Int64
    let limit: Int
    let highWatermark: Int64
    let logStart: Int64
    /// Compressed batches below this offset were taken unseen, by an earlier release.
    let checkedFrom: Int64
}

extension StoreState {
    func planRead(of name: TopicPartition, from offset: Int64, limit: Int) -> ReadPlan {
        if phase == .closed { return .failed(.closed) }
        guard let partition = self[name] else { return .failed(.unknownPartition(name)) }
        let bounds = partition.bounds
        guard offset >= bounds.lowerBound, offset <= bounds.upperBound else {
            return .failed(.offsetOutOfRange(bounds))
        }
        if offset == bounds.upperBound, let damage = partition.damage {
            return .failed(.corrupt(damage))
        }
        if offset == bounds.upperBound || partition.tailStart <= offset {
            return .done(partition.readTail(from: offset, limit: limit))
        }
        guard var segment = partition.segment(holding: offset) else {
            return .failed(
                .corrupt(
                    partition.damage
                        ?? "\(name): no segment in \(partition.folder) holds offset \(offset)."
                )
            )
        }
        let place = segment.index?.place(of: offset)
        segment.index = nil
        return .segment(
            SegmentReadPlan(
                serial: partition.serial,
                path: SegmentPath(
                    folder: partition.folder,
                    partition: name.partition,
                    base: segment.base
                ),
                segment: segment,
                place: place,
                offset: offset,
                limit: limit,
                highWatermark: partition.highWatermark,
                logStart: partition.logStart,
                checkedFrom: partition.checkedFrom
            )
        )
    }
}

extension PartitionState {
    /// The first offset that is in memory.
    var tailStart: Int64 { tail.first?.header.baseOffset ?? next }

    func segment(holding offset: Int64) -> SegmentSummary? {
        guard let segment = segments.last(where: { $0.base <= offset }), segment.end > offset else {
            return nil
        }
        return segment
    }

    /// Where the segment at `offset` ends, if all of it is older than a time.
    func segmentEnd(passing offset: Int64, ifBefore milliseconds: Int64) -> Int64? {
        guard let segment = segment(holding: offset), segment.maxTimestamp < milliseconds else {
            return nil
        }
        return segment.end
    }

    fileprivate func readTail(from offset: Int64, limit: Int) -> Chunk {
        var batches: [[UInt8]] = []
        var bytes = 0
        var index = tail.partitionPoint { $0.header.endOffset <= offset }
        while index < tail.count {
            let batch = tail[index]
            guard batch.header.endOffset <= highWatermark else { break }
            guard batches.isEmpty || bytes + batch.bytes.count <= limit else { break }
            batches.append(batch.bytes)
            bytes += batch.bytes.count
            index += 1
        }
        return Chunk(batches: batches, highWatermark: highWatermark, logStart: logStart)
    }
}
