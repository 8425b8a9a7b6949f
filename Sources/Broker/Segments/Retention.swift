internal import Synchronization

extension SegmentStore {
    /// Deletes what topics no longer keep, by age or size. It runs by itself from time to time.
    public func enforceRetention(now milliseconds: Int64) throws(SegmentError) {
        try checkWritable()
        try engine.enforceRetention(now: milliseconds)
    }

    /// Deletes everything below an offset, durably; -1 stands for the high watermark, as in Kafka.
    /// - Returns: Where the partition begins now.
    public func deleteRecords(
        before offset: Int64,
        in partition: TopicPartition
    ) throws(SegmentError) -> Int64 {
        try checkWritable()
        let bounds = bounds(of: partition)
        guard let bounds else { throw .unknownPartition(partition) }
        let start = offset == -1 ? bounds.upperBound : offset
        guard start >= 0, start <= bounds.upperBound else { throw .offsetOutOfRange(bounds) }
        try engine.advanceStart(of: partition, to: start)
        return self.bounds(of: partition)?.lowerBound ?? start
    }
}

extension Engine {
    func enforceRetention(now milliseconds: Int64) throws(SegmentError) {
        let starts = state.withLock { state in
            state.partitions.values.compactMap { partition -> (TopicPartition, Int64)? in
                guard partition.damage == nil else { return nil }
                let start = partition.retainedStart(now: milliseconds)
                return start > partition.logStart ? (partition.name, start) : nil
            }
        }
        settleSignal.give()
        for (partition, start) in starts { try advanceStart(of: partition, to: start) }
    }

    /// Has the journal say where a partition begins, and then lets go of what lies before it.
    func advanceStart(of name: TopicPartition, to offset: Int64) throws(SegmentError) {
        let answered = Signal()
        let failure = Mutex<SegmentError?>(nil)
        let isQueued = state.withLock { state in
            guard state.phase == .open, state.failure == nil, let partition = state[name] else {
                return false
            }
            guard offset > partition.logStart else {
                answered.give()
                return true
            }
            state.toJournal.append(
                JournalEntry(
                    key: partition.key,
                    serial: partition.serial,
                    fact: .start(offset: offset)
                ) { error in
                    failure.withLock { $0 = error }
                    answered.give()
                }
            )
            return true
        }
        guard isQueued else { throw .closed }
        journalSignal.give()
        answered.wait()
        if let failure = failure.withLock({ $0 }) { throw failure }
        state.withLock { state in
            state.healIfGivenUp(name)
            state.condemnSegments(of: name)
        }
        settleSignal.give()
    }
}

extension StoreState {
    /// A partition that lacks acknowledged records takes writes again once all that it has and all that it lacks was
    /// given up. It goes on behind them, so that no offset is ever given twice.
    mutating func healIfGivenUp(_ name: TopicPartition) {
        guard let partition = self[name], partition.damage != nil,
            partition.logStart >= partition.highWatermark
        else { return }
        partition.damage = nil
        damaged.remove(partition.serial)
        restarts.append(partition.serial)
        for place in partition.segments.indices {
            partition.segments[place].end = partition.logStart
            partition.segments[place].isSealed = true
        }
    }

    /// Takes segments before the log's start out of sight. Their files go once a checkpoint no
    /// longer names them: a file that is missing without reason is bit rot.
    mutating func condemnSegments(of name: TopicPartition) {
        guard let partition = self[name] else { return }
        for segment in partition.segments
        where segment.isSealed && segment.end <= partition.logStart {
            condemned.append(
                SegmentPath(
                    folder: partition.folder,
                    partition: name.partition,
                    base: segment.base
                )
            )
        }
        partition.segments.removeAll { $0.isSealed && $0.end <= partition.logStart }
    }
}

extension PartitionState {
    /// Where the partition should begin, by its topic's retention: whole segments go, never the
    /// one being written. One that is over-age and not full is asked to be sealed.
    fileprivate func retainedStart(now milliseconds: Int64) -> Int64 {
        var start = logStart
        var size = segments.reduce(0) { $0 + $1.size }
        for segment in segments {
            var isOver = segment.end <= logStart
            if let limit = settings.retentionBytes, size - segment.size >= limit { isOver = true }
            if let limit = settings.retentionMilliseconds, segment.maxTimestamp >= 0,
                segment.maxTimestamp < milliseconds - limit
            {
                isOver = true
                if !segment.isSealed, segment.size > 0 { wantsRoll = true }
            }
            guard isOver, segment.isSealed else { break }
            start = max(start, segment.end)
            size -= segment.size
        }
        return min(start, highWatermark)
    }
}
