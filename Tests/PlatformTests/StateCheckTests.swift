import Bytes
import Logs
import Projections
import Records
import Store
import Streams
import Synchronization
import Testing

@testable import Engine
@testable import Platform

@Suite struct `A check of the whole state` {
    @Test func `that finds damage turns readiness red, and says so`() async throws {
        let failed = Mutex<[StoreError]>([])
        let stand = try await Stand.start(memoryLog()) { error in
            failed.withLock { $0.append(error) }
        }
        #expect(stand.platform.engine.troubles.isEmpty)
        let damage = StoreError.corrupt("The file 000012.sst is not what was written.")
        try await elsewhere { [platform = stand.platform] in
            platform.engine.checkState { () throws(StoreError) in throw damage }
        }
        let troubles = stand.platform.engine.troubles
        #expect(troubles.count == 1 && troubles[0].contains("000012.sst"), "\(troubles)")
        #expect(failed.withLock { $0 } == [damage])
        #expect(stand.notices.contains { $0.contains("000012.sst") }, "\(stand.notices)")
        try await stand.eventually("an alert") {
            try stand.alerts().contains {
                $0.kind == "stateFailed" && $0.detail.contains("000012.sst")
            }
        }
        stand.stop()
    }

    @Test(arguments: [[0xFF], [], [0x50, 0x0F, 0, 0, 0, 0, 0]] as [[UInt8]])
    func `need not find a summary that is none: it is said, and folded anew`(
        bytes: [UInt8]
    ) async throws {
        let (log, store) = (memoryLog(), MemoryStore())
        let stream = Arrivals.definition("flights.arrived", partitions: 1)
        let first = try await Stand.start(WatchedLog(log), store)
        _ = try await first.platform.apply([stream], for: .anybody)
        for id in 0 ..< 20 {
            let value = Arrivals.record(id, at: TestClock.start + .seconds(Int64(id)))
            let record = NewRecord(key: nil, value: value)
            _ = try await log.append(record, to: stream.topic, partition: 0)
        }
        try await first.settle()
        let digests = try first.intakeDigests()
        first.stop()
        let intake = Intake(stream)
        let summary = intake.shelf(of: 0).prefix + [Admission.summaries.number]
        var key: [UInt8]?
        try store.scan(Intake.family, from: summary, to: nil) { (found, _) throws(StoreError) in
            key = found.withUnsafeBytes { [UInt8]($0) }
            return false
        }
        var batch = WriteBatch()
        batch.put(bytes, at: try #require(key))
        try store.write(batch, to: Intake.family)

        let second = try await Stand.start(WatchedLog(log), store)
        try await second.settle()
        let said = second.notices.filter {
            $0.contains("the rows of intake of flights.arrived on flights.arrived/0 are broken")
        }
        #expect(said.count == 1, "\(second.notices)")
        #expect(try second.intakeDigests() == digests)
        try await second.expectProof()
        second.stop()
    }

    @Test func `that finds nothing, or could not end, leaves readiness as it is`() async throws {
        let failed = Mutex<[StoreError]>([])
        let stand = try await Stand.start(memoryLog()) { error in
            failed.withLock { $0.append(error) }
        }
        try await elsewhere { [platform = stand.platform] in
            platform.engine.checkState { () throws(StoreError) in }
            platform.engine.checkState { () throws(StoreError) in
                throw .refused("The disk is busy.")
            }
        }
        #expect(stand.platform.engine.troubles.isEmpty)
        #expect(failed.withLock { $0.isEmpty })
        #expect(stand.notices.contains { $0.contains("The disk is busy.") }, "\(stand.notices)")
        #expect(try stand.alerts().isEmpty)
        stand.stop()
    }
}
