internal import Synchronization

/// Makes records durable. One thread, at most one sync under way: what arrives during a sync goes
/// out with the next.
struct JournalThread {
    let engine: Engine
    var writer: JournalWriter

    /// Runs until the store is closed.
    mutating func run() {
        prepareFirstFile()
        while let group = nextGroup() {
            write(group)
        }
        engine.change { state, _ in state.phase = max(state.phase, .journalEnded) }
        engine.settleSignal.give()
    }

    /// The first record should not wait until a file is filled with zeros. If it cannot be made
    /// now, the first record says why.
    private mutating func prepareFirstFile() {
        do { try roll() } catch { report(error, for: []) }
    }

    private func nextGroup() -> [JournalEntry]? {
        waitForSegments()
        while true {
            let (group, isOver) = engine.state.withLock { state in
                let group =
                    state.failure == nil
                    ? state.nextGroup(byteLimit: engine.settings.groupBytes) : []
                return (
                    group, state.phase >= .flushed || state.failure != nil && state.phase > .open
                )
            }
            if !group.isEmpty { return group }
            if isOver { return nil }
            engine.journalSignal.wait()
        }
    }

    /// Not for long: the segments' thread may itself wait for the journal.
    private func waitForSegments() {
        let deadline = Clock.ticks() + 100
        let limit = engine.settings.pendingBytes
        while Clock.ticks() < deadline, engine.state.withLock({ $0.isBehind(limit: limit) }) {
            engine.journalSignal.wait(until: deadline)
        }
    }

    private mutating func write(_ group: [JournalEntry]) {
        do {
            if writer.needsRoll(for: group) { try roll() }
            try writer.append(group)
        } catch {
            return report(error, for: group)
        }
        let (number, next, isHalfFull) = (writer.number, writer.nextGroup, writer.isHalfFull)
        engine.change { state, afterwards in
            state.complete(group, in: number, &afterwards)
            state.nextGroupNumber = next
            state.wantsSpare = isHalfFull && state.spares.isEmpty
        }
        engine.settleSignal.give()
    }

    private mutating func roll() throws(DiskError) {
        let spare = engine.state.withLock { $0.spares.popLast() }
        do {
            try writer.roll(reusing: spare)
        } catch {
            if let spare { engine.state.withLock { $0.spares.append(spare) } }
            throw error
        }
        let file = StoreState.JournalFile(number: writer.number, firstGroup: writer.nextGroup)
        engine.state.withLock { $0.journalFiles.append(file) }
        engine.settleSignal.give()
    }

    /// A full disk, or one that gives no file, refuses what waits and is tried again. After any other failure, above
    /// all of a sync, nobody knows what the disk holds: the store stops writing.
    private func report(_ error: DiskError, for group: [JournalEntry]) {
        let isOpen = engine.state.withLock { $0.phase == .open }
        guard error.reason.isPassing, isOpen else {
            return engine.fail(
                "The journal failed and nothing more is written: \(error)",
                writing: group
            )
        }
        let isFull = error.reason == .full
        engine.change { state, afterwards in
            state.refuse(
                group,
                because: isFull ? .diskFull : .storage("\(error)"),
                error: SegmentError(error),
                &afterwards
            )
            if !isFull { state.journalStall = "\(error)" }
        }
        engine.announce()
        engine.journalSignal.wait(until: Clock.ticks() + 20)
        engine.journalSignal.give()
    }
}
