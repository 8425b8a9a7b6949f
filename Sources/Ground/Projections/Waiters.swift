public import Bytes
public import Logs
private import Synchronization

/// Those who wait until an event, or everything up to a position, was folded. Woken by the fold, once a batch.
public final class Waiters: Sendable {
    private struct State {
        var events: [EventID: [Ticket]] = [:]
        var positions: [Partition: [(next: Offset, ticket: Ticket)]] = [:]
        /// Settled by somebody else.
        var others: [Ticket] = []
        var isClosed = false
    }

    private let state = Mutex(State())

    public init() {}

    /// A ticket for the folding of one event.
    public func ticket(for id: EventID, within time: Duration) -> Ticket {
        let ticket = Ticket(deadline: .now + time)
        let isClosed = state.withLock { state in
            if !state.isClosed { state.events[id, default: []].append(ticket) }
            return state.isClosed
        }
        if isClosed { ticket.settle(false) }
        return ticket
    }

    /// A ticket for the folding of every record below `next`. Look at the state after taking it: it may be past that.
    public func ticket(
        for partition: Partition,
        below next: Offset,
        within time: Duration
    ) -> Ticket {
        let ticket = Ticket(deadline: .now + time)
        let isClosed = state.withLock { state in
            if !state.isClosed { state.positions[partition, default: []].append((next, ticket)) }
            return state.isClosed
        }
        if isClosed { ticket.settle(false) }
        return ticket
    }

    /// A ticket that whoever is given it settles.
    public func ticket(within time: Duration) -> Ticket {
        let ticket = Ticket(deadline: .now + time)
        let isClosed = state.withLock { state in
            if !state.isClosed { state.others.append(ticket) }
            return state.isClosed
        }
        if isClosed { ticket.settle(false) }
        return ticket
    }

    /// Everything of the partition below `next` was folded, these events among it.
    public func folded(_ events: [EventID], in partition: Partition, below next: Offset) {
        let ready: [Ticket] = state.withLock { state in
            var ready: [Ticket] = []
            if !state.events.isEmpty {
                for id in events { ready += state.events.removeValue(forKey: id) ?? [] }
            }
            if let waiting = state.positions[partition] {
                ready += waiting.filter { $0.next <= next }.map(\.ticket)
                state.positions[partition] = waiting.filter { $0.next > next }
            }
            return ready
        }
        for ticket in ready { ticket.settle(true) }
    }

    /// Nothing more will be folded: tells everybody, and whoever comes yet.
    public func close() {
        let all: [Ticket] = state.withLock { state in
            defer {
                state = State()
                state.isClosed = true
            }
            return state.events.values.flatMap(\.self)
                + state.positions.values.joined().map(\.ticket) + state.others
        }
        for ticket in all { ticket.settle(false) }
    }

    /// Tells those whose time is over. One timer calls this for all.
    public func expire() {
        let now = ContinuousClock.now
        let late: [Ticket] = state.withLock { state in
            var late: [Ticket] = []
            for (id, tickets) in state.events {
                late += tickets.filter { $0.deadline <= now }
                let rest = tickets.filter { $0.deadline > now && !$0.isSettled }
                state.events[id] = rest.isEmpty ? nil : rest
            }
            for (partition, waiting) in state.positions {
                late += waiting.map(\.ticket).filter { $0.deadline <= now }
                let rest = waiting.filter { $0.ticket.deadline > now && !$0.ticket.isSettled }
                state.positions[partition] = rest.isEmpty ? nil : rest
            }
            late += state.others.filter { $0.deadline <= now }
            state.others.removeAll { $0.deadline <= now || $0.isSettled }
            return late
        }
        for ticket in late { ticket.settle(false) }
    }
}
