import Bytes
import Logs
import Projections
import Testing

@Suite struct `Those who wait for a fold` {
    private let birds = Partition("birds", 0)
    private func id(_ number: UInt64) -> EventID { EventID(high: 7, low: number) }

    @Test func `are told when their event was folded, whether they wait already or not`() async {
        let waiters = Waiters()
        let early = waiters.ticket(for: id(1), within: .seconds(60))
        async let answer = early.value()
        let late = waiters.ticket(for: id(2), within: .seconds(60))
        waiters.folded([id(1), id(2), id(3)], in: birds, below: 4)
        #expect(await answer)
        #expect(await late.value(), "The event was folded before anybody waited for it.")
    }

    @Test func `are told together where they wait for one event`() async {
        let waiters = Waiters()
        let tickets = (0 ..< 3).map { _ in waiters.ticket(for: id(1), within: .seconds(60)) }
        waiters.folded([id(1)], in: birds, below: 1)
        for ticket in tickets { #expect(await ticket.value()) }
    }

    @Test func `wait for a position in its own partition only, and for all below it`() async {
        let waiters = Waiters()
        let ticket = waiters.ticket(for: birds, below: 5, within: .milliseconds(1))
        waiters.folded([], in: Partition("birds", 1), below: 9)
        waiters.folded([], in: birds, below: 4)
        await expire(waiters)
        #expect(await !ticket.value(), "Only offsets below 4 were folded.")
        let other = waiters.ticket(for: birds, below: 5, within: .seconds(60))
        waiters.folded([], in: birds, below: 5)
        #expect(await other.value())
    }

    @Test func `are sent away when their time is over, and only then`() async {
        let waiters = Waiters()
        let short = waiters.ticket(for: id(1), within: .milliseconds(1))
        let long = waiters.ticket(for: id(1), within: .seconds(60))
        await expire(waiters)
        #expect(await !short.value())
        waiters.folded([id(1)], in: birds, below: 1)
        #expect(await long.value())
        #expect(await !short.value(), "The first answer stays.")
    }

    @Test func `are sent away too where somebody else was to tell them`() async {
        let waiters = Waiters()
        let short = waiters.ticket(within: .milliseconds(1))
        let long = waiters.ticket(within: .seconds(60))
        async let answer = long.value()
        await expire(waiters)
        #expect(await !short.value())
        waiters.close()
        #expect(await !answer)
        #expect(await !waiters.ticket(within: .seconds(60)).value(), "Nobody tells any more.")
    }

    @Test func `are let go when their task is cancelled`() async {
        let waiters = Waiters()
        let ticket = waiters.ticket(for: id(1), within: .seconds(60))
        let waiting = Task { await ticket.value() }
        waiting.cancel()
        #expect(await !waiting.value)
    }

    /// Lets the shortest deadlines pass.
    private func expire(_ waiters: Waiters) async {
        try? await Task.sleep(for: .milliseconds(5))
        waiters.expire()
    }
}
