import Logs
import Store
import Streams
import Synchronization
import Testing

@testable import Platform

@Suite struct `A check of the whole state` {
    @Test func `that finds damage turns readiness red, and says so`() async throws {
        let failed = Mutex<[StoreError]>([])
        let stand = try await Stand.start(memoryLog()) { error in
            failed.withLock { $0.append(error) }
        }
        #expect(stand.platform.troubles.isEmpty)
        let damage = StoreError.corrupt("The file 000012.sst is not what was written.")
        try await elsewhere { [platform = stand.platform] in
            platform.checkState { () throws(StoreError) in throw damage }
        }
        let troubles = stand.platform.troubles
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

    @Test func `that finds nothing, or could not end, leaves readiness as it is`() async throws {
        let failed = Mutex<[StoreError]>([])
        let stand = try await Stand.start(memoryLog()) { error in
            failed.withLock { $0.append(error) }
        }
        try await elsewhere { [platform = stand.platform] in
            platform.checkState { () throws(StoreError) in }
            platform.checkState { () throws(StoreError) in throw .refused("The disk is busy.") }
        }
        #expect(stand.platform.troubles.isEmpty)
        #expect(failed.withLock { $0.isEmpty })
        #expect(stand.notices.contains { $0.contains("The disk is busy.") }, "\(stand.notices)")
        #expect(try stand.alerts().isEmpty)
        stand.stop()
    }
}
