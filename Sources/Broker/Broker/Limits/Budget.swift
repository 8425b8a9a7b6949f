internal import Synchronization

/// What the connections may hold in memory together: requests that arrive or are under way, and answers that nobody has
/// taken yet. The server's own clients have a part for themselves, which no stranger can fill.
final class Budget: Sendable {
    /// Of strangers, and of the server's own clients.
    let most: Int
    let mostOwn: Int
    private let state = Mutex(State())
    private let making = Mutex(())

    /// Both parts, and who waits for room in them.
    private struct State {
        var strangers = Part()
        var own = Part()
        var nextNumber: UInt64 = 0

        subscript(isOwn: Bool) -> Part {
            get { isOwn ? own : strangers }
            set { if isOwn { own = newValue } else { strangers = newValue } }
        }
    }

    /// One of the parts.
    private struct Part {
        var held = 0 { didSet { peak = max(peak, held) } }
        /// The most that was held at once.
        private(set) var peak = 0
        /// Who needs least comes first: a small request shall not wait for large ones. As many as connections at most.
        var waiting: [Waiter] = []
        /// What was not given although somebody asked, since it was last looked at.
        var missed = 0
    }

    /// Somebody who goes on when there is room for so many bytes.
    private struct Waiter {
        var number: UInt64
        var bytes: Int
        var charge: Charge
        var granted: @Sendable () -> Void
    }

    init(most: Int, mostOwn: Int) {
        self.most = most
        self.mostOwn = mostOwn
    }

    /// What has arrived already, and an answer that cannot wait, may go beyond the limit, but not beyond this much more.
    private func slack(_ isOwn: Bool) -> Int { limit(isOwn) / 4 }

    private func limit(_ isOwn: Bool) -> Int { isOwn ? mostOwn : most }

    func held(isOwn: Bool) -> Int { state.withLock { $0[isOwn].held } }

    /// The most that was held at once since the start.
    func peak(isOwn: Bool) -> Int { state.withLock { $0[isOwn].peak } }

    /// Whether no more than the limit is held, with what is allowed beyond it.
    func isWithin(isOwn: Bool) -> Bool {
        state.withLock { $0[isOwn].held <= limit(isOwn) + slack(isOwn) }
    }

    /// How many bytes must be given back for those who lack some; what was missed before is forgotten.
    func takeShortage(isOwn: Bool) -> Int {
        state.withLock { state in
            defer { state[isOwn].missed = 0 }
            let part = state[isOwn]
            let wanted = max(part.missed, part.waiting.reduce(0) { $0 + $1.bytes })
            return max(0, wanted + part.held - limit(isOwn))
        }
    }

    /// Lets one make room at a time: two who look at the same shortage would both end it.
    func makeRoom(_ body: () -> Void) { making.withLock { _ in body() } }

    /// Who waits and must give way, because those who wait hold so much that none of them could go on though all others
    /// gave back what they hold: of those that hold no less than usual, the one that has waited for longest.
    func standstill(isOwn: Bool) -> Charge? {
        state.withLock { state in
            var part = state[isOwn]
            let holders = part.waiting.map {
                (charge: $0.charge, bytes: $0.charge.bytes, $0.number)
            }
            part.held = holders.reduce(0) { $0 + $1.bytes }
            let canGoOn = part.waiting.contains { hasRoom(for: $0.bytes, $0.charge, part) }
            guard !canGoOn else { return nil }
            let large = holders.filter { $0.bytes > 0 && $0.bytes * holders.count >= part.held }
            return large.min { $0.2 < $1.2 }?.charge
        }
    }

    // MARK: For charges

    /// Adds what is there already. False if that is more than can be allowed.
    fileprivate func force(_ bytes: Int, isOwn: Bool) -> Bool {
        state.withLock { state in
            state[isOwn].held += bytes
            return state[isOwn].held <= limit(isOwn) + slack(isOwn)
        }
    }

    /// Adds what must be made now and was not yet, unless that is more than can be allowed.
    fileprivate func allow(_ bytes: Int, isOwn: Bool) -> Bool {
        state.withLock { state in
            guard state[isOwn].held + bytes <= limit(isOwn) + slack(isOwn) else {
                state[isOwn].missed = max(state[isOwn].missed, bytes)
                return false
            }
            state[isOwn].held += bytes
            return true
        }
    }

    /// Adds what is about to come, if there is room.
    fileprivate func take(_ bytes: Int, _ charge: Charge) -> Bool {
        let isOwn = charge.isOwn
        return state.withLock { state in
            guard hasRoom(for: bytes, charge, state[isOwn]) else {
                state[isOwn].missed = max(state[isOwn].missed, bytes)
                return false
            }
            state[isOwn].held += bytes
            return true
        }
    }

    /// What is larger than all the room there is may come as soon as the others hold little.
    private func hasRoom(for bytes: Int, _ charge: Charge, _ part: Part) -> Bool {
        let limit = limit(charge.isOwn)
        if part.held + bytes <= limit { return true }
        let own = charge.bytes
        return own + bytes > limit && part.held - own <= limit / 8
    }

