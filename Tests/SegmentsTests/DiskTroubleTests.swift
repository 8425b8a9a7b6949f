import Synchronization
import Testing

@testable import Segments

@Suite struct `When the disk makes trouble` {
    let disk = ForgetfulDisk(seed: 9)
    let first = TopicPartition("orders", 0)

    private func open() throws -> SegmentStore {
        try SegmentStore(directory: "data", disk: disk, settings: .tiny)
    }

    @Test(arguments: ["1", "1000"])
    func `a full disk refuses appends and recovers by itself`(flushMessages: String) throws {
        var store = try open()
        _ = try store.createTopic(
            "orders",
            partitions: 1,
            configuration: ["flush.messages": flushMessages, "flush.ms": "1"]
        )
        var accepted: [UInt64] = []
        func append(_ id: UInt64) throws {
            do {
                _ = try store.append(Batch(ids: [id], padding: 300).bytes, to: first)
                accepted.append(id)
            } catch AppendRefusal.diskFull {}
        }
        for id in 0 ..< UInt64(10) { try append(id) }
        store.settle()
        disk.state.withLock { $0.capacity = $0.used + 1_000 }
        for id in 10 ..< UInt64(80) { try append(id) }
        #expect(accepted.count < 80)
        #expect(try store.everything(in: first).flatMap { try Batch.ids(in: $0) } == accepted)
        disk.state.withLock { $0.capacity = nil }
        for _ in 0 ..< 200 where store.isFull { Signal().wait(until: Clock.ticks() + 10) }
        let before = accepted.count
        for id in 80 ..< UInt64(100) { try append(id) }
        #expect(accepted.count == before + 20)
        #expect(store.failure == nil)
        disk.kill()
        store.close()
        store = try open()
        #expect(try store.everything(in: first).flatMap { try Batch.ids(in: $0) } == accepted)
        store.close()
    }

    @Test func `a failed sync refuses what is not acknowledged and stops all writing`() throws {
        var store = try open()
        _ = try store.createTopic("orders", partitions: 1, configuration: [:])
        _ = try store.append(Batch(ids: [1]).bytes, to: first)
        disk.state.withLock { $0.failsSyncOf = "/journal/" }
        #expect(throws: AppendRefusal.self) { try store.append(Batch(ids: [2]).bytes, to: first) }
        disk.state.withLock { $0.failsSyncOf = nil }
        // A sync that works now proves nothing about the pages that the failed one dropped.
        #expect(throws: AppendRefusal.self) { try store.append(Batch(ids: [3]).bytes, to: first) }
        #expect(throws: SegmentError.self) {
            try store.createTopic("other", partitions: 1, configuration: [:])
        }
        #expect(store.failure?.contains("journal") == true)
        #expect(try store.everything(in: first).flatMap { try Batch.ids(in: $0) } == [1])
        store.close()
        disk.kill()
        store = try open()
        #expect(try store.everything(in: first).flatMap { try Batch.ids(in: $0) }.first == 1)
        store.close()
    }

    @Test func `a second process is kept out`() throws {
        let path = "/tmp/tributary-lock-\(UInt64.random(in: .min ... .max))"
        let system = SystemDisk()
        try system.makeFolder(path)
        let store = try SegmentStore(directory: path, settings: .tiny)
        #expect(throws: SegmentError.self) { try SegmentStore(directory: path, settings: .tiny) }
        store.close()
        let again = try SegmentStore(directory: path, settings: .tiny)
        again.close()
        for name in ["catalog", "catalog.copy", "checkpoint", "lock"] {
            try system.remove("\(path)/\(name)")
        }
        for name in ["journal", "topics"] { try system.removeFolder("\(path)/\(name)") }
        try system.removeFolder(path)
    }
}
