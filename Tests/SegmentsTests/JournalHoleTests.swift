import Synchronization
import Testing

@testable import Segments

/// A store that is stopped by a kill, of which the disk is then damaged in one place.
private final class Damaged {
    private(set) var disk = ForgetfulDisk(seed: 7)

    /// Where one entry of the journal stands.
    struct Place {
        let path: String
        let group: Int
        let bytes: Range<Int>
    }

    func open(
        _ change: (inout SegmentStore.Settings) -> Void = { _ in }
    ) throws -> SegmentStore {
        var settings = SegmentStore.Settings.tiny
        // So large that no file ends, and so seldom that no checkpoint comes between.
        (settings.journalBytes, settings.segmentBytes) = (1 << 20, 1 << 20)
        (settings.checkpointBytes, settings.indexEveryBytes) = (1 << 30, 1)
        change(&settings)
        return try SegmentStore(directory: "data", disk: disk, settings: settings)
    }

    /// The process ends once everything is in its segment: what closing the store writes goes to another disk.
    func kill(_ store: SegmentStore) {
        store.settle()
        disk = ForgetfulDisk(copying: disk)
        store.close()
    }

    /// Appends whose syncs are held share one group, behind that of the first.
    func appendTogether(_ batches: [(UInt64, TopicPartition)], to store: SegmentStore) throws {
        try wait("for the first file") { hasJournal }
        disk.state.withLock { $0.holdsSyncOf = "/journal/" }
        let answered = Shared(0)
        for (number, (id, partition)) in batches.enumerated() {
            store.append(Batch(ids: [id]).bytes, to: partition) { _ in
                answered.withLock { $0 += 1 }
            }
            // The first has a group of its own, because nothing waits for the disk before it.
            if number == 0 {
                try wait("for the disk") { disk.state.withLock { $0.held } > 0 }
            }
        }
        disk.state.withLock { $0.holdsSyncOf = nil }
        try wait("for all answers") { answered.current == batches.count }
    }

    private func wait(_ what: String, until isTrue: () -> Bool) throws {
        for _ in 0 ..< 60_000 where !isTrue() { Signal().wait(until: Clock.ticks() + 1) }
        try #require(isTrue(), "Waited in vain \(what).")
    }

    /// Whether a file of the journal was begun, durably.
    private var hasJournal: Bool {
        disk.state.withLock { state in
            state.names.files.contains { path, inode in
                path.hasSuffix(".journal") && state.inodes[inode]?.durable.first ?? 0 != 0
            }
        }
    }

    /// The journal's entries, in order.
    var places: [Place] {
        disk.state.withLock { state in
            let files = state.names.files.filter { $0.key.hasSuffix(".journal") }
            return files.sorted { $0.key < $1.key }.flatMap { path, inode -> [Place] in
                let content = state.inodes[inode]?.content ?? []
                var places: [Place] = []
                for page in stride(from: 4_096, to: content.count, by: 4_096) {
                    let rest = content[page...]
                    guard let header = JournalFormat.GroupHeader(rest.span.bytes) else { continue }
                    var start = page + header.headerByteCount
                    for length in header.lengths {
                        places.append(
                            Place(
                                path: path,
                                group: Int(header.number),
                                bytes: start ..< start + Int(length)
                            )
                        )
                        start += Int(length)
                    }
                }
                return places
            }
        }
    }

    /// Changes the files whose paths end so, durably.
    func change(_ suffix: String, _ body: @Sendable (inout [UInt8]) -> Void) {
        disk.state.withLock { state in
            for (path, inode) in state.names.files where path.hasSuffix(suffix) {
                guard var file = state.inodes[inode] else { continue }
                body(&file.content)
                file.durable = file.content
                state.inodes[inode] = file
            }
        }
    }

    /// Flips a bit of the records of an entry.
    func flip(_ place: Place) { change(place.path) { $0[place.bytes.upperBound - 3] ^= 4 } }
}

private let first = TopicPartition("orders", 0)
private let second = TopicPartition("orders", 1)

extension SegmentStore {
    fileprivate func ids(in partition: TopicPartition) throws -> [UInt64] {
        var ids: [UInt64] = []
        guard let bounds = bounds(of: partition) else { return [] }
        for offset in bounds {
            do {
                ids += try read(partition, from: offset, limit: 1).batches
                    .flatMap { try Batch.ids(in: $0) }
            } catch SegmentError.corrupt {}
        }
        return ids
    }