    /// Adds as much as is wanted, but no more than a quarter of the room that is left, so that there is some for the
    /// next; nil if that is less than the least that makes sense.
    fileprivate func takeShare(upTo wanted: Int, least: Int, isOwn: Bool) -> Int? {
        state.withLock { state in
            let free = limit(isOwn) - state[isOwn].held
            let share = min(wanted, max(least, free / 4))
            // A small share of much is no want.
            if share < min(wanted, limit(isOwn) / 16) {
                state[isOwn].missed = max(state[isOwn].missed, wanted - share)
            }
            guard free >= min(wanted, least) else { return nil }
            state[isOwn].held += share
            return share
        }
    }

    fileprivate func give(_ bytes: Int, isOwn: Bool) {
        let granted = state.withLock { state -> [Waiter] in
            state[isOwn].held -= bytes
            var granted: [Waiter] = []
            while let first = state[isOwn].waiting.first {
                guard hasRoom(for: first.bytes, first.charge, state[isOwn]) else { break }
                state[isOwn].held += first.bytes
                granted.append(state[isOwn].waiting.removeFirst())
            }
            return granted
        }
        for waiter in granted {
            waiter.charge.isGranted(waiter.bytes)
            waiter.granted()
        }
    }

    fileprivate func wait(
        for bytes: Int,
        _ charge: Charge,
        _ granted: @escaping @Sendable () -> Void
    ) {
        let isOwn = charge.isOwn
        let isGranted = state.withLock { state in
            if hasRoom(for: bytes, charge, state[isOwn]) {
                state[isOwn].held += bytes
                return true
            }
            state.nextNumber += 1
            let waiter = Waiter(
                number: state.nextNumber,
                bytes: bytes,
                charge: charge,
                granted: granted
            )
            let place = state[isOwn].waiting.firstIndex { $0.bytes > bytes }
            state[isOwn].waiting.insert(waiter, at: place ?? state[isOwn].waiting.endIndex)
            return false
        }
        if isGranted {
            charge.isGranted(bytes)
            granted()
        }
    }

    fileprivate func forget(_ charge: Charge) {
        let isOwn = charge.isOwn
        let gone = state.withLock { state -> [Waiter] in
            let gone = state[isOwn].waiting.filter { $0.charge === charge }
            state[isOwn].waiting.removeAll { $0.charge === charge }
            return gone
        }
        // Whoever is let go here gives back what it holds, which takes the lock again.
        _ = gone
    }
}

/// What somebody holds of the budget. It is given back when nobody holds the charge any more.
final class Charge: Sendable {
    let budget: Budget
    let isOwn: Bool
    private let amount = Mutex(0)

    init(_ budget: Budget, isOwn: Bool) {
        self.budget = budget
        self.isOwn = isOwn
    }

    deinit {
        let rest = amount.withLock { $0 }
        if rest != 0 { budget.give(rest, isOwn: isOwn) }
    }

    var bytes: Int { amount.withLock { $0 } }

    /// Holds so much now, of what is in hand already. False if that is more than can be allowed.
    @discardableResult
    func set(to bytes: Int) -> Bool {
        let old = amount.withLock { amount in
            defer { amount = bytes }
            return amount
        }
        if bytes > old { return budget.force(bytes - old, isOwn: isOwn) }
        if bytes < old { budget.give(old - bytes, isOwn: isOwn) }
        return true
    }

    /// Holds so much instead, of what is made only if that can be allowed.
    func allow(_ bytes: Int) -> Bool {
        let old = self.bytes
        guard bytes > old else { return set(to: bytes) }
        guard budget.allow(bytes - old, isOwn: isOwn) else { return false }
        amount.withLock { $0 += bytes - old }
        return true
    }

    @discardableResult
    func add(_ bytes: Int) -> Bool {
        amount.withLock { $0 += bytes }
        return budget.force(bytes, isOwn: isOwn)
    }

    /// Holds so much more, if there is room for it.
    func take(_ bytes: Int) -> Bool {
        guard budget.take(bytes, self) else { return false }
        amount.withLock { $0 += bytes }
        return true
    }

    /// How much of what is wanted there is room for; nil if there is none.
    func takeShare(upTo wanted: Int, least: Int) -> Int? {
        guard let share = budget.takeShare(upTo: wanted, least: least, isOwn: isOwn) else {
            return nil
        }
        amount.withLock { $0 += share }
        return share
    }

    /// Holds so much more as soon as there is room for it.
    func wait(for bytes: Int, _ granted: @escaping @Sendable () -> Void) {
        budget.wait(for: bytes, self, granted)
    }

    func stopWaiting() { budget.forget(self) }

    /// Hands a part over to somebody else.
    func move(_ bytes: Int, to other: Charge) {
        guard other.isOwn == isOwn else {
            other.add(bytes)
            set(to: max(0, self.bytes - bytes))
            return
        }
        let moved = amount.withLock { amount in
            let moved = min(amount, bytes)
            amount -= moved
            return moved
        }
        other.amount.withLock { $0 += moved }
        if moved < bytes { other.add(bytes - moved) }
    }

    fileprivate func isGranted(_ bytes: Int) { amount.withLock { $0 += bytes } }
}
