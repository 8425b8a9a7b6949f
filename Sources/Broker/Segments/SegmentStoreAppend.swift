internal import Synchronization

extension SegmentStore {
    /// Appends one or more record batches, as a Produce request carries them, and calls back once:
    /// with their place as soon as they are as durable as their topic promises, or with the reason
    /// why not. It does not wait for the disk, and compressed batches are checked on threads of the store; all the
    /// same, what one caller appends to a partition stays in order.
    public func append(
        _ batches: consuming [UInt8],
        to partition: TopicPartition,
        _ done: @escaping @Sendable (Result<Appended, AppendRefusal>) -> Void
    ) {
        guard door.isOccupied(by: partition) || BatchCheck.hasWork(in: batches) else {
            return take(batches, into: partition, done)
        }
        guard door.byteCount <= engine.settings.pendingBytes else {
            return done(.failure(.storage("Too much waits to be checked.")))
        }
        let bytes = batches
        door.enter(partition, byteCount: bytes.count) { [self] in
            take(bytes, into: partition, done)
        }
    }

    /// Checks batches and hands them to the journal or the segments.
    private func take(
        _ batches: consuming [UInt8],
        into partition: TopicPartition,
        _ done: @escaping @Sendable (Result<Appended, AppendRefusal>) -> Void
    ) {
        let settings = engine.state.withLock { $0[partition]?.settings }
        guard let settings else { return done(.failure(.unknownPartition)) }
        let now = engine.settings.clock()
        let split: [StoredBatch]
        do {
            split = try BatchCheck(
                settings: settings,
                mostRecordBytes: engine.settings.mostRecordBytes,
                looksInside: engine.settings.checksBatches,
                now: now
            ).split(batches)
        } catch {
            return done(.failure(error))
        }
        let time = settings.usesLogAppendTime ? now : -1
        let limit = engine.settings.pendingBytes
        let refusal = engine.change { state, afterwards in
            state.append(split, to: partition, time: time, limit: limit, done, &afterwards)
        }
        if let refusal { return done(.failure(refusal)) }
        (settings.isJournaled ? engine.journalSignal : engine.settleSignal).give()
    }

    /// What can be read: log start to high watermark. From memory.
    public func bounds(of partition: TopicPartition) -> Range<Int64>? {
        engine.state.withLock { $0[partition]?.bounds }
    }

    /// Calls back once when a record at `offset` can be read (at once if it can), or when the
    /// partition goes away.
    public func notify(
        above offset: Int64,
        in partition: TopicPartition,
        _ body: @escaping @Sendable () -> Void
    ) -> NotificationToken {
        engine.change { state, afterwards in
            state.nextToken += 1
            let token = NotificationToken(partition: partition, number: state.nextToken)
            if state.phase == .open, let found = state[partition], found.highWatermark <= offset {
                found.waiters[token.number] = PartitionState.Waiter(offset: offset, body: body)
            } else {
                afterwards.run(body)
            }
            return token
        }
    }

    /// A notification that was cancelled may still be under way on another thread.
    public func cancel(_ token: NotificationToken) {
        engine.state.withLock { $0[token.partition]?.waiters[token.number] = nil }
    }
}
