internal import Segments
internal import Synchronization
internal import Workers

/// The thread that owns all groups. Others leave jobs for it; it never makes them wait.
final class GroupThread: Sendable {
    /// What a job does with the groups, or says where they cannot be had.
    struct Job: Sendable {
        var run: @Sendable (Coordinator, GroupTime) -> Void
        var refuse: @Sendable (ErrorCode) -> Void
    }

    /// From the first job to the last.
    private enum Phase: Int { case open, closing, ended }

    /// As many jobs as there are connections, and one for each append, at most.
    private struct Inbox {
        var jobs: [Job] = []
        var phase = Phase.open
    }

    private let store: SegmentStore
    private let settings: Broker.Settings.Groups
    private let clock: @Sendable () -> GroupTime
    private let remarks: Remarks
    private let log: @Sendable (String) -> Void
    private let inbox = Mutex(Inbox())
    private let wakeUp = Semaphore()
    private let worker = Mutex<Worker?>(nil)
    private let nextTicket = Atomic<UInt64>(0)
    private let latest = Mutex(Coordinator.Counts())

    init(
        store: SegmentStore,
        settings: Broker.Settings.Groups,
        remarks: Remarks,
        log: @escaping @Sendable (String) -> Void,
        clock: @escaping @Sendable () -> GroupTime = { .now() }
    ) {
        self.store = store
        self.settings = settings
        self.remarks = remarks
        self.log = log
        self.clock = clock
    }

    /// How much there was when the thread last looked.
    var counts: Coordinator.Counts { latest.withLock { $0 } }

    func start() { worker.withLock { $0 = Worker("groups") { [self] in run() } } }

    /// Answers everybody who waits, and refuses whoever comes later.
    func close() {
        inbox.withLock { inbox in
            if inbox.phase == .open { inbox.phase = .closing }
        }
        wakeUp.signal()
    }

    /// Ends the thread, once the store has answered what is under way.
    func end() {
        inbox.withLock { $0.phase = .ended }
        wakeUp.signal()
        worker.withLock { $0 }?.join()
    }

    /// Names a request as long as it waits.
    func ticket() -> UInt64 { nextTicket.add(1, ordering: .relaxed).newValue }

    func post(
        _ run: @escaping @Sendable (Coordinator, GroupTime) -> Void,
        refuse: @escaping @Sendable (ErrorCode) -> Void = { _ in }
    ) {
        let isFirst = inbox.withLock { inbox in
            inbox.jobs.append(Job(run: run, refuse: refuse))
            return inbox.jobs.count == 1
        }
        if isFirst { wakeUp.signal() }
    }

    /// Topics went away, and their offsets go with them.
    func topicsWentAway() { post { coordinator, now in coordinator.sweep(now) } }

    func forget(_ ticket: UInt64) { post { coordinator, now in coordinator.forget(ticket, now) } }

    private func run() {
        guard let coordinator = loaded() else { return refuseEverything() }
        var isDismissed = false
        while true {
            let (jobs, phase) = take()
            if phase != .open, !isDismissed {
                coordinator.dismissAll()
                isDismissed = true
            }
            let now = clock()
            for job in jobs {
                job.run(coordinator, now)
            }
            let counts = coordinator.counts
            latest.withLock { $0 = counts }
            if phase == .ended, coordinator.appends.isEmpty { return }
            if phase == .open { coordinator.tick(now) }
            let wait = phase == .open ? coordinator.wakeAt - clock().ticks : 100
            // The system's clock may be set while the thread sleeps, so it never sleeps for long.
            _ = wakeUp.wait(atMost: .milliseconds(min(max(wait, 1), 1_000)))
        }
    }

    private func take() -> ([Job], Phase) {
        inbox.withLock { inbox in
            defer { inbox.jobs = [] }
            return (inbox.jobs, inbox.phase)
        }
    }

    private func loaded() -> Coordinator? {
        let offsets = StoredOffsetLog(
            store: store,
            compactionBytes: settings.compactionBytes,
            remarks: remarks,
            log: log
        ) { [weak self] number, error in
            self?.post { coordinator, now in coordinator.settled(number, error, now) }
        }
        do throws(SegmentError) {
            let now = clock()
            let table = try offsets.load()
            if offsets.wantsCompaction(of: table) { offsets.compact(table, at: now.date) }
            let coordinator = Coordinator(settings: settings, log: offsets, table: table) {
                String(UInt64.random(in: 0 ... .max), radix: 16)
                    + String(UInt64.random(in: 0 ... .max), radix: 16)
            }
            coordinator.noteRestart(now)
            return coordinator
        } catch {
            log("No consumer groups, because their offsets cannot be read: \(error).")
            return nil
        }
    }

    private func refuseEverything() {
        while true {
            let (jobs, phase) = take()
            for job in jobs { job.refuse(.coordinatorNotAvailable) }
            if phase == .ended { return }
            wakeUp.wait()
        }
    }
}
