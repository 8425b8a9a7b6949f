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
    var retry: [StoreState.Pending] = []
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
                if now.canSettle || isDue || now.hasCondemned || isCrowded, retry.isEmpty {
                    try settle()
                }
                if try isFinished(now.phase) { return }
            } catch {
                report(error)
                // A full disk keeps the rest in the journal, from where the next start takes it.
                if now.phase == .journalEnded { return }
            }
            checkRetention()
            waitForWork(in: now.phase)
        }
    }

    /// Whether so many files are open that some should be closed, which only durable ones can be.
    private var isCrowded: Bool {
        let limit = engine.settings.openSegments
        return writers.count > limit && writers.values.count { $0.isOpen } > limit
    }

    /// What there is to do.
    private struct Turn {
        var pending: [StoreState.Pending]
        var removals: [(folder: String, serials: [Int])]
        var rolls: [Int]
        var phase: StoreState.Phase
        var hasFailed: Bool
        var wantsSpare: Bool
        var canSettle: Bool
        var hasCondemned: Bool
        var isBehind: Bool
    }

    private mutating func takeTurn() -> Turn {
        let old = retry
        retry = []
        return engine.state.withLock { state in
            let rolls = state.partitions.values.filter(\.wantsRoll).map(\.serial)
            for serial in rolls { state.partitions[serial]?.wantsRoll = false }
            defer { state.removals = [] }
            return Turn(
                pending: old + (state.failure == nil ? state.toSegments.takeAll() : []),
                removals: state.removals,
                rolls: rolls,
                phase: state.phase,
                hasFailed: state.failure != nil,
                wantsSpare: state.wantsSpare,
                canSettle: state.journalFiles.count > 1,
                hasCondemned: !state.condemned.isEmpty,
                isBehind: state.isBehind(limit: engine.settings.pendingBytes)
            )
        }
    }

    private func waitForWork(in phase: StoreState.Phase) {
        let isIdle = engine.state.withLock { state in
            state.toSegments.isEmpty && state.phase == phase && state.removals.isEmpty
                && state.condemned.isEmpty
        }
        guard isIdle || !retry.isEmpty else { return }
        let now = Clock.ticks()
        let deadline = due.values.min() ?? nextRetention
        let patience = retry.isEmpty ? deadline : now + 50
        engine.settleSignal.wait(until: max(min(patience, nextRetention), now + 1))
    }
}
