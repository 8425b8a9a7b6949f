import Synchronization
import Testing

@testable import Segments

@Suite struct `The segment store` {
    let disk = ForgetfulDisk(seed: 7)
    let first = TopicPartition("orders", 0)

    private func open(_ settings: SegmentStore.Settings = .tiny) throws -> SegmentStore {
        try SegmentStore(directory: "data", disk: disk, settings: settings)
    }

    @Test func `gives back what was appended, with offsets of its own`() throws {
        let store = try open()
        defer { store.close() }
        _ = try store.createTopic("orders", partitions: 2, configuration: [:])
        for number in 0 ..< UInt64(20) {
            let place = try store.append(
                Batch(ids: [number, number + 100], padding: 90).bytes,
                to: first
            )
            #expect(place.baseOffset == Int64(number) * 2)
            #expect(place.logAppendTime == -1)
        }
        store.settle()
        let ids = try store.everything(in: first).flatMap { try Batch.ids(in: $0) }
        #expect(ids == (0 ..< UInt64(20)).flatMap { [$0, $0 + 100] })
        #expect(store.bounds(of: first) == 0 ..< 40)
        #expect(store.bounds(of: TopicPartition("orders", 1)) == 0 ..< 0)
        #expect(store.bounds(of: TopicPartition("orders", 2)) == nil)
        let chunk = try store.read(first, from: 5, limit: 1)
        #expect(chunk.batches.count == 1)
        #expect(try Batch.ids(in: chunk.batches[0]) == [2, 102])
        #expect(throws: SegmentError.offsetOutOfRange(0 ..< 40)) {
            try store.read(first, from: 41, limit: 1)
        }
    }

    @Test func `survives a clean close and an open without a word of complaint`() throws {
        var store = try open()
        let made = try store.createTopic(
            "orders",
            partitions: 1,
            configuration: ["retention.ms": "-1"]
        )
        for number in 0 ..< UInt64(30) {
            _ = try store.append(Batch(ids: [number], padding: 200).bytes, to: first)
        }
        let before = try store.everything(in: first)
        let cluster = store.clusterID
        store.close()
        #expect(throws: SegmentError.closed) { try store.read(first, from: 0, limit: 1) }
        store = try open()
        defer { store.close() }
        #expect(store.recovery.sentences == [])
        #expect(store.topics() == [made])
        #expect(store.clusterID == cluster)
        #expect(cluster.count == 22)
        #expect(try store.everything(in: first) == before)
    }

    @Test func `survives a kill`() throws {
        var store = try open()
        _ = try store.createTopic("orders", partitions: 1, configuration: [:])
        _ = try store.createTopic(
            "bulk",
            partitions: 1,
            configuration: ["flush.messages": "9223372036854775807", "flush.ms": "2"]
        )
        for number in 0 ..< UInt64(30) {
            _ = try store.append(Batch(ids: [number], padding: 200).bytes, to: first)
            _ = try store.append(
                Batch(ids: [number], padding: 50).bytes,
                to: TopicPartition("bulk", 0)
            )
        }
        disk.kill()
        store.close()
        store = try open()
        defer { store.close() }
        for topic in ["orders", "bulk"] {
            let ids = try store.everything(in: TopicPartition(topic, 0)).flatMap {
                try Batch.ids(in: $0)
            }
            #expect(ids == Array(0 ..< UInt64(30)))
        }
    }

    @Test func `answers a batch sent again with its first offset, also after a kill`() throws {
        var store = try open()
        _ = try store.createTopic("orders", partitions: 1, configuration: [:])
        func batch(_ sequence: Int32, epoch: Int16 = 0) -> [UInt8] {
            var batch = Batch(ids: [UInt64(sequence)], padding: 100)
            (batch.producerID, batch.producerEpoch, batch.baseSequence) = (5, epoch, sequence)
            return batch.bytes
        }
        for sequence in 0 ..< Int32(20) { _ = try store.append(batch(sequence), to: first) }
        for life in 0 ..< 3 {
            #expect(try store.append(batch(17), to: first).baseOffset == 17)
            #expect(throws: AppendRefusal.duplicateOutOfWindow) {
                try store.append(batch(3), to: first)
            }
            #expect(throws: AppendRefusal.outOfOrderSequence) {
                try store.append(batch(22), to: first)
            }
            #expect(store.bounds(of: first) == 0 ..< 20)
            if life == 0 {
                disk.kill()
                store.close()
            } else {
                store.close()
            }
            store = try open()
        }
        #expect(try store.append(batch(0, epoch: 1), to: first).baseOffset == 20)
        #expect(throws: AppendRefusal.invalidProducerEpoch) {
            try store.append(batch(20), to: first)
        }
        store.close()
    }

    @Test func `never hands out a producer id twice`() throws {
        var seen: Set<Int64> = []
        for life in 0 ..< 6 {
            let store = try open()
            for _ in 0 ..< 400 { #expect(seen.insert(try store.nextProducerID()).inserted) }
            if life.isMultiple(of: 2) { disk.kill() }
            store.close()
        }
    }

    @Test func `wakes those who wait for a record`() throws {
        let store = try open()
        _ = try store.createTopic("orders", partitions: 1, configuration: [:])
        let woken = Shared<[String]>([])
        func note(_ what: String) -> @Sendable () -> Void {
            { woken.withLock { $0.append(what) } }
        }
        _ = store.notify(above: 0, in: first, note("first"))
        _ = store.notify(above: 1, in: first, note("second"))
        let cancelled = store.notify(above: 0, in: first, note("cancelled"))
        store.cancel(cancelled)
        _ = try store.append(Batch(ids: [1]).bytes, to: first)
        _ = store.notify(above: 0, in: first, note("at once"))
        // They are woken on a thread of the store, just behind the answer to the append.
        for _ in 0 ..< 1_000 where woken.current.count < 2 {
            Signal().wait(until: Clock.ticks() + 1)
        }
        #expect(woken.current.sorted() == ["at once", "first"])
        try store.deleteTopic("orders")
        #expect(woken.current.contains("second"))
        store.close()
    }

    @Test func `finds offsets by time`() throws {
        let store = try open()
        defer { store.close() }
        _ = try store.createTopic("orders", partitions: 1, configuration: [:])
        for number in 0 ..< UInt64(40) {
            var batch = Batch(ids: [number, number, number], padding: 60)
            batch.baseTimestamp = 1_000 + Int64(number) * 10
            batch.timestampDeltas = [0, 3, 6]
            _ = try store.append(batch.bytes, to: first)
        }
        store.settle()
        for number in 0 ..< Int64(40) {
            let found = try store.firstOffset(atOrAfter: 1_000 + number * 10 + 1, in: first)
            #expect(found?.offset == number * 3 + 1)
            #expect(found?.timestamp == 1_000 + number * 10 + 3)
        }
        #expect(try store.firstOffset(atOrAfter: 0, in: first)?.offset == 0)
        #expect(try store.firstOffset(atOrAfter: 1_397, in: first) == nil)
    }

    @Test func `deletes records and old segments, durably`() throws {
        var store = try open()
        _ = try store.createTopic(
            "orders",
            partitions: 1,
            configuration: ["retention.bytes": "4000"]
        )
        for number in 0 ..< UInt64(60) {
            _ = try store.append(Batch(ids: [number], padding: 150).bytes, to: first)
        }
        store.settle()
        #expect(try store.deleteRecords(before: 7, in: first) == 7)
        #expect(throws: SegmentError.offsetOutOfRange(7 ..< 60)) {
            try store.read(first, from: 6, limit: 1)
        }
        try store.enforceRetention(now: 0)
        let start = try #require(store.bounds(of: first)?.lowerBound)
        #expect(start > 20 && start < 50)
        disk.kill()
        store.close()
        store = try open()
        #expect(store.bounds(of: first) == start ..< 60)
        #expect(try store.deleteRecords(before: -1, in: first) == 60)
        store.close()
        store = try open()
        #expect(store.recovery.sentences == [])
        #expect(store.bounds(of: first) == 60 ..< 60)
        store.close()
    }

    @Test func `forgets by age what its topic does not keep`() throws {
        let store = try open()
        defer { store.close() }
        _ = try store.createTopic("orders", partitions: 1, configuration: ["retention.ms": "100"])
        for number in 0 ..< UInt64(20) {
            var batch = Batch(ids: [number], padding: 300)
            batch.baseTimestamp = Int64(number) * 10
            _ = try store.append(batch.bytes, to: first)
        }
        store.settle()
        try store.enforceRetention(now: 200)
        let start = try #require(store.bounds(of: first)?.lowerBound)
        #expect((1 ... 10).contains(start))
        // The segment being written is sealed because of its age, and goes the next time.
        for _ in 0 ..< 100 where store.bounds(of: first) != 20 ..< 20 {
            try store.enforceRetention(now: 10_000)
            Signal().wait(until: Clock.ticks() + 5)
        }
        #expect(store.bounds(of: first) == 20 ..< 20)
    }

    @Test func `deletes a topic, and one of its name is another`() throws {
        var store = try open()
        let old = try store.createTopic("orders", partitions: 1, configuration: [:])
        _ = try store.append(Batch(ids: [1], padding: 300).bytes, to: first)
        try store.deleteTopic("orders")
        #expect(throws: SegmentError.unknownTopic("orders")) { try store.deleteTopic("orders") }
        #expect(throws: AppendRefusal.unknownPartition) {
            try store.append(Batch(ids: [1]).bytes, to: first)
        }
        let new = try store.createTopic("orders", partitions: 1, configuration: [:])
        #expect(new.id != old.id)
        #expect(throws: SegmentError.topicExists("orders")) {
            try store.createTopic("orders", partitions: 1, configuration: [:])
        }
        disk.kill()
        store.close()
        store = try open()
        defer { store.close() }
        #expect(store.topics() == [new])
        #expect(store.bounds(of: first) == 0 ..< 0)
        let folders = try disk.list("data/topics")
        #expect(folders.count == 1, "\(folders)")
    }

    @Test(arguments: ["", ".", "..", "a/b", "ä", String(repeating: "x", count: 250)])
    func `refuses names that are none`(name: String) throws {
        let store = try open()
        defer { store.close() }
        #expect(throws: SegmentError.self) {
            try store.createTopic(name, partitions: 1, configuration: [:])
        }
    }

    @Test func `stamps records where the topic asks for it`() throws {
        var settings = SegmentStore.Settings.tiny
        settings.clock = { 77_000 }
        let store = try open(settings)
        defer { store.close() }
        _ = try store.createTopic(
            "orders",
            partitions: 1,
            configuration: ["message.timestamp.type": "LogAppendTime"]
        )
        #expect(try store.append(Batch(ids: [1]).bytes, to: first).logAppendTime == 77_000)
        let batch = try store.everything(in: first)[0]
        let header = try #require(BatchHeader(of: batch))
        #expect(header.usesLogAppendTime && header.maxTimestamp == 77_000)
        #expect(header.checksum == BatchHeader.checksum(of: batch.span.bytes))
        #expect(try store.firstOffset(atOrAfter: 70_000, in: first)?.timestamp == 77_000)
    }
}
