import Synchronization
import Testing

@testable import Segments

@Suite struct `When the disk makes trouble` {
    let disk = ForgetfulDisk(seed: 9)
    let first = TopicPartition("orders", 0)

    private func open(journalBytes: Int64 = 24 << 10) throws -> SegmentStore {
        var settings = SegmentStore.Settings.tiny
        settings.journalBytes = journalBytes
        return try SegmentStore(directory: "data", disk: disk, settings: settings)
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
        var wasTold = false
        func append(_ id: UInt64) throws {
            do {
                _ = try store.append(Batch(ids: [id], padding: 300).bytes, to: first)
                accepted.append(id)
            } catch AppendRefusal.diskFull {
                // Room may be found again at any moment, as journals are given back.
                wasTold = wasTold || store.knownTroubles.contains { $0.kind == .diskFull }
            }
        }
        for id in 0 ..< UInt64(10) { try append(id) }
        store.settle()
        disk.state.withLock { $0.capacity = $0.used + 1_000 }
        for id in 10 ..< UInt64(80) { try append(id) }
        #expect(accepted.count < 80)
        #expect(wasTold, "The store never said that the disk is full.")
        #expect(try store.everything(in: first).flatMap { try Batch.ids(in: $0) } == accepted)
        disk.state.withLock { $0.capacity = nil }
        for _ in 0 ..< 200 where store.isFull { Signal().wait(until: Clock.ticks() + 10) }
        let before = accepted.count
        for id in 80 ..< UInt64(100) { try append(id) }
        #expect(accepted.count == before + 20)
        #expect(store.failure == nil)
        #expect(store.troubles.isEmpty, "\(store.troubles)")
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
        #expect(store.knownTroubles.map(\.kind) == [.damage])
        #expect(store.troubles.allSatisfy { $0.contains("journal") })
        #expect(try store.everything(in: first).flatMap { try Batch.ids(in: $0) } == [1])
        store.close()
        disk.kill()
        store = try open()
        #expect(try store.everything(in: first).flatMap { try Batch.ids(in: $0) }.first == 1)
        store.close()
    }

    @Test func `records that are gone stop their partition, and no other`() throws {
        // One long journal, so that nothing is synced to the segments yet.
        var store = try open(journalBytes: 1 << 20)
        for topic in ["orders", "other"] {
            _ = try store.createTopic(topic, partitions: 1, configuration: [:])
        }
        for id in 0 ..< UInt64(3) {
            for topic in ["orders", "other"] {
                _ = try store.append(Batch(ids: [id]).bytes, to: TopicPartition(topic, 0))
            }
        }
        store.settle()
        disk.kill()
        store.close()
        // The segments were not synced and are lost; of the journal, the third group is broken.
        disk.state.withLock { state in
            for (path, inode) in state.names.files {
                guard var file = state.inodes[inode] else { continue }
                if path.hasSuffix(".log") { file.content = [] }
                if path.hasSuffix("1.journal") { file.content[4096 * 3 + 60] ^= 1 }
                state.inodes[inode] = file
            }
        }
        for _ in 0 ..< 2 {
            store = try open()
            #expect(store.recovery.sentences.contains { $0.contains("were acknowledged") })
            #expect(store.recovery.sentences.contains { $0.contains("journal at byte 12") })
            let other = try store.everything(in: TopicPartition("other", 0))
            #expect(try other.flatMap { try Batch.ids(in: $0) } == [0, 1, 2])
            let kept = try store.read(first, from: 0, limit: 1 << 20).batches
            #expect(try kept.flatMap { try Batch.ids(in: $0) } == [0])
            #expect(throws: SegmentError.self) { try store.read(first, from: 1, limit: 1) }
            #expect(throws: AppendRefusal.self) {
                try store.append(Batch(ids: [9]).bytes, to: first)
            }
            store.close()
        }
        store = try open()
        try store.deleteTopic("orders")
        store.close()
        store = try open()
        #expect(store.topics().map(\.name) == ["other"])
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
        for name in ["catalog", "catalog.copy", "checkpoint", "checked", "lock"] {
            try system.remove("\(path)/\(name)")
        }
        for name in ["journal", "topics"] { try system.removeFolder("\(path)/\(name)") }
        try system.removeFolder(path)
    }
}
