public import Bytes
public import Events
public import Logs
public import Projections
public import Store
internal import Workers

extension Engine {
    /// Decides, appends, waits for the fold, and answers from the state.
    ///
    /// `projection`: Folds the control topic that the fact belongs on.
    /// `decide`: Called again on the newer state when another writer was first. Nil: nothing to do.
    public func execute<Event: PlatformEvent>(
        _ caller: Caller,
        on subject: String,
        of projection: any Projection,
        decide: @Sendable (any StoreReader, Instant) throws -> Event?
    ) async throws -> Effect {
        try await subjects.run("\(projection.name) \(subject)") {
            let id = caller.keyedID ?? clock.newID()
            let partition = Partition(projection.topic, 0)
            let tables = TableReader(
                store,
                family: projection.family,
                shelf: projection.shelf(of: 0)
            )
            if caller.keyedID != nil,
                let effect = try effect(of: id, for: caller, at: partition, in: tables)
            {
                return effect
            }
            if let why = seats(on: partition).lazy.compactMap(\.stopped).first {
                throw PlatformError.unavailable(
                    "nothing is decided while \(projection.name) does not go on: \(why)"
                )
            }
            try requireLog()
            for _ in 0 ..< Self.attempts {
                let now = clock.now()
                // One moment for both: a number that is newer than what was decided on would let a stale decision count.
                let seen = try store.snapshot()
                let event: Event?
                do {
                    event = try decide(seen, now)
                } catch {
                    if let effect = try effect(of: id, for: caller, at: partition, in: tables) {
                        return effect
                    }
                    throw error
                }
                guard let event else {
                    return try effect(of: id, for: caller, at: partition, in: tables) ?? .unchanged
                }
                let numbers = TableReader(
                    seen,
                    family: projection.family,
                    shelf: projection.shelf(of: 0)
                )
                let revision = (try numbers.get(Arbiter.subjects, subject) ?? 0) + 1
                let envelope = Envelope(
                    id: id,
                    subject: subject,
                    time: now,
                    actor: caller.actor,
                    revision: revision,
                    requestDigest: caller.digest,
                    traceparent: caller.traceparent
                )
                let ticket = waiters.ticket(for: id, within: Self.patience)
                let appended = try await append(event.newRecord(envelope), to: partition)
                var isFolded = await ticket.value()
                if !isFolded, case .at(let position) = appended {
                    // The log may have taken longer than the ticket is good for: what it has is about to be folded.
                    isFolded = await isReached(position)
                }
                if case .repeated(let position, let revision) = try effect(
                    of: id,
                    for: caller,
                    at: partition,
                    in: tables
                ) {
                    return .changed(position, revision: revision)
                }
                if case .perhaps(let doubt) = appended {
                    throw PlatformError.outcomeUnknown(doubt)
                }
                guard isFolded else {
                    throw PlatformError.outcomeUnknown(
                        "the fact is in the log, and was not folded within 5 s"
                    )
                }
                // Void: another server's fact was first. Decide again on what it left.
            }
            throw PlatformError.conflict(
                "\(Self.attempts) times another change of \(subject) was first: ask again"
            )
        }
    }

    /// What the same request has done before, here or through another server, perhaps only since it was asked here.
    private func effect(
        of id: EventID,
        for caller: Caller,
        at partition: Partition,
        in tables: TableReader
    ) throws -> Effect? {
        guard let effect = try tables.get(Arbiter.effects, id) else { return nil }
        guard effect.request == caller.digest else {
            throw PlatformError.keyReused(caller.idempotencyKey ?? "")
        }
        return .repeated(Position(partition, effect.offset), revision: effect.revision)
    }

    /// Whoever would wait for a log that is known to be away is told at once.
    public func requireLog() throws {
        guard log.isReachable else {
            throw PlatformError.unavailable("Kafka does not answer")
        }
    }

    private static var attempts: Int { 4 }
    private static var patience: Duration { .seconds(5) }

    private enum Appended {
        /// The offset is −1 where the log has it, and did not say where.
        case at(Position)
        /// Why it is not certain that the log has it.
        case perhaps(String)
    }

    private func append(_ record: NewRecord, to partition: Partition) async throws -> Appended {
        do {
            return .at(
                try await log.append(record, to: partition.topic, partition: partition.index)
            )
        } catch {
            switch error {
            case .notPersisted(let why), .refused(let why):
                throw PlatformError.unavailable("the log did not take the fact: \(why)")
            case .possiblyPersisted(let why):
                return .perhaps("no acknowledgement from the log: \(why)")
            }
        }
    }

    /// Whether a record was folded, as soon as it is known.
    private func isReached(_ position: Position) async -> Bool {
        guard position.offset >= 0 else { return false }
        let next = position.next
        let ticket = waiters.ticket(for: position.partition, below: next, within: Self.patience)
        if let reached = folded(position.partition), reached >= next { return true }
        return await ticket.value()
    }

    /// Waits until everything up to a position was folded, so that a read sees what an earlier answer spoke of.
    public func reach(_ position: Position, within time: Duration = .seconds(5)) async throws {
        let next = position.next
        let ticket = waiters.ticket(for: position.partition, below: next, within: time)
        guard let reached = folded(position.partition) else {
            if let why = seats(on: position.partition).lazy.compactMap(\.stopped).first {
                throw PlatformError.unavailable("\(position.partition) is not folded: \(why)")
            }
            throw PlatformError.invalid(
                "\(position) is a position of a topic that nobody folds here"
            )
        }
        if reached >= next { return }
        if await ticket.value() { return }
        throw PlatformError.notReached(asked: position, reached: folded(position.partition) ?? 0)
    }

    /// Waits until what a topic holds by now was folded, for so long at most.
    public func reachEnd(of topic: TopicSpec, within time: Duration) async throws {
        let waits = try await pool.run { [log, waiters] in
            try (0 ..< topic.partitions).map { index in
                let partition = Partition(topic.name, index)
                let end = try log.bounds(of: partition).upperBound
                return (partition, end, waiters.ticket(for: partition, below: end, within: time))
            }
        }
        // Of a projection that does not go on, nothing more is to be expected.
        for (partition, end, ticket) in waits where folded(partition).map({ $0 < end }) ?? false {
            _ = await ticket.value()
        }
    }

    /// The next offset that every projection of the partition will fold; of a topic of our own, every ledger. Nil where
    /// there is none.
    public func folded(_ partition: Partition) -> Offset? {
        let seats = isOwn(partition.topic) ? running?.control.seats(on: partition) : nil
        return (seats ?? self.seats(on: partition)).filter { $0.stopped == nil }
            .map(\.progress.next).min()
    }
}
