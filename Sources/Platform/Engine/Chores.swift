internal import Logs
internal import Projections
internal import Synchronization
internal import Workers

/// Something that is done by the clock, over and over. Every decision of it that matters is written into the log.
public struct Chore: Sendable {
    /// For whoever reads that it failed: `looking at the archive`.
    public var what: String
    /// How much time goes by between two of them; zero: as often as anything is looked at.
    public var interval: Duration
    /// Whether it is left out while the log does not answer: it would wait for each answer.
    public var asksLog: Bool
    /// Whether it may take minutes: then it keeps no other kind of chore waiting.
    public var isLong: Bool
    public var run: @Sendable (_ now: ContinuousClock.Instant) throws -> Void

    public init(
        _ what: String,
        every interval: Duration,
        asksLog: Bool = true,
        isLong: Bool = false,
        run: @escaping @Sendable (_ now: ContinuousClock.Instant) throws -> Void
    ) {
        self.what = what
        self.interval = interval
        self.asksLog = asksLog
        self.isLong = isLong
        self.run = run
    }

    /// As often as most things are looked at.
    public static var usual: Duration { .seconds(5) }
}

/// The chores of a server, and when each was done.
struct Chores {
    var all: [Chore] = []
    /// When each is due, in the order of `all`.
    private var due: [ContinuousClock.Instant] = []
    /// What could not be done the last time, and why.
    var failed: [String: String] = [:]

    init() {}

    init(_ all: [Chore]) {
        self.all = all
        due = all.map { .now + $0.interval }
    }

    /// Those that are due, which are due again an interval later.
    mutating func takeDue(_ now: ContinuousClock.Instant, long isLong: Bool) -> [Chore] {
        var taken: [Chore] = []
        for (index, chore) in all.enumerated() where due[index] <= now && chore.isLong == isLong {
            due[index] = now + chore.interval
            taken.append(chore)
        }
        return taken
    }

    mutating func hasten(_ what: String) {
        let index = all.firstIndex { $0.what == what }
        precondition(index != nil || all.isEmpty, "There is no chore “\(what)”.")
        if let index { due[index] = .now }
    }
}

extension Engine {
    /// What the engine looks at itself.
    var ownChores: [Chore] {
        [
            Chore("looking how far rows are folded", every: .zero, asksLog: false) {
                [weak self] _ in
                try self?.settleDebts()
            },
            Chore("reading which alerts are open", every: .zero, asksLog: false) { [weak self] _ in
                try self?.readGraveAlerts()
            },
            Chore("looking whether the disk has room", every: .zero, asksLog: false) {
                [weak self] _ in
                try self?.checkRoom()
            },
            Chore("looking at the clock", every: Chore.usual, asksLog: false) { [weak self] _ in
                self?.checkClock()
            },
            Chore("looking at the log", every: Chore.usual) { [weak self] _ in
                self?.checkLogs()
                try self?.checkTopics()
            },
            Chore("looking what has come back", every: Chore.usual) { [weak self] _ in
                try self?.resolveWaits()
                try self?.resolveStoppedReactors()
            },
        ]
    }

    /// Makes a chore due at the next look.
    public func hasten(_ what: String) {
        chores.withLock { $0.hasten(what) }
    }

    /// The threads that do what is due: whoever waits for too long is told, seats are made to fit and everything is looked
    /// at, and what takes long holds up neither.
    func keepTime() -> [Worker] {
        [
            every("expiry", wakeUp: ends[0]) { $0.waiters.expire() },
            every("housekeeping", wakeUp: tick) { $0.keepHouse() },
            every("long-chores", wakeUp: ends[1]) { $0.doChores(long: true) },
        ]
    }

    /// Does something some twenty times a second, until the engine is to stop.
    private func every(
        _ name: String,
        wakeUp: Semaphore,
        _ body: @escaping @Sendable (Engine) -> Void
    ) -> Worker {
        Worker(name) { [weak self] in
            while let self, !seating.withLock({ $0.isStopping }) {
                body(self)
                _ = wakeUp.wait(atMost: .milliseconds(50))
            }
        }
    }

    private func keepHouse() {
        let now = ContinuousClock.now
        let areSeatsDue = seating.withLock { state in
            let isDue =
                state.isChanged && state.nextFit <= now || state.retryAt.map { $0 <= now } ?? false
            if isDue { (state.isChanged, state.retryAt) = (false, nil) }
            return isDue
        }
        if areSeatsDue {
            do {
                try fit()
                let took = ContinuousClock.now - now
                seating.withLock { $0.nextFit = .now + min(took * 4, .seconds(2)) }
            } catch {
                if !isEnding { notice("making seats fit what is declared: \(error)") }
                seating.withLock { $0.retryAt = now + Chore.usual }
            }
        }
        doChores(long: false)
    }

    private func doChores(long isLong: Bool) {
        let now = ContinuousClock.now
        for chore in chores.withLock({ $0.takeDue(now, long: isLong) })
        where !chore.asksLog || log.isReachable {
            attempt(chore, now)
        }
    }

    /// Does one thing of many. That it fails keeps nobody from the others, and is said once for each reason.
    private func attempt(_ chore: Chore, _ now: ContinuousClock.Instant) {
        do {
            try chore.run(now)
            chores.withLock { $0.failed[chore.what] = nil }
        } catch {
            let former = chores.withLock { $0.failed.updateValue("\(error)", forKey: chore.what) }
            if former != "\(error)", !isEnding { notice("\(chore.what): \(error)") }
        }
    }
}
