internal import Synchronization

/// Reads batches from a segment's file. Every byte is checked on its way to the reader.
struct SegmentRead {
    let engine: Engine
    let plan: SegmentReadPlan

    /// Nil if the file is not there; it may have been deleted a moment ago.
    func run() throws(SegmentError) -> Chunk? {
        let outcome: Result<Chunk, SegmentError>
        do throws(DiskError) {
            outcome = try read()
        } catch {
            if error.reason == .missing { return nil }
            throw SegmentError(error)
        }
        return try outcome.get()
    }

    private func read() throws(DiskError) -> Result<Chunk, SegmentError> {
        let place: SegmentIndex.Entry
        if let known = plan.place {
            place = known
        } else {
            place = try engine.loadIndex(of: plan).place(of: plan.offset)
        }
        let file = try engine.disk.open(plan.path.log, creating: false)
        var walk = SegmentWalk(
            file,
            from: place.position,
            offset: place.offset,
            to: plan.segment.size,
            window: min(max(plan.limit, 0), 16 << 20) + Int(engine.settings.indexEveryBytes)
        )
        var batches: [[UInt8]] = []
        var bytes = 0
        steps: while true {
            let budget = batches.isEmpty ? Int.max : plan.limit - bytes
            switch try walk.next(within: budget) {
            case .batch(let header, let batch):
                if header.endOffset > plan.highWatermark { break steps }
                if header.endOffset <= plan.offset { continue }
                let found = Array(batch)
                if let flaw = flaw(in: found, header) {
                    if !batches.isEmpty { break steps }
                    return .failure(named(flaw, at: walk.position - Int64(found.count)))
                }
                batches.append(found)
                bytes += found.count
            case .end, .tooLarge: break steps
            case .broken(let why):
                // What stands before it is served; the next read begins here and says so.
                if !batches.isEmpty { break steps }
                return .failure(named(why, at: walk.position))
            }
        }
        if batches.isEmpty {
            return .failure(named("The segment ends too early.", at: walk.position))
        }
        return .success(
            Chunk(batches: batches, highWatermark: plan.highWatermark, logStart: plan.logStart)
        )
    }

    /// What would end the process of some clients: release 0.1.0 took compressed batches without looking into them.
    private func flaw(in batch: [UInt8], _ header: BatchHeader) -> String? {
        guard header.baseOffset < plan.checkedFrom, header.codec != 0 else { return nil }
        do throws(RecordFlaw) {
            try RecordWalk.over(batch, header, limit: engine.settings.mostRecordBytes) { _ in true }
        } catch {
            switch error {
            case .malformed(let why): return why
            // It may be larger than what is taken now, and is whole.
            case .tooLong: return nil
            }
        }
        return nil
    }

    private func named(_ why: String, at position: Int64) -> SegmentError {
        let finding = "\(engine.layout.short(plan.path.log)) at byte \(position): \(why)"
        engine.note(finding)
        return .corrupt(finding)
    }
}

extension Engine {
    /// Reads the index of an old segment, and keeps it.
    func loadIndex(of plan: SegmentReadPlan) throws(DiskError) -> SegmentIndex {
        let file = IndexFile(
            path: plan.path,
            layout: layout,
            disk: disk,
            everyBytes: settings.indexEveryBytes
        )
        let loaded = try file.loadSealed(size: plan.segment.size, end: plan.segment.end)
        state.withLock { state in
            state.findings += loaded.findings
            guard let partition = state.partitions[plan.serial],
                let place = partition.segments.firstIndex(where: { $0.base == plan.segment.base }),
                partition.segments[place].index == nil
            else { return }
            partition.segments[place].index = loaded.index
            state.loadedIndexes.append((plan.serial, plan.segment.base))
            state.dropIndexes()
        }
        return loaded.index
    }

    /// The offset of a batch at or behind `offset`, before which nothing reaches a time.
    func jump(
        in partition: TopicPartition,
        from offset: Int64,
        toward milliseconds: Int64
    ) throws(SegmentError) -> Int64 {
        let plan = state.withLock { $0.planRead(of: partition, from: offset, limit: 0) }
        guard case .segment(let plan) = plan else { return offset }
        do throws(DiskError) {
            if plan.place == nil { _ = try loadIndex(of: plan) }
        } catch {
            throw SegmentError(error)
        }
        return state.withLock { state in
            let segment = state.partitions[plan.serial]?.segment(holding: offset)
            return max(
                offset,
                segment?.index?.place(beforeTimestamp: milliseconds).offset ?? offset
            )
        }
    }
}
