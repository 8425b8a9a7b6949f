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

    @Test func `a batch sent again is answered no sooner than the first, and is there then`() throws
    {
        var store = try open()
        _ = try store.createTopic("orders", partitions: 1, configuration: [:])
        holdSyncs(of: "/journal/")
        let answered = Shared(0)
        for _ in 0 ..< 2 {
            store.append(idempotent(0), to: first) { outcome in
                if case .success = outcome { answered.withLock { $0 += 1 } }
            }
        }
        waitForHold()
        #expect(answered.current == 0)
        disk.cutPower()
        holdSyncs(of: nil)
        store.close()
        disk.restorePower()
        store = try open()
        if answered.current > 0 { #expect(store.bounds(of: first) == 0 ..< 1) }
        store.close()
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

    /// Appends that wait for one sync share the next, as one group of the journal.
    private func fillOneGroup(_ store: SegmentStore, _ partitions: [TopicPartition]) {
        holdSyncs(of: "/journal/")
        let answered = Shared(0)
        store.append(Batch(ids: [0]).bytes, to: partitions[0]) { _ in
            answered.withLock { $0 += 1 }
        }
        waitForHold()
        for partition in partitions {
            store.append(Batch(ids: [1]).bytes, to: partition) { _ in
                answered.withLock { $0 += 1 }
            }
        }
        holdSyncs(of: nil)
        for _ in 0 ..< 60_000 where answered.current <= partitions.count {
            Signal().wait(until: Clock.ticks() + 1)
        }
    }

    private func change(_ part: String, _ body: @Sendable (inout [UInt8]) -> Void) {
        disk.state.withLock { state in
            for (path, inode) in state.names.files where path.contains(part) {
                guard var file = state.inodes[inode] else { continue }
                body(&file.content)
                file.durable = file.content
                state.inodes[inode] = file
            }
        }
    }
}