    /// Stops for want of acknowledged records, and says so.
    fileprivate func misses(_ partition: TopicPartition) -> Bool {
        troubles.contains {
            $0.contains("\(partition.topic)/\(partition.partition)") && $0.contains("acknowledged")
        }
    }
}

@Suite struct `A hole in the journal` {
    private let damaged = Damaged()

    enum Flaw: CaseIterable, Sendable {
        case records, key, header, everything
    }

    /// A power cut takes the segment's end, and the disk a part of the journal.
    @Test(arguments: Flaw.allCases, [3, 4])
    func `of what was acknowledged is said, and its partition stops`(flaw: Flaw, count: Int) throws
    {
        var store = try damaged.open()
        _ = try store.createTopic("orders", partitions: 2, configuration: [:])
        for id in 0 ..< UInt64(count) { _ = try store.append(Batch(ids: [id]).bytes, to: first) }
        damaged.kill(store)
        let size = Batch(ids: [0]).bytes.count
        damaged.change("0-\(Layout.padded(0)).log") { $0.resize(to: size) }
        let places = damaged.places
        try #require(places.count == count && Set(places.map(\.group)).count == count)
        // Of the three, the last stands in the last group, which might be torn.
        let bytes = places[1].bytes
        damaged.change(places[1].path) { content in
            switch flaw {
            case .records: content[bytes.upperBound - 3] ^= 4
            case .key: content[bytes.lowerBound + 12] ^= 4
            case .header: content[bytes.lowerBound / 4_096 * 4_096 + 2] ^= 4
            case .everything:
                let page = bytes.lowerBound / 4_096 * 4_096
                content.replaceSubrange(
                    page ..< page + 4_096,
                    with: [UInt8](repeating: 0, count: 4_096)
                )
            }
        }
        store = try damaged.open()
        #expect(store.misses(first), "\(store.troubles) \(store.recovery.sentences)")
        #expect(store.bounds(of: first) == 0 ..< Int64(count))
        #expect(try store.ids(in: first) == [0])
        #expect(throws: AppendRefusal.self) { try store.append(Batch(ids: [9]).bytes, to: first) }
        #expect(try store.append(Batch(ids: [1]).bytes, to: second).baseOffset == 0)
        store.close()
    }

    @Test func `is said although nothing stands behind it in its partition`() throws {
        var store = try damaged.open()
        _ = try store.createTopic("orders", partitions: 2, configuration: [:])
        _ = try store.append(Batch(ids: [0]).bytes, to: first)
        _ = try store.append(Batch(ids: [1, 2]).bytes, to: first)
        _ = try store.append(Batch(ids: [3]).bytes, to: second)
        damaged.kill(store)
        damaged.change(".log") { $0 = [] }
        damaged.flip(damaged.places[1])
        store = try damaged.open()
        #expect(store.misses(first) && !store.misses(second), "\(store.troubles)")
        #expect(store.bounds(of: first) == 0 ..< 3)
        #expect(throws: AppendRefusal.self) { try store.append(Batch(ids: [9]).bytes, to: first) }
        #expect(try store.ids(in: second) == [3])
        #expect(try store.deleteRecords(before: -1, in: first) == 3)
        #expect(try store.append(Batch(ids: [9]).bytes, to: first).baseOffset == 3)
        damaged.kill(store)
        store = try damaged.open()
        #expect(store.troubles.isEmpty, "\(store.troubles)")
        #expect(try store.ids(in: first) == [9])
        store.close()
    }

    @Test func `is none where the segment has what the journal lacks`() throws {
        var store = try damaged.open()
        _ = try store.createTopic("orders", partitions: 1, configuration: [:])
        for id in 0 ..< UInt64(3) { _ = try store.append(Batch(ids: [id]).bytes, to: first) }
        damaged.kill(store)
        damaged.flip(damaged.places[1])
        store = try damaged.open()
        #expect(store.troubles.isEmpty, "\(store.troubles)")
        #expect(try store.ids(in: first) == [0, 1, 2])
        store.close()
    }

