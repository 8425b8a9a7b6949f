import Bytes
import Logs
import Records
import Testing

@testable import Engine
@testable import Platform

@Suite struct `The topic of a stream that its writers stamp` {
    private static let topic = "flights.arrived"
    private let partition = Partition(topic, 0)
    private let stream = Arrivals.definition(topic, partitions: 1)
    private let inner = memoryLog()
    private let log: OrderlyLog

    /// A topic as an earlier release created it, with one record.
    init() async throws {
        log = OrderlyLog(inner)
        try inner.create(TopicSpec(Self.topic, partitions: 1))
        try await send(1)
    }

    private func send(_ id: Int) async throws {
        let time = TestClock.start + .seconds(Int64(id))
        let value = Arrivals.record(id, at: time)
        let record = NewRecord(key: nil, value: value, timestamp: time)
        _ = try await log.append(record, to: Self.topic, partition: 0)
    }

    private func stamp() throws -> Stamp? {
        try inner.topics().first { $0.name == Self.topic }?.stamp
    }

    @Test func `is stamped by the log from the start of a server on, and what is there stays`()
        async throws
    {
        let stand = try await Stand.start(log)
        _ = try await stand.platform.apply([stream], for: .anybody)
        #expect(try stamp() == .log)
        #expect(stand.platform.knowsArrival(in: Self.topic))
        try await send(2)
        let arrivals = try log.records(of: partition).map(\.arrival)
        #expect(arrivals == [nil, TestClock.start + .seconds(43_200)])
        try await stand.settle()
        try await stand.expectProof()
        #expect(
            stand.notices.count { $0.contains("the log stamps the records of \(Self.topic)") } == 1
        )
        stand.stop()
    }

    @Test func `keeps nobody from knowing when records come to another topic`() async throws {
        let stand = try await Stand.start(log)
        log.doesNotStamp(Self.topic)
        _ = try await stand.platform.apply([stream], for: .anybody)
        let other = Arrivals.definition("flights.departed", partitions: 1)
        _ = try await stand.platform.apply([other], for: .anybody)
        #expect(try stamp() == .writer)
        #expect(!stand.platform.knowsArrival(in: Self.topic))
        #expect(stand.platform.knowsArrival(in: other.topic))
        stand.stop()
    }

    @Test func `is left as it is where it may not be set, which is said once`() async throws {
        log.refusesTopics(true)
        let first = try await Stand.start(inner)
        _ = try await first.platform.apply([stream], for: .anybody)
        first.stop()
        try inner.setStamp(.writer, of: Self.topic)
        let stand = try await Stand.start(log)
        #expect(try stamp() == .writer)
        #expect(!stand.platform.knowsArrival(in: Self.topic))
        await stand.platform.engine.fitSeats()
        try await send(2)
        try await stand.settle()
        try await stand.expectProof()
        let said = stand.notices.filter { $0.contains("it is not known when records come") }
        #expect(said.count == 1 && said[0].contains("on purpose"), "\(said)")
        stand.stop()
    }

    @Test func `is stamped by the log again when somebody leaves it to its writers`() async throws {
        let stand = try await Stand.start(log)
        _ = try await stand.platform.apply([stream], for: .anybody)
        try inner.setStamp(.writer, of: Self.topic)
        try await stand.eventually("the log stamps it") { try stamp() == .log }
        try await stand.eventually("that is known") {
            stand.platform.knowsArrival(in: Self.topic)
        }
        stand.stop()
    }

    @Test func `is known to be when that cannot be set again`() async throws {
        let stand = try await Stand.start(log)
        _ = try await stand.platform.apply([stream], for: .anybody)
        log.refusesTopics(true)
        try inner.setStamp(.writer, of: Self.topic)
        try await stand.eventually("arrival is unknown") {
            !stand.platform.knowsArrival(in: Self.topic)
        }
        #expect(try stamp() == .writer)
        stand.stop()
    }
}
