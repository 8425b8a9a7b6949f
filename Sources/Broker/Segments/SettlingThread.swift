internal import Synchronization

/// Brings records to their segments behind the journal, syncs what does without it, and frees the
/// journal. It may wait for the disk as long as it takes; nobody waits for it.
struct SettlingThread {
    let engine: Engine
    /// By partition; only those that were written to.
    var writers: [Int: SegmentWriter]
    /// Rows of all partitions as the last checkpoint has them.
    var checkpoint: Checkpoint
    /// Journal files that hold what a segment lacks; they are kept as evidence.
    let keepsJournals: Bool

    /// When partitions without a journal are to be synced.
    var due: [Int: Int64] = [:]
    /// What found no room, no rights or no file, to be tried again at `retryAt`, in order.
    var retry: [StoreState.Pending] = []
    var retryAt: Int64 = 0
    /// Whether some of it found no room.
    var hasNoRoom = false
    var removalsLeft: [StoreState.Removal] = []
    /// Files that the writers have open, and when each was used last.
    var openFiles = 0
    var lastUse: [Int: Int] = [:]
    var uses = 0
    /// What those partitions wrote since their last sync.
    var unsyncedBytes: [Int: Int] = [:]
    var bytesSinceCheckpoint = 0
    var nextRetention: Int64

    init(
        engine: Engine,
        writers: [Int: SegmentWriter],
        checkpoint: Checkpoint,
        keepsJournals: Bool
    ) {
        self.engine = engine
        self.writers = writers
        self.checkpoint = checkpoint
        self.keepsJournals = keepsJournals
        nextRetention = Clock.ticks() + engine.settings.retentionCheckMilliseconds
    }

    /// Runs until the store is closed.
    mutating func run() {
        while true {
            let now = takeTurn()
            if now.hasFailed {
                if now.phase > .open { return }
                engine.settleSignal.wait()
                continue
            }
            do {
                try write(now.pending)
                if now.isBehind { engine.journalSignal.give() }
                try removeFolders(now.removals)
                try synchronizeDue(all: now.phase > .open)
                if now.wantsSpare { try prepareSpare() }
                try rollExpired(now.rolls)
                let isDue = bytesSinceCheckpoint > engine.settings.checkpointBytes
                if !now.isFull { renew() }
                if isDue || now.hasCondemned || canFree, !now.isFull {
                    try settle()
                }
                if try isFinished(now.phase) { return }
            } catch {
                report(error)
                // A full disk keeps the rest in the journal, from where the next start takes it.
                if now.phase == .journalEnded { return }
            }
            checkRetention()
            engine.announce()
            waitForWork(in: now.phase)
        }
    }

    /// What there is to do.
    private struct Turn {
        var pending: [StoreState.Pending]
        var removals: [StoreState.Removal]
        var rolls: [Int]
        var restarts: [Int]
        var phase: StoreState.Phase
        var hasFailed: Bool
        var wantsSpare: Bool
        var hasCondemned: Bool
        var isBehind: Bool
        var isFull: Bool
    }

    private mutating func takeTurn() -> Turn {
        let isRetryDue = Clock.ticks() >= retryAt
        let (old, oldRemovals) = isRetryDue ? (retry, removalsLeft) : ([], [])
        if isRetryDue { (retry, removalsLeft) = ([], []) }
        var turn = engine.state.withLock { state in
            let rolls = state.partitions.values.filter(\.wantsRoll).map(\.serial)
            for serial in rolls { state.partitions[serial]?.wantsRoll = false }
            defer { (state.removals, state.restarts) = ([], []) }
            return Turn(
                pending: old + (state.failure == nil ? state.toSegments.takeAll() : []),
                removals: oldRemovals + state.removals,
                rolls: rolls,
                restarts: state.restarts,
                phase: state.phase,
                hasFailed: state.failure != nil,
                wantsSpare: state.wantsSpare,
                hasCondemned: !state.condemned.isEmpty,
                isBehind: state.isBehind(limit: engine.settings.pendingBytes),
                isFull: state.isFull
            )
        }
        for serial in turn.restarts { drop(serial) }
        // What came later of a partition never overtakes what waits.
        let waiting = Set(retry.map(\.serial))
        if !waiting.isEmpty {
            retry += turn.pending.filter { waiting.contains($0.serial) }
            turn.pending.removeAll { waiting.contains($0.serial) }
        }
        return turn
    }

    private func waitForWork(in phase: StoreState.Phase) {
        let isIdle = engine.state.withLock { state in
            state.toSegments.isEmpty && state.phase == phase && state.removals.isEmpty
                && state.condemned.isEmpty
        }
        guard isIdle else { return }
        let deadline = due.values.min() ?? nextRetention
        let isRetrying = !retry.isEmpty || !removalsLeft.isEmpty
        let patience = min(deadline, isRetrying ? retryAt : nextRetention, nextRetention)
        engine.settleSignal.wait(until: max(patience, Clock.ticks() + 1))
    }
}
