import Synchronization
import Testing

@testable import Segments

@Suite struct `A folder that cannot be written` {
    let disk = ForgetfulDisk(seed: 8)
    let said = Shared<[String]>([])

    private func open(
        _ change: (inout SegmentStore.Settings) -> Void = { _ in }
    ) throws -> SegmentStore {
        var settings = SegmentStore.Settings.tiny
        settings.notice = { [said] line in said.withLock { $0.append(line) } }
        change(&settings)
        return try SegmentStore(directory: "data", disk: disk, settings: settings)
    }

    private func values(_ store: SegmentStore, _ topic: String) throws -> [UInt64] {
        try store.everything(in: TopicPartition(topic, 0)).flatMap { try Batch.ids(in: $0) }
    }

    private func wait(until isSo: () -> Bool) {
        for _ in 0 ..< 60_000 {
            if isSo() { return }
            Signal().wait(until: Clock.ticks() + 1)
        }
    }

    @Test(arguments: ["1", "1000"])
    func `stops its own topic, says so once, and goes on by itself`(flushMessages: String) throws {
        var store = try open()
        let settings = ["flush.messages": flushMessages, "flush.ms": "1"]
        for topic in ["orders", "other"] {
            _ = try store.createTopic(topic, partitions: 1, configuration: settings)
            _ = try store.append(Batch(ids: [0]).bytes, to: TopicPartition(topic, 0))
        }
        disk.state.withLock { $0.deniesChangesOf = "/orders-" }
        var accepted: [String: [UInt64]] = ["orders": [0], "other": [0]]
        func append(_ id: UInt64, to topic: String) throws {
            do {
                _ = try store.append(
                    Batch(ids: [id], padding: 300).bytes,
                    to: TopicPartition(topic, 0)
                )
                accepted[topic]?.append(id)
            } catch AppendRefusal.storage(let why) {
                #expect(topic == "orders" && why.contains("Permission denied"))
            }
        }
        for id in 1 ..< UInt64(60) {
            try append(id, to: "orders")
            try append(id, to: "other")
            if id == 30 {
                wait { store.troubles.contains { $0.contains("orders") } }
                #expect(store.troubles.count == 1, "\(store.troubles)")
            }
        }
        #expect(accepted["other"] == Array(0 ..< 60))
        #expect((accepted["orders"]?.count ?? 0) < 60)
        #expect(try values(store, "orders") == accepted["orders"])
        #expect(store.failure == nil)
        disk.state.withLock { $0.deniesChangesOf = nil }
        for id in UInt64(100) ..< 60_000 where accepted["orders"]?.last != id - 1 || id == 100 {
            try append(id, to: "orders")
            Signal().wait(until: Clock.ticks() + 1)
            if accepted["orders"]?.last == id { break }
        }
        wait { store.troubles.isEmpty }
        #expect(store.troubles.isEmpty, "\(store.troubles)")
        for topic in ["orders", "other"] { try append(99_999, to: topic) }
        #expect(said.current.count { $0.contains("orders") } == 1, "\(said.current)")
        disk.kill()
        store.close()
        store = try open()
        for topic in ["orders", "other"] { #expect(try values(store, topic) == accepted[topic]) }
        store.close()
    }

    @Test func `keeps nothing of other topics in memory beyond the limit`() throws {
        let limit = 4_000
        let store = try open { $0.tailBytes = limit }
        for topic in ["orders", "other"] {
            _ = try store.createTopic(topic, partitions: 1, configuration: [:])
            _ = try store.append(Batch(ids: [0]).bytes, to: TopicPartition(topic, 0))
        }
        store.settle()
        disk.state.withLock { $0.deniesChangesOf = "/orders-" }
        var id: UInt64 = 1
        while store.troubles.isEmpty, id < 60_000 {
            do {
                _ = try store.append(Batch(ids: [id]).bytes, to: TopicPartition("orders", 0))
                id += 1
            } catch AppendRefusal.storage {}
            Signal().wait(until: Clock.ticks() + 1)
        }
        #expect(!store.troubles.isEmpty)
        for id in UInt64(1) ..< 200 {
            _ = try store.append(
                Batch(ids: [id], padding: 300).bytes,
                to: TopicPartition("other", 0)
            )
        }
        func others() -> Int {
            store.engine.state.withLock { state in
                let tail = state[TopicPartition("other", 0)]?.tail ?? Queue()
                return (0 ..< tail.count).reduce(0) { $0 + tail[$1].bytes.count }
            }
        }
        wait { others() <= limit }
        #expect(others() <= limit)
        disk.state.withLock { $0.deniesChangesOf = nil }
        store.close()
    }

    /// What waits for the folder is written to newer files. Whatever the power leaves of them, all of it is there.
    @Test func `keeps no journal files from being freed, and nothing is lost`() throws {
        var store = try open { ($0.checkpointBytes, $0.groupBytes) = (1 << 30, 1) }
        var accepted: [String: [UInt64]] = ["orders": [], "other": []]
        func append(_ id: UInt64, to topic: String) throws {
            do {
                let batch = Batch(ids: [id], padding: 300)
                _ = try store.append(batch.bytes, to: TopicPartition(topic, 0))
                accepted[topic]?.append(id)
            } catch AppendRefusal.storage(let why) where topic == "orders" {
                #expect(why.contains("Permission denied"))
            }
        }
        for topic in ["orders", "other"] {
            _ = try store.createTopic(topic, partitions: 1, configuration: [:])
            try append(0, to: topic)
        }
        store.settle()
        // What waits stands in two files.
        disk.state.withLock { $0.holdsWriteOf = "/orders-" }
        for id in 1 ... UInt64(8) { try append(id, to: "orders") }
        disk.state.withLock { state in
            state.deniesChangesOf = "/orders-"
            state.holdsWriteOf = nil
        }
        wait { !store.troubles.isEmpty }
        #expect(!store.troubles.isEmpty)
        func journals() throws -> [UInt64] {
            try disk.list("data/journal").filter { $0.hasSuffix(".journal") }
                .compactMap { UInt64($0.dropLast(8)) }
        }
        for id in 1 ..< UInt64(120) {
            try append(id, to: "other")
            guard id % 7 == 0 else { continue }
            wait { ((try? journals().count) ?? .max) <= 5 }
            try #require(journals().count <= 5)
            let copy = ForgetfulDisk(copying: disk)
            copy.state.withLock { $0.deniesChangesOf = nil }
            copy.cutPower()
            copy.restorePower()
            let second = try SegmentStore(directory: "data", disk: copy, settings: .tiny)
            #expect(second.troubles.isEmpty, "\(second.troubles)")
            for topic in ["orders", "other"] {
                let found = try values(second, topic)
                #expect(found == accepted[topic], "\(second.recovery.sentences)")
            }
            second.close()
        }
        let last = try #require(try journals().max())
        #expect(last > 15, "Only \(last) files were filled.")
        // Where nothing can be freed, nothing is written down.
        let checkpoints = disk.state.withLock { $0.replacements["data/checkpoint"] ?? 0 }
        #expect(checkpoints <= Int(last) + 2)
        disk.state.withLock { $0.deniesChangesOf = nil }
        wait { store.troubles.isEmpty }
        for topic in ["orders", "other"] { try append(99_999, to: topic) }
        store.close()
        store = try open()
        for topic in ["orders", "other"] { #expect(try values(store, topic) == accepted[topic]) }
        #expect(store.recovery.sentences.isEmpty, "\(store.recovery.sentences)")
        store.close()
    }

    @Test func `does not keep a topic from being deleted, nor the others from going on`() throws {
        let store = try open()
        for topic in ["orders", "other"] {
            _ = try store.createTopic(topic, partitions: 1, configuration: [:])
            _ = try store.append(Batch(ids: [0]).bytes, to: TopicPartition(topic, 0))
        }
        store.settle()
        disk.state.withLock { $0.deniesChangesOf = "/orders-" }
        try store.deleteTopic("orders")
        for id in 1 ..< UInt64(40) {
            _ = try store.append(
                Batch(ids: [id], padding: 300).bytes,
                to: TopicPartition("other", 0)
            )
        }
        wait { store.troubles.contains { $0.contains("deleted topic") } }
        #expect(store.troubles.contains { $0.contains("deleted topic") })
        disk.state.withLock { $0.deniesChangesOf = nil }
        func folders() -> Int { (try? disk.list("data/topics"))?.count ?? -1 }
        wait { folders() == 1 }
        #expect(folders() == 1)
        #expect(store.failure == nil)
        store.close()
    }

    @Test func `of the journal refuses everything, and it goes on by itself`() throws {
        let store = try open()
        defer { store.close() }
        _ = try store.createTopic("orders", partitions: 1, configuration: [:])
        let first = TopicPartition("orders", 0)
        disk.state.withLock { $0.deniesChangesOf = "/journal/" }
        var wasRefused = false
        for id in 0 ..< UInt64(400) where !wasRefused {
            do {
                _ = try store.append(Batch(ids: [id], padding: 400).bytes, to: first)
            } catch AppendRefusal.storage(let why) {
                wasRefused = why.contains("Permission denied")
            }
        }
        #expect(wasRefused)
        #expect(store.failure == nil)
        disk.state.withLock { $0.deniesChangesOf = nil }
        var isTaken = false
        for _ in 0 ..< 2_000 where !isTaken {
            do {
                _ = try store.append(Batch(ids: [1]).bytes, to: first)
                isTaken = true
            } catch is AppendRefusal { Signal().wait(until: Clock.ticks() + 5) }
        }
        #expect(isTaken)
        #expect(store.troubles.isEmpty, "\(store.troubles)")
    }
}

@Suite struct `Open files` {
    let disk = ForgetfulDisk(seed: 6)

    @Test func `are bounded, however many partitions are written to`() throws {
        var settings = SegmentStore.Settings.tiny
        settings.journalBytes = 1 << 20
        settings.openSegments = 8
        let store = try SegmentStore(directory: "data", disk: disk, settings: settings)
        defer { store.close() }
        _ = try store.createTopic("orders", partitions: 100, configuration: [:])
        _ = try store.createTopic(
            "bulk",
            partitions: 100,
            configuration: ["flush.messages": "1000", "flush.ms": "1"]
        )
        let answers = Shared(0)
        for id in 0 ..< UInt64(5) {
            for number in Int32(0) ..< 100 {
                for topic in ["orders", "bulk"] {
                    let partition = TopicPartition(topic, number)
                    store.append(Batch(ids: [id], padding: 400).bytes, to: partition) { outcome in
                        if case .success = outcome { answers.withLock { $0 += 1 } }
                    }
                }
            }
        }
        for _ in 0 ..< 60_000 where answers.current < 1_000 {
            Signal().wait(until: Clock.ticks() + 1)
        }
        store.settle()
        #expect(answers.current == 1_000)
        // Beside those of segments, the journal and the folders have a few.
        #expect(disk.files.most <= 16 + 16 + 8, "\(disk.files.most)")
        #expect(store.usage.mostOpenFiles == 16)
        #expect(store.usage.openFiles <= 16 + 16)
        for number in Int32(0) ..< 100 {
            let found = try store.everything(in: TopicPartition("bulk", number))
            #expect(try found.flatMap { try Batch.ids(in: $0) } == [0, 1, 2, 3, 4])
        }
    }

    @Test func `that the system does not give are waited for, and nothing is lost`() throws {
        var settings = SegmentStore.Settings.tiny
        settings.openSegments = 200
        var store = try SegmentStore(directory: "data", disk: disk, settings: settings)
        _ = try store.createTopic("orders", partitions: 40, configuration: [:])
        disk.state.withLock { $0.mostOpenFiles = 12 }
        var accepted: [Int32: [UInt64]] = [:]
        var refused = 0
        func append(_ id: UInt64, _ number: Int32) throws {
            do {
                _ = try store.append(
                    Batch(ids: [id], padding: 100).bytes,
                    to: TopicPartition("orders", number)
                )
                accepted[number, default: []].append(id)
            } catch is AppendRefusal {
                refused += 1
            }
        }
        for id in 0 ..< UInt64(6) {
            for number in Int32(0) ..< 40 { try append(id, number) }
        }
        #expect(refused > 0)
        #expect(store.failure == nil)
        disk.state.withLock { $0.mostOpenFiles = nil }
        for _ in 0 ..< 60_000 where !store.troubles.isEmpty || refused > 0 {
            refused = 0
            for number in Int32(0) ..< 40 { try append(9, number) }
            Signal().wait(until: Clock.ticks() + 1)
        }
        #expect(store.troubles.isEmpty, "\(store.troubles)")
        disk.kill()
        store.close()
        store = try SegmentStore(directory: "data", disk: disk, settings: settings)
        for (number, ids) in accepted {
            let found = try store.everything(in: TopicPartition("orders", number))
            #expect(try found.flatMap { try Batch.ids(in: $0) } == ids)
        }
        store.close()
    }

    @Test func `leave room for everything else that a process opens`() {
        #expect(SegmentStore.Settings.openSegments(within: 1_024) == 128)
        #expect(SegmentStore.Settings.openSegments(within: 1_048_576) == 2_048)
        #expect(SystemDisk.raiseOpenFiles() >= 256)
    }
}
