import Chance
import Synchronization
import Testing

@testable import Segments

/// A store that was filled and then stopped, of which copies can be damaged.
private struct FilledStore {
    let disk = ForgetfulDisk(seed: 11)
    /// What each partition holds, by base offset.
    var content: [TopicPartition: [[UInt8]]] = [:]
    var random: SeededRandom

    static let bulk = ["flush.messages": "9223372036854775807", "flush.ms": "1"]

    /// Where it is killed, the journal still holds some of what was appended.
    init(seed: UInt64, isKilled: Bool) throws {
        random = SeededRandom(seed: seed)
        var settings = SegmentStore.Settings.tiny
        // So long that no file is used a second time: remains of the first use are not in use.
        settings.journalBytes = 1 << 20
        let store = try SegmentStore(directory: "data", disk: disk, settings: settings)
        _ = try store.createTopic("orders", partitions: 2, configuration: [:])
        _ = try store.createTopic("bulk", partitions: 1, configuration: Self.bulk)
        let partitions = [
            TopicPartition("orders", 0), TopicPartition("orders", 1), TopicPartition("bulk", 0),
        ]
        for id in 0 ..< UInt64(90) {
            var batch = Batch(ids: [id, id], padding: Int.random(in: 20 ... 200, using: &random))
            (batch.producerID, batch.producerEpoch, batch.baseSequence) = (3, 0, Int32(id / 3) * 2)
            _ = try store.append(batch.bytes, to: partitions[Int(id % 3)])
        }
        store.settle()
        for partition in partitions { content[partition] = try store.everything(in: partition) }
        if isKilled { disk.kill() }
        store.close()
    }

    /// Files of the kinds that records are kept in, and how much of each is used.
    func files() -> [(path: String, used: Int)] {
        disk.state.withLock { state in
            state.names.files.compactMap { path, inode in
                let content = state.inodes[inode]?.content ?? []
                if path.hasSuffix(".log") || path.hasSuffix(".index") {
                    return (path, content.count)
                }
                guard path.hasSuffix(".journal") else { return nil }
                // What was filled with zeros in advance holds nothing that could be broken.
                let last = content.lastIndex { $0 != 0 } ?? 0
                return (path, (last / 4096 + 1) * 4096)
            }
        }.filter { $0.used > 0 }.sorted { $0.path < $1.path }
    }
}

