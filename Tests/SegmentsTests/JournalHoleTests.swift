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
        killAtOnce(store)
    }

    /// The process ends, whatever is in its segment.
    func killAtOnce(_ store: SegmentStore) {
        let old = disk
        disk = ForgetfulDisk(copying: old)
        for disk in [old, disk] { disk.state.withLock { $0.holdsWriteOf = nil } }
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

    func wait(_ what: String, until isTrue: () -> Bool) throws {
        for _ in 0 ..< 60_000 {
            if isTrue() { return }
            Signal().wait(until: Clock.ticks() + 1)
        }
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

    /// As the disk has it.
    var checkpoint: Checkpoint {
        do {
            if case .intact(let bytes) = try Layout(root: "data").checkpoint.read(from: disk) {
                return try Checkpoint(bytes)
            }
        } catch {}
        return Checkpoint()
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

    /// Breaks an entry that has a group of its own, on one page.
    func damage(_ place: Place, by flaw: Flaw = .records) {
        let page = place.bytes.lowerBound / 4_096 * 4_096
        change(place.path) { content in
            switch flaw {
            case .records: content[place.bytes.upperBound - 3] ^= 4
            case .key: content[place.bytes.lowerBound + 12] ^= 4
            case .header: content[page + 2] ^= 4
            case .everything:
                content.replaceSubrange(
                    page ..< page + 4_096,
                    with: [UInt8](repeating: 0, count: 4_096)
                )
            }
        }
    }
}

/// What is broken of an entry. Only where it is the records something tells whose they were.
enum Flaw: CaseIterable, Sendable {
    case records, key, header, everything
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
        damaged.damage(places[1], by: flaw)
        store = try damaged.open()
        #expect(store.misses(first), "\(store.troubles) \(store.recovery.sentences)")
        #expect(store.bounds(of: first) == 0 ..< Int64(count))
        #expect(try store.ids(in: first) == [0])
        #expect(throws: AppendRefusal.self) { try store.append(Batch(ids: [9]).bytes, to: first) }
        if flaw == .records {
            #expect(try store.append(Batch(ids: [1]).bytes, to: second).baseOffset == 0)
        } else {
            // It may have been this one's, too.
            #expect(store.misses(second), "\(store.troubles)")
        }
        store.close()
    }

    /// More records than can have been in the journal.
    private static let many: Int64 = 1_000_000_000_000

    @Test(arguments: Flaw.allCases)
    func `is said although nothing stands behind it in its partition`(flaw: Flaw) throws {
        var store = try damaged.open()
        _ = try store.createTopic("orders", partitions: 2, configuration: [:])
        _ = try store.append(Batch(ids: [0]).bytes, to: first)
        _ = try store.append(Batch(ids: [1, 2]).bytes, to: first)
        _ = try store.append(Batch(ids: [3]).bytes, to: second)
        damaged.kill(store)
        damaged.change(".log") { $0 = [] }
        damaged.damage(damaged.places[1], by: flaw)
        // No offset is given twice, even where nothing tells how many were given.
        let end = flaw == .records ? 3 : 1 + Self.many
        for _ in 0 ..< 2 {
            store = try damaged.open()
            #expect(store.misses(first) && !store.misses(second), "\(store.troubles)")
            #expect(store.bounds(of: first) == 0 ..< end)
            let batches = try store.read(first, from: 0, limit: 1).batches
            #expect(try batches.flatMap { try Batch.ids(in: $0) } == [0])
            #expect(throws: SegmentError.self) { try store.read(first, from: 1, limit: 1) }
            #expect(throws: AppendRefusal.self) {
                try store.append(Batch(ids: [9]).bytes, to: first)
            }
            #expect(try store.ids(in: second) == [3])
            damaged.kill(store)
        }
        store = try damaged.open()
        #expect(try store.deleteRecords(before: -1, in: first) == end)
        damaged.kill(store)
        store = try damaged.open()
        #expect(store.troubles.isEmpty, "\(store.troubles)")
        #expect(try store.append(Batch(ids: [9]).bytes, to: first).baseOffset == end)
        damaged.kill(store)
        store = try damaged.open()
        #expect(store.troubles.isEmpty, "\(store.troubles)")
        #expect(try store.ids(in: first) == [9])
        store.close()
    }

    /// At the front of the journal, and at the end of a file behind which another was begun.
    @Test(arguments: [0, 4])
    func `is said where no group stands on its other side`(lost: Int) throws {
        var store = try damaged.open { $0.journalBytes = 24 << 10 }
        _ = try store.createTopic("orders", partitions: 1, configuration: [:])
        // Nothing comes to a segment, and so no file is freed.
        damaged.disk.state.withLock { $0.holdsWriteOf = "/topics/" }
        for id in 0 ..< UInt64(6) { _ = try store.append(Batch(ids: [id]).bytes, to: first) }
        damaged.killAtOnce(store)
        let places = damaged.places
        try #require(places.map(\.group) == Array(1 ... 6))
        try #require(Set(places.map(\.path)).count == 2 && places[4].path != places[5].path)
        // The last may have been torn.
        for place in places[lost...] { damaged.damage(place, by: .everything) }
        store = try damaged.open()
        #expect(store.misses(first), "\(store.troubles) \(store.recovery.sentences)")
        #expect(store.bounds(of: first) == 0 ..< Int64(lost) + Self.many)
        store.close()
    }

    @Test func `is none where the checkpoint has all that it held`() throws {
        var store = try damaged.open { $0.checkpointBytes = 0 }
        _ = try store.createTopic("orders", partitions: 2, configuration: [:])
        for partition in [first, second] {
            _ = try store.append(Batch(ids: [0]).bytes, to: partition)
        }
        try damaged.wait("for the checkpoint") {
            let checkpoint = damaged.checkpoint
            return checkpoint.rows.values.map(\.offset) == [1, 1]
        }
        damaged.kill(store)
        damaged.damage(damaged.places[0], by: .everything)
        store = try damaged.open()
        #expect(store.troubles.isEmpty, "\(store.troubles)")
        for partition in [first, second] {
            #expect(try store.append(Batch(ids: [1]).bytes, to: partition).baseOffset == 1)
        }
        store.close()
    }

    /// The journal that lacks something is kept for the partition that lacks records.
    @Test func `is none of a topic that was made later`() throws {
        let later = TopicPartition("later", 0)
        var store = try damaged.open()
        _ = try store.createTopic("orders", partitions: 1, configuration: [:])
        for id in 0 ..< UInt64(3) { _ = try store.append(Batch(ids: [id]).bytes, to: first) }
        damaged.kill(store)
        damaged.change(".log") { $0 = [] }
        damaged.damage(damaged.places[1], by: .header)
        store = try damaged.open()
        _ = try store.createTopic("later", partitions: 1, configuration: [:])
        damaged.kill(store)
        store = try damaged.open()
        #expect(store.misses(first) && !store.misses(later), "\(store.troubles)")
        #expect(try store.append(Batch(ids: [5]).bytes, to: later).baseOffset == 0)
        store.close()
    }

    /// What a partition that takes nothing lacks is in none of the files that others filled and that were freed.
    @Test func `does not grow while others go on`() throws {
        var store = try damaged.open()
        _ = try store.createTopic("orders", partitions: 2, configuration: [:])
        for id in 0 ..< UInt64(3) { _ = try store.append(Batch(ids: [id]).bytes, to: first) }
        _ = try store.append(Batch(ids: [3]).bytes, to: second)
        damaged.kill(store)
        damaged.change(".log") { $0 = [] }
        damaged.damage(damaged.places[2])
        for _ in 0 ..< 2 {
            store = try damaged.open { $0.journalBytes = 24 << 10 }
            #expect(store.bounds(of: first) == 0 ..< 3)
            #expect(store.misses(first) && !store.misses(second), "\(store.troubles)")
            for id in 0 ..< UInt64(30) { _ = try store.append(Batch(ids: [id]).bytes, to: second) }
            damaged.kill(store)
        }
        store = try damaged.open()
        #expect(store.bounds(of: first) == 0 ..< 3)
        #expect(store.bounds(of: second) == 0 ..< 61)
        store.close()
    }

    @Test func `is none where the segment has what the journal lacks`() throws {
        var store = try damaged.open()
        _ = try store.createTopic("orders", partitions: 1, configuration: [:])
        for id in 0 ..< UInt64(3) { _ = try store.append(Batch(ids: [id]).bytes, to: first) }
        damaged.kill(store)
        damaged.damage(damaged.places[1])
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
        damaged.damage(places[1])
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
        damaged.damage(places[1])
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
        damaged.damage(places[0])
        damaged.damage(places[3])
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
