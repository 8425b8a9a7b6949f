import Synchronization
import Testing

@testable import Segments

/// What can be seen of a store while the disk takes its time. A power cut shows only what is left afterwards.
@Suite struct `While the disk is slow` {
    let disk = ForgetfulDisk(seed: 5)
    let first = TopicPartition("orders", 0)

    private func open(
        _ change: (inout SegmentStore.Settings) -> Void = { _ in }
    ) throws
        -> SegmentStore
    {
        var settings = SegmentStore.Settings.tiny
        settings.journalBytes = 1 << 20
        change(&settings)
        return try SegmentStore(directory: "data", disk: disk, settings: settings)
    }

    private func holdSyncs(of part: String?) { disk.state.withLock { $0.holdsSyncOf = part } }
    private func holdWrites(of part: String?) { disk.state.withLock { $0.holdsWriteOf = part } }

    /// Waits until the disk holds something.
    private func waitForHold() {
        for _ in 0 ..< 60_000 where disk.state.withLock({ $0.held }) == 0 {
            Signal().wait(until: Clock.ticks() + 1)
        }
        #expect(disk.state.withLock { $0.held } > 0, "Nothing waits for the disk.")
    }

    private func isWritten(_ part: String) -> Bool {
        disk.state.withLock { state in
            state.names.files.contains { path, inode in
                path.contains(part) && path.hasSuffix(".log")
                    && state.inodes[inode]?.content.isEmpty == false
            }
        }
    }

    private func ids(_ batches: [[UInt8]]) throws -> [UInt64] {
        try batches.flatMap { try Batch.ids(in: $0) }
    }

    private func idempotent(_ sequence: Int32, padding: Int = 0) -> [UInt8] {
        var batch = Batch(ids: [UInt64(sequence)], padding: padding)
        (batch.producerID, batch.producerEpoch, batch.baseSequence) = (5, 0, sequence)
        return batch.bytes
    }

    @Test func `nothing is seen that is not durable`() throws {
        let store = try open()
        _ = try store.createTopic("orders", partitions: 1, configuration: [:])
        _ = try store.append(Batch(ids: [1]).bytes, to: first)
        holdSyncs(of: "/journal/")
        let answer = Answer<Result<Appended, AppendRefusal>>()
        let woken = Shared(false)
        _ = store.notify(above: 1, in: first) { woken.withLock { $0 = true } }
        store.append(Batch(ids: [2]).bytes, to: first) { answer.give($0) }
        waitForHold()
        #expect(store.bounds(of: first) == 0 ..< 1)
        let seen = try store.read(first, from: 0, limit: 1 << 20)
        #expect(try ids(seen.batches) == [1])
        #expect(seen.highWatermark == 1)
        #expect(try store.read(first, from: 1, limit: 1 << 20).batches.isEmpty)
        #expect(!woken.current)
        holdSyncs(of: nil)
        #expect(try answer.wait(milliseconds: 60_000)?.get().baseOffset == 1)
        #expect(store.bounds(of: first) == 0 ..< 2)
        #expect(try ids(store.read(first, from: 0, limit: 1 << 20).batches) == [1, 2])
        store.close()
    }

    @Test func `a batch sent again is answered no sooner than the first`() throws {
        let store = try open()
        _ = try store.createTopic("orders", partitions: 1, configuration: [:])
        holdSyncs(of: "/journal/")
        let answered = Shared(0)
        for _ in 0 ..< 2 {
            store.append(idempotent(0), to: first) { outcome in
                if case .success = outcome { answered.withLock { $0 += 1 } }
            }
        }
        waitForHold()
        #expect(answered.current == 0, "Neither is durable.")
        disk.cutPower()
        holdSyncs(of: nil)
        store.close()
        #expect(answered.current == 0, "What was cut off is answered to nobody.")
        disk.restorePower()
    }

    @Test
    func `a batch sent again while the first is synced is answered with the place of the first`()
        throws
    {
        let store = try open()
        defer { store.close() }
        _ = try store.createTopic("orders", partitions: 1, configuration: [:])
        holdSyncs(of: "/journal/")
        let answers = (0 ..< 3).map { _ in Answer<Result<Appended, AppendRefusal>>() }
        for answer in answers { store.append(idempotent(0), to: first) { answer.give($0) } }
        waitForHold()
        for answer in answers {
            #expect(answer.wait(milliseconds: 0) == nil, "The first is not durable.")
        }
        holdSyncs(of: nil)
        for answer in answers {
            #expect(try answer.wait(milliseconds: 60_000)?.get().baseOffset == 0)
        }
        #expect(store.bounds(of: first) == 0 ..< 1)
    }