@Suite struct `A byte that changed on the disk` {
    /// 300 flips: half after a clean close, half after a kill, when the journal is still needed.
    @Test(arguments: [true, false])
    func `is named, is never served, and hides nothing before it`(isKilled: Bool) throws {
        let seed: UInt64 = isKilled ? 21 : 22
        var filled = try FilledStore(seed: seed, isKilled: isKilled)
        let files = filled.files()
        let kinds = [".log", ".index"] + (isKilled ? [".journal"] : [])
        for number in 0 ..< 150 {
            let kind = kinds[number % kinds.count]
            let (path, used) = try #require(
                files.filter { $0.path.hasSuffix(kind) }.randomElement(using: &filled.random)
            )
            let place = Int.random(in: 0 ..< used, using: &filled.random)
            let bit = UInt8(1) << UInt8.random(in: 0 ..< 8, using: &filled.random)
            let disk = ForgetfulDisk(copying: filled.disk)
            disk.state.withLock { state in
                guard let inode = state.names.files[path], var file = state.inodes[inode] else {
                    return
                }
                file.content[place] ^= bit
                file.durable = file.content
                state.inodes[inode] = file
            }
            let flip = Comment("seed \(seed), flip \(number): \(path) at byte \(place)")
            try check(disk, filled.content, path: path, place: place, isKilled: isKilled, flip)
        }
    }

    /// Files cut short, runs of zeros or garbage, several at once: no crash, and no changed byte.
    @Test(arguments: [true, false])
    func `among many that changed leads to no crash`(isKilled: Bool) throws {
        let seed: UInt64 = isKilled ? 31 : 32
        var filled = try FilledStore(seed: seed, isKilled: isKilled)
        let files = filled.files()
        for number in 0 ..< 150 {
            let disk = ForgetfulDisk(copying: filled.disk)
            for _ in 0 ..< Int.random(in: 1 ... 4, using: &filled.random) {
                guard let (path, used) = files.randomElement(using: &filled.random) else {
                    continue
                }
                let place = Int.random(in: 0 ..< used, using: &filled.random)
                let end = min(place + Int.random(in: 1 ... 300, using: &filled.random), used)
                let byte = UInt8.random(in: 0 ... 255, using: &filled.random)
                let isCut = Int.random(in: 0 ..< 3, using: &filled.random) == 0
                disk.damage(path, place ..< end, with: isCut ? nil : byte)
            }
            guard let store = open(disk) else { continue }
            defer { store.close() }
            for (partition, batches) in filled.content {
                let served = readAll(store, partition).served
                #expect(
                    served == Array(batches.prefix(served.count)),
                    "seed \(seed), run \(number)"
                )
            }
        }
    }

    /// Nil where the damage is such that nothing can be told apart; that is said in an error.
    private func open(_ disk: ForgetfulDisk) -> SegmentStore? {
        do {
            return try SegmentStore(directory: "data", disk: disk, settings: .tiny)
        } catch {
            return nil
        }
    }

    private func check(
        _ disk: ForgetfulDisk,
        _ content: [TopicPartition: [[UInt8]]],
        path: String,
        place: Int,
        isKilled: Bool,
        _ flip: Comment
    ) throws {
        let store = try SegmentStore(directory: "data", disk: disk, settings: .tiny)
        defer { store.close() }
        var named = store.recovery.sentences
        let short = String(path.dropFirst("data/".count))
        for (partition, batches) in content {
            let (served, error) = readAll(store, partition)
            named += error.map { [$0] } ?? []
            #expect(served == Array(batches.prefix(served.count)), flip)
            guard served.count < batches.count else { continue }
            // Only the partition of that file may stop, and only at the batch of that byte.
            let (base, position) = position(of: served.count, in: batches, partition, disk)
            #expect(short.hasSuffix("\(partition.partition)-\(Layout.padded(base)).log"), flip)
            let end = position + batches[served.count].count
            #expect(position <= place && place < end, flip)
        }
        named += store.findings()
        #expect(named.contains { $0.contains(short) }, "\(flip) \(named)")
    }

    private func readAll(
        _ store: SegmentStore,
        _ partition: TopicPartition
    ) -> (served: [[UInt8]], error: String?) {
        var batches: [[UInt8]] = []
        var offset: Int64 = 0
        do {
            while offset < store.bounds(of: partition)?.upperBound ?? 0 {
                let chunk = try store.read(partition, from: offset, limit: 700)
                batches += chunk.batches
                offset = chunk.batches.last.flatMap { BatchHeader(of: $0)?.endOffset } ?? .max
            }
        } catch {
            return (batches, "\(error)")
        }
        return (batches, nil)
    }

    /// In which segment, and where in it, a batch stands.
    private func position(
        of number: Int,
        in batches: [[UInt8]],
        _ partition: TopicPartition,
        _ disk: ForgetfulDisk
    ) -> (base: Int64, position: Int) {
        let bases = disk.state.withLock { state in
            state.names.files.keys.compactMap { path -> Int64? in
                guard path.contains("/\(partition.topic)-"), path.hasSuffix(".log") else {
                    return nil
                }
                let name = path.split(separator: "/").last.map(String.init) ?? ""
                let found = SegmentPath(folder: "", name: name)
                return found?.partition == partition.partition ? found?.base : nil
            }
        }
        var (base, position) = (Int64(0), 0)
        for (index, batch) in batches.enumerated() {
            let offset = BatchHeader(of: batch)?.baseOffset ?? -1
            if bases.contains(offset) { (base, position) = (offset, 0) }
            if index == number { break }
            position += batch.count
        }
        return (base, position)
    }

    @Test func `in the catalog is repaired from its copy, in the checkpoint by reading everything`()
        throws
    {
        var filled = try FilledStore(seed: 5, isKilled: false)
        for name in ["catalog", "catalog.copy", "checkpoint"] {
            for _ in 0 ..< 20 {
                let disk = ForgetfulDisk(copying: filled.disk)
                let place = disk.state.withLock { state -> Int in
                    guard let inode = state.names.files["data/\(name)"] else { return -1 }
                    let count = state.inodes[inode]?.content.count ?? 0
                    let place = Int.random(in: 0 ..< count, using: &filled.random)
                    state.inodes[inode]?.content[place] ^= 16
                    return place
                }
                let store = try SegmentStore(directory: "data", disk: disk, settings: .tiny)
                defer { store.close() }
                let comment = Comment("\(name) at byte \(place): \(store.recovery.sentences)")
                #expect(store.recovery.sentences.contains { $0.hasPrefix("\(name) at") }, comment)
                for (partition, batches) in filled.content {
                    #expect(try store.everything(in: partition) == batches, comment)
                }
                // The producer is still known.
                var again = Batch(ids: [87, 87])
                (again.producerID, again.producerEpoch, again.baseSequence) = (3, 0, 58)
                let earlier = try store.append(again.bytes, to: TopicPartition("orders", 0))
                #expect(earlier.baseOffset == 58, comment)
            }
        }
    }
}