    /// Three batches in one group, the last: the power was cut while it was written, and one page of it came through
    /// before the other.
    @Test func `in a torn last group was acknowledged to nobody, and stops nothing`() throws {
        var store = try damaged.open()
        _ = try store.createTopic("orders", partitions: 2, configuration: [:])
        try damaged.appendTogether([(0, first), (1, first), (2, first), (3, second)], to: store)
        damaged.kill(store)
        let places = damaged.places
        try #require(places.map(\.group) == [1, 2, 2, 2])
        damaged.change(".log") { $0 = [] }
        damaged.flip(places[1])
        store = try damaged.open()
        #expect(store.troubles.isEmpty, "\(store.troubles)")
        #expect(store.recovery.sentences.contains { $0.contains("was not written whole") })
        #expect(try store.ids(in: first) == [0])
        #expect(try store.ids(in: second) == [3])
        #expect(try store.append(Batch(ids: [9]).bytes, to: first).baseOffset == 1)
        store.close()
    }

    @Test func `hides nothing that stands behind it in its group`() throws {
        var store = try damaged.open()
        _ = try store.createTopic("orders", partitions: 3, configuration: [:])
        let third = TopicPartition("orders", 2)
        try damaged.appendTogether([(0, first), (1, second), (2, third), (3, second)], to: store)
        _ = try store.append(Batch(ids: [4]).bytes, to: first)
        damaged.kill(store)
        let places = damaged.places
        try #require(places.map(\.group) == [1, 2, 2, 2, 3])
        damaged.change(".log") { $0 = [] }
        damaged.flip(places[1])
        store = try damaged.open()
        #expect(try store.ids(in: first) == [0, 4])
        #expect(try store.ids(in: third) == [2])
        #expect(store.misses(second) && !store.misses(first) && !store.misses(third))
        store.close()
    }

    /// Where the journals are kept for a partition that lacks records, the torn group is there at every start.
    @Test func `in a torn group is forgotten by the partitions that went on without it`() throws {
        var store = try damaged.open()
        _ = try store.createTopic("orders", partitions: 2, configuration: [:])
        for id in 0 ..< UInt64(2) { _ = try store.append(Batch(ids: [id]).bytes, to: second) }
        try damaged.appendTogether([(0, first), (1, first), (2, first)], to: store)
        damaged.kill(store)
        let places = damaged.places
        try #require(places.map(\.group) == [1, 2, 3, 4, 4])
        damaged.change(".log") { $0 = [] }
        damaged.flip(places[0])
        damaged.flip(places[3])
        store = try damaged.open()
        // What broke in the other group says whose it was; the hole here may be the torn group's.
        #expect(store.misses(second) && !store.misses(first), "\(store.troubles)")
        #expect(try store.append(Batch(ids: [11]).bytes, to: first).baseOffset == 1)
        damaged.kill(store)
        let size = Batch(ids: [0]).bytes.count
        damaged.change("0-\(Layout.padded(0)).log") { $0.resize(to: size) }
        store = try damaged.open()
        #expect(!store.misses(first), "\(store.troubles)")
        #expect(try store.ids(in: first) == [0, 11])
        #expect(try store.append(Batch(ids: [12]).bytes, to: first).baseOffset == 2)
        store.close()
    }
}

@Suite struct `A broken batch behind the checkpoint` {
    private let damaged = Damaged()

    /// Of a topic without a journal, or where the checkpoint is broken too.
    @Test(arguments: [true, false])
    func `is named, and everything behind it is served`(isCheckpointLost: Bool) throws {
        let bulk = ["flush.messages": "9223372036854775807", "flush.ms": "1"]
        var store = try damaged.open()
        let configuration = isCheckpointLost ? [:] : bulk
        _ = try store.createTopic("orders", partitions: 1, configuration: configuration)
        for id in 0 ..< UInt64(12) {
            _ = try store.append(Batch(ids: [id], padding: 200).bytes, to: first)
        }
        if isCheckpointLost {
            store.close()
            damaged.change("/checkpoint") { $0[$0.count / 2] ^= 1 }
        } else {
            damaged.kill(store)
        }
        let size = Batch(ids: [1], padding: 200).bytes.count
        damaged.change(".log") { $0[size + 100] ^= 1 }
        store = try damaged.open()
        #expect(store.bounds(of: first) == 0 ..< 12)
        #expect(
            store.recovery.sentences.contains { $0.contains("What follows is intact") },
            "\(store.recovery.sentences)"
        )
        #expect(try store.ids(in: first) == [0] + Array(2 ..< 12))
        #expect(throws: SegmentError.self) { try store.read(first, from: 1, limit: 1) }
        #expect(try store.append(Batch(ids: [12]).bytes, to: first).baseOffset == 12)
        store.close()
        store = try damaged.open()
        #expect(try store.ids(in: first) == [0] + Array(2 ..< 13))
        store.close()
    }
}
