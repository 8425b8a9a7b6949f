internal import Synchronization

/// What the store, its callers and its two threads share.
final class Engine: Sendable {
    let disk: any Disk
    let layout: Layout
    let settings: SegmentStore.Settings
    let state: Mutex<StoreState>
    /// Troubles that were said, and when each was last there.
    let said = Mutex<[String: Int64]>([:])
    /// Wakes the journal thread and the settling thread.
    let journalSignal = Signal()
    let settleSignal = Signal()

    init(
        _ state: sending StoreState,
        layout: Layout,
        disk: any Disk,
        settings: SegmentStore.Settings
    ) {
        self.state = Mutex(state)
        self.layout = layout
        self.disk = disk
        self.settings = settings
    }

    /// Changes the state, and then runs what became due, without the lock.
    func change<Answer: Sendable>(_ body: (inout StoreState, inout Afterwards) -> Answer) -> Answer
    {
        let (answer, afterwards) = state.withLock { state in
            var afterwards = Afterwards()
            let answer = body(&state, &afterwards)
            return (answer, afterwards)
        }
        afterwards.perform()
        return answer
    }

    /// Stops all writing, for good.
    func fail(_ reason: String, writing group: [JournalEntry] = []) {
        change { state, afterwards in state.fail(reason, writing: group, &afterwards) }
        announce()
        journalSignal.give()
        settleSignal.give()
    }
}
