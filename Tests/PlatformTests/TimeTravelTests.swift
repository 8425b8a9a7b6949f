import Bytes
import Events
import Logs
import Projections
import Records
import Store
import Streams
import Testing

@testable import Engine
@testable import Platform

@Suite struct `The catalog of streams` {
    private func definition(_ description: String) -> StreamDefinition {
        Arrivals.definition("flights.arrived", partitions: 1, description: description)
    }

    @Test func `is read as it was at each position, from the first on`() async throws {
        let log = memoryLog()
        let stand = try await Stand.start(log)
        var told: [(offset: Offset, description: String?)] = []
        for description in ["one", "two", "three"] {
            let applied = try await stand.platform.apply([definition(description)], for: .anybody)
            told.append((try #require(applied[0].effect.position).offset, description))
        }
        let deleted = try await stand.platform.delete("Stream", "flights.arrived", for: .anybody)
        told.append((try #require(deleted.position).offset, nil))
        let again = try await stand.platform.apply([definition("four")], for: .anybody)
        told.append((try #require(again[0].effect.position).offset, "four"))
        for index in told.indices {
            let next = index + 1 < told.count ? told[index + 1].offset : told[index].offset + 5
            for offset in told[index].offset ..< next {
                let then = StreamCatalog.View(stand.store, asOf: offset)
                let seen = try then.stream("flights.arrived")?.served.definition?.description
                #expect(seen == told[index].description, "as of \(offset)")
                let all = try then.streams().map(\.served.definition?.description)
                #expect(all == [told[index].description].compactMap(\.self), "as of \(offset)")
            }
        }
        let before = StreamCatalog.View(stand.store, asOf: told[0].offset - 1)
        #expect(try before.stream("flights.arrived") == nil)
        stand.stop()
    }

    @Test func `knows the watermark that a partition had then`() async throws {
        let stand = try await Stand.start(memoryLog())
        _ = try await stand.platform.apply([definition("one")], for: .anybody)
        var told: [(offset: Offset, watermark: Instant)] = []
        for second in [Int64(10), 20, 30] {
            let watermark = TestClock.start + .seconds(second)
            let effect = try await stand.platform.advance(
                "flights.arrived",
                partition: 0,
                to: watermark,
                cause: .endOfInput,
                for: .anybody
            )
            told.append((try #require(effect.position).offset, watermark))
        }
        for (offset, watermark) in told {
            let then = StreamCatalog.View(stand.store, asOf: offset)
            #expect(try then.watermark(of: "flights.arrived", partition: 0) == watermark)
        }
        let before = StreamCatalog.View(stand.store, asOf: told[0].offset - 1)
        #expect(try before.watermark(of: "flights.arrived", partition: 0) == nil)
        stand.stop()
    }

    @Test func `is read as of an instant, where no fact counts before the one it follows`()
        async throws
    {
        let log = memoryLog()
        let stand = try await Stand.start(log)
        // The clock of whoever wrote the second fact was behind.
        for (number, second) in [Int64(100), 40, 200].enumerated() {
            let fact = try #require(
                try DeclareStream(definition("\(number)")).decide(
                    given: try stand.catalog.stream("flights.arrived"),
                    existingPartitions: nil
                )
            )
            let envelope = Envelope(
                id: EventID(high: 9, low: UInt64(number)),
                subject: "flights.arrived",
                time: TestClock.start + .seconds(second),
                revision: Int64(number) + 1
            )
            _ = try await log.append(
                fact.newRecord(envelope),
                to: StreamEvent.topic.name,
                partition: 0
            )
            try await stand.settle()
        }
        let catalog = StreamCatalog()
        let tables = TableReader(stand.store, family: catalog.family, shelf: catalog.shelf(of: 0))
        let asked: [(second: Int64, description: String?)] = [
            (39, nil), (40, nil), (99, nil), (100, "1"), (199, "1"), (200, "2"), (9_999, "2"),
        ]
        for (second, description) in asked {
            let offset = try Arbiter.offset(asOf: TestClock.start + .seconds(second), in: tables)
            let seen = try StreamCatalog.View(stand.store, asOf: offset).stream("flights.arrived")
            #expect(seen?.served.definition?.description == description, "as of \(second) s")
        }
        stand.stop()
    }

    @Test func `waits for a position that was answered elsewhere, and says where it is otherwise`()
        async throws
    {
        let log = memoryLog()
        let watched = WatchedLog(log)
        let first = try await Stand.start(log, seed: 1)
        let second = try await Stand.start(watched, seed: 2)
        watched.hold(true)
        try await Task.sleep(for: .milliseconds(20))
        let applied = try await first.platform.apply([definition("one")], for: .anybody)
        let position = try #require(applied[0].effect.position)
        await #expect("it is not there yet") {
            try await second.platform.engine.reach(position, within: .milliseconds(100))
        } throws: { error in
            guard case PlatformError.notReached(asked: position, _) = error else { return false }
            return true
        }
        async let reached: Void = second.platform.engine.reach(position, within: .seconds(60))
        watched.hold(false)
        try await reached
        #expect(try second.catalog.stream("flights.arrived") != nil)
        try await second.platform.engine.reach(position, within: .milliseconds(1))
        await #expect("nobody folds that topic") {
            try await second.platform.engine.reach(Position(Partition("elsewhere", 0), 1))
        } throws: { error in
            if case PlatformError.invalid = error { true } else { false }
        }
        first.stop()
        second.stop()
    }
}
