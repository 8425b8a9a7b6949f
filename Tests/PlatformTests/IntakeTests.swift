import Bytes
import Logs
import Projections
import Records
import Store
import Streams
import Testing

@Suite struct `The intake of a stream` {
    private let intake = Intake(Arrivals.definition("flights.arrived", partitions: 1))
    private let partition = Partition("flights.arrived", 0)

    /// The rows after some records, and the positions of those that were refused.
    private func fold(
        _ records: [NewRecord]
    ) throws -> (view: Intake.View, state: StateDigest, refused: [Offset]) {
        let store = MemoryStore()
        try store.open(Intake.family)
        for (offset, record) in records.enumerated() {
            let record = Record(
                offset: Int64(offset),
                timestamp: TestClock.start + .day,
                key: nil,
                value: record.value.map { $0[...] },
                headers: record.headers
            )
            var changes = Changes(
                over: store,
                family: Intake.family,
                shelf: intake.shelf(of: 0),
                at: record.offset
            )
            try intake.apply(record, of: partition, to: &changes)
            #expect(changes.failure == nil)
            changes[Progress.table, "progress"] = Progress(base: 0, foldVersion: 1)
            try store.write(changes.batch(), to: Intake.family)
        }
        let view = try Intake.View(intake, partition: 0, in: store)
        let state = try #require(try intake.digest(of: 0, in: store))
        let refused = try intake.next(after: -1, of: 0, limit: .max, in: store).map(\.offset)
        return (view, state, refused)
    }

    private func record(_ id: Int, second: Int64, headers: [Header] = []) -> NewRecord {
        let value = Arrivals.record(id, at: TestClock.start + .seconds(second))
        return NewRecord(key: nil, value: value, headers: headers)
    }

    @Test func `counts what fits, and each value of a listed field`() throws {
        let found = try fold((0 ..< 6).map { record($0, second: Int64($0)) })
        #expect(found.view.summary.accepted == 6)
        #expect(found.view.summary.earliest == TestClock.start)
        #expect(found.view.summary.latest == TestClock.start + .seconds(5))
        #expect(found.refused.isEmpty)
        let values = found.view.values.map { "\($0.value) \($0.count)" }
        #expect(values == ["status=cancelled 2", "status=diverted 2", "status=landed 2"])
    }

    @Test func `refuses what is late by more than the lateness, and takes what is not`() throws {
        let found = try fold([
            record(1, second: 100), record(2, second: 40), record(3, second: 39),
            record(4, second: 101), record(5, second: 40),
        ])
        #expect(found.refused == [2, 4])
        #expect(found.view.summary.accepted == 3)
        #expect(found.view.summary.earliest == TestClock.start + .seconds(40))
    }

    @Test func `refuses an identity seen within the lateness, and forgets it then`() throws {
        let found = try fold([
            record(1, second: 0), record(1, second: 60), record(2, second: 61),
            record(1, second: 61),
        ])
        #expect(found.refused == [1], "At 61 s the watermark has passed the first one.")
    }

    @Test func `leaves identities behind the watermark out of the digest`() throws {
        let later = record(9, second: 500)
        let one = try fold([record(1, second: 0), later])
        let other = try fold([record(4, second: 0), later])
        #expect(one.state.digest == other.state.digest)
        #expect(one.state.entries == other.state.entries)
        let near = try fold([record(1, second: 450), later])
        #expect(near.state.entries == one.state.entries + 1)
    }

    @Test func `takes what a numbered source sends again once, without a word`() throws {
        func line(_ number: Int64) -> [Header] {
            Publication.headers(
                stream: "flights.arrived",
                source: "urn:test",
                line: number,
                identity: nil
            )
        }
        let found = try fold([
            record(1, second: 0, headers: line(1)), record(2, second: 1, headers: line(2)),
            record(1, second: 0, headers: line(1)), record(2, second: 1, headers: line(2)),
            record(3, second: 2, headers: line(3)),
        ])
        #expect(found.view.summary.accepted == 3)
        #expect(found.refused.isEmpty)
        #expect(found.view.sources.map(\.sequence) == [3])
    }

    @Test
    func `refuses the last number that a source can have, which hides nothing that it sends next`()
        throws
    {
        func line(_ number: Int64) -> [Header] {
            Publication.headers(
                stream: "flights.arrived",
                source: "urn:test",
                line: number,
                identity: nil
            )
        }
        let found = try fold([
            record(1, second: 0, headers: line(1)), record(2, second: 1, headers: line(.max)),
            record(3, second: 2, headers: line(2)),
        ])
        #expect(found.refused == [1])
        #expect(found.view.summary.accepted == 2)
        #expect(found.view.sources.map(\.sequence) == [2])
    }

    @Test(arguments: Hostility.allCases.filter { $0 != .tooLarge })
    func `keeps no trace of what it refuses`(hostility: Hostility) throws {
        var all: [NewRecord] = []
        var good: [NewRecord] = []
        for arrival in HostileRecords(count: 40, hostile: 20, partitions: 1, seed: 4, largest: 0)
            .arrivals where arrival.hostility == nil || arrival.hostility == hostility
        {
            let record = NewRecord(key: nil, value: arrival.value)
            all.append(record)
            if arrival.hostility == nil { good.append(record) }
        }
        let found = try fold(all)
        #expect(found.refused.count == all.count - good.count)
        #expect(try found.state.digest == fold(good).state.digest)
    }
}