    @Test func `a batch that was refused for want of room is stored when it is sent again`() throws
    {
        let store = try open { $0.journalBytes = 24 << 10 }
        defer { store.close() }
        _ = try store.createTopic("orders", partitions: 1, configuration: [:])
        _ = try store.append(idempotent(0), to: first)
        store.settle()
        disk.state.withLock { $0.capacity = $0.used }
        var sequence: Int32 = 1
        var wasRefused = false
        // Until the journal needs a new file.
        while !wasRefused, sequence < 500 {
            do {
                _ = try store.append(idempotent(sequence, padding: 400), to: first)
                sequence += 1
            } catch AppendRefusal.diskFull {
                wasRefused = true
            }
        }
        try #require(wasRefused)
        disk.state.withLock { $0.capacity = nil }
        var place: Appended?
        for _ in 0 ..< 2_000 where place == nil {
            do {
                place = try store.append(idempotent(sequence, padding: 400), to: first)
            } catch AppendRefusal.diskFull {
                Signal().wait(until: Clock.ticks() + 5)
            }
        }
        #expect(place?.baseOffset == Int64(sequence))
        #expect(store.bounds(of: first) == 0 ..< Int64(sequence) + 1)
        #expect(try ids(store.everything(in: first)).last == UInt64(sequence))
    }

    @Test func `what is in no segment yet stays in memory, however much it is`() throws {
        let store = try open { $0.tailBytes = 500 }
        _ = try store.createTopic("orders", partitions: 1, configuration: [:])
        holdWrites(of: ".log")
        for id in 0 ..< UInt64(20) {
            _ = try store.append(Batch(ids: [id], padding: 200).bytes, to: first)
        }
        waitForHold()
        let expected = Array(0 ..< UInt64(20))
        #expect(try ids(store.read(first, from: 0, limit: 1 << 20).batches) == expected)
        holdWrites(of: nil)
        store.settle()
        #expect(try ids(store.everything(in: first)) == expected)
        store.close()
    }

    @Test
    func `what others wrote to their segments drives nothing out of memory that is in none yet`()
        throws
    {
        let store = try open { $0.tailBytes = 500 }
        _ = try store.createTopic("orders", partitions: 1, configuration: [:])
        _ = try store.createTopic("others", partitions: 1, configuration: [:])
        holdWrites(of: "/others-")
        _ = try store.append(Batch(ids: [0]).bytes, to: TopicPartition("others", 0))
        waitForHold()
        let expected = Array(0 ..< UInt64(20))
        for id in expected { _ = try store.append(Batch(ids: [id], padding: 200).bytes, to: first) }
        // The one lets go of what is written, and then comes to the other.
        holdWrites(of: "/orders-")
        for _ in 0 ..< 60_000 where disk.state.withLock({ $0.holds }) < 2 {
            Signal().wait(until: Clock.ticks() + 1)
        }
        #expect(disk.state.withLock { $0.holds } == 2, "Nothing of the other waits for the disk.")
        #expect(try ids(store.read(first, from: 0, limit: 1 << 20).batches) == expected)
        holdWrites(of: nil)
        store.settle()
        #expect(try ids(store.everything(in: first)) == expected)
        store.close()
    }

    /// The thread of the segments writes down how far they are while a batch without a journal stands before those that
    /// only the journal has.
    @Test func `a journal file is kept as long as something in it is in no segment`() throws {
        let store = try open { ($0.journalBytes, $0.checkpointBytes) = (24 << 10, 0) }
        let bulk = ["flush.messages": "9223372036854775807", "flush.ms": "1"]
        _ = try store.createTopic("bulk", partitions: 1, configuration: bulk)
        _ = try store.createTopic("orders", partitions: 1, configuration: [:])
        let other = TopicPartition("bulk", 0)
        _ = try store.append(Batch(ids: [100]).bytes, to: first)
        store.settle()
        holdWrites(of: "topics/bulk")
        store.append(Batch(ids: [0]).bytes, to: other) { _ in }
        waitForHold()
        store.append(Batch(ids: [1]).bytes, to: other) { _ in }
        let last = UInt64(115)
        // Each has a group of its own, and a file no more than five of them.
        for id in 101 ... last { _ = try store.append(Batch(ids: [id]).bytes, to: first) }
        // The turn that is held goes on and ends with a checkpoint; the next one waits.
        holdWrites(of: "topics/orders")
        for _ in 0 ..< 60_000 where !isWritten("topics/bulk") {
            Signal().wait(until: Clock.ticks() + 1)
        }
        waitForHold()
        let copy = ForgetfulDisk(copying: disk)
        holdWrites(of: nil)
        store.close()
        copy.state.withLock { $0.holdsWriteOf = nil }
        let second = try SegmentStore(directory: "data", disk: copy, settings: .tiny)
        #expect(second.troubles.isEmpty, "\(second.troubles)")
        #expect(try ids(second.everything(in: first)) == Array(100 ... last))
        second.close()
    }
}
