import Synchronization
import Testing

@testable import Segments

/// Acknowledged records that are gone stop their partition; it goes on when somebody gives them up.
@Suite struct `A partition that lacks records` {
    let disk = ForgetfulDisk(seed: 4)
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

    private func served(_ store: SegmentStore) throws -> [UInt64] {
        var ids: [UInt64] = []
        guard let bounds = store.bounds(of: first) else { return [] }
        var offset = bounds.lowerBound
        while offset < bounds.upperBound {
            let batches: [[UInt8]]
            do {
                batches = try store.read(first, from: offset, limit: 1).batches
            } catch SegmentError.corrupt {
                break
            }
            ids += try batches.flatMap { try Batch.ids(in: $0) }
            offset += Int64(batches.count)
        }
        return ids
    }

    enum Loss: CaseIterable, Sendable {
        case segmentCut, segmentMissing, journalEntry
    }

    private func lose(_ loss: Loss) {
        disk.state.withLock { state in
            let logs = state.names.files.keys.filter { $0.hasSuffix(".log") }.sorted()
            for (path, inode) in state.names.files {
                guard var file = state.inodes[inode] else { continue }
                switch loss {
                case .segmentCut where path == logs.last:
                    file.content.resize(to: file.content.count * 2 / 3)
                case .segmentMissing where path == logs.last: state.names.files[path] = nil
                case .journalEntry where path.hasSuffix(".log"): file.content = []
                case .journalEntry where path.hasSuffix(".journal"):
                    if file.content.count > 4_096 * 3 { file.content[4_096 * 3 + 60] ^= 1 }
                case .segmentCut, .segmentMissing, .journalEntry: break
                }
                file.durable = file.content
                state.inodes[inode] = file
            }
        }
    }

    @Test(arguments: Loss.allCases)
    func `gives what it has, says how it goes on, and goes on behind what was given up`(
        loss: Loss
    )
        throws
    {
        var store = try open()
        _ = try store.createTopic("orders", partitions: 1, configuration: [:])
        for id in 0 ..< UInt64(9) {
            _ = try store.append(Batch(ids: [id], padding: 60).bytes, to: first)
        }
        store.settle()
        if loss == .journalEntry { disk.kill() }
        store.close()
        lose(loss)
        for start in 0 ..< 2 {
            store = try open()
            #expect(store.bounds(of: first) == Int64(start) ..< 9)
            let ids = try served(store)
            #expect(ids == Array(UInt64(start) ..< UInt64(start + ids.count)) && ids.count < 9)
            if loss == .segmentCut { #expect(ids.count >= 4 - start) }
            #expect(throws: AppendRefusal.self) {
                try store.append(Batch(ids: [9]).bytes, to: first)
            }
            #expect(
                store.troubles.contains { $0.contains("up to offset 9 (DeleteRecords)") },
                "\(store.troubles)"
            )
            // Less than everything does not help.
            #expect(try store.deleteRecords(before: 1, in: first) == 1)
            #expect(throws: AppendRefusal.self) {
                try store.append(Batch(ids: [9]).bytes, to: first)
            }
            store.close()
            store = try open()
            store.close()
        }
        store = try open()
        #expect(try store.deleteRecords(before: -1, in: first) == 9)
        #expect(store.troubles.allSatisfy { !$0.contains("takes no writes") }, "\(store.troubles)")
        #expect(try store.append(Batch(ids: [9]).bytes, to: first).baseOffset == 9)
        #expect(try served(store) == [9])
        disk.kill()
        store.close()
        store = try open()
        #expect(store.bounds(of: first) == 9 ..< 10)
        #expect(try store.append(Batch(ids: [10]).bytes, to: first).baseOffset == 10)
        store.close()
        store = try open()
        #expect(store.bounds(of: first) == 9 ..< 11)
        #expect(try served(store) == [9, 10])
        #expect(store.troubles.isEmpty, "\(store.troubles)")
        #expect(store.recovery.sentences.isEmpty, "\(store.recovery.sentences)")
        store.close()
    }

    /// The power may go at any step between giving up and going on.
    @Test(arguments: Loss.allCases)
    func `goes on behind what was given up, whenever the power is cut`(loss: Loss) throws {
        let filled = try open()
        _ = try filled.createTopic("orders", partitions: 1, configuration: [:])
        for id in 0 ..< UInt64(9) {
            _ = try filled.append(Batch(ids: [id], padding: 60).bytes, to: first)
        }
        filled.settle()
        if loss == .journalEntry { disk.kill() }
        filled.close()
        lose(loss)
        for operations in 1 ... 120 {
            let copy = ForgetfulDisk(copying: disk)
            var settings = SegmentStore.Settings.tiny
            settings.journalBytes = 1 << 20
            copy.cutPower(afterOperations: operations)
            var (isGivenUp, accepted) = (false, [UInt64]())
            do {
                let store = try SegmentStore(directory: "data", disk: copy, settings: settings)
                defer { store.close() }
                isGivenUp = try store.deleteRecords(before: -1, in: first) == 9
                for id in UInt64(9) ..< 20 {
                    _ = try store.append(Batch(ids: [id], padding: 300).bytes, to: first)
                    accepted.append(id)
                }
            } catch {}
            if !copy.isOff { copy.cutPower() }
            copy.restorePower()
            let store = try SegmentStore(directory: "data", disk: copy, settings: settings)
            defer { store.close() }
            let comment = Comment("after \(operations) operations: \(store.troubles)")
            guard isGivenUp else { continue }
            let ids = try served(store)
            #expect(store.bounds(of: first)?.lowerBound == 9, comment)
            #expect(Array(ids.prefix(accepted.count)) == accepted, comment)
            let next = try store.append(Batch(ids: [99]).bytes, to: first).baseOffset
            #expect(next == 9 + Int64(ids.count), comment)
        }
    }
}

@Suite struct `Batches that an earlier release took unseen` {
    let disk = ForgetfulDisk(seed: 4)
    let first = TopicPartition("orders", 0)

    @Test func `are checked when they are read`() throws {
        var settings = SegmentStore.Settings.tiny
        settings.segmentBytes = 1 << 20
        settings.tailBytes = 0
        var store = try SegmentStore(directory: "data", disk: disk, settings: settings)
        _ = try store.createTopic("orders", partitions: 1, configuration: [:])
        let good = Compression.gzip.compress(Batch(ids: [1], padding: 100))
        let plain = Batch(ids: [1], padding: 100).bytes
        // Of the same length as the good one, and of no record.
        let empty = Compression.gzip.compress([])
        for _ in 0 ..< 3 { _ = try store.append(good, to: first) }
        store.close()
        let filler = good.count - BatchHeader.byteCount - empty.count
        try #require(filler >= 0)
        let bad = Compression.gzip.wrap(
            empty + [UInt8](repeating: 0, count: filler),
            as: plain
        )
        disk.state.withLock { state in
            for (path, inode) in state.names.files where path.hasSuffix(".log") {
                guard var file = state.inodes[inode] else { continue }
                var batch = bad
                batch.overwrite(Int64(1), at: 0)
                batch.overwrite(Int32(0), at: 12)
                file.content.replaceSubrange(good.count ..< 2 * good.count, with: batch)
                file.durable = file.content
                state.inodes[inode] = file
            }
            // As in a folder of that release.
            state.names.files["data/checked"] = nil
        }
        let said = Shared<[String]>([])
        settings.notice = { line in said.withLock { $0.append(line) } }
        for _ in 0 ..< 2 {
            store = try SegmentStore(directory: "data", disk: disk, settings: settings)
            #expect(try store.read(first, from: 0, limit: 1 << 20).batches.count == 1)
            for _ in 0 ..< 3 {
                #expect(throws: SegmentError.self) { try store.read(first, from: 1, limit: 1) }
            }
            #expect(store.troubles.contains { $0.contains("at byte \(good.count):") })
            #expect(try store.append(good, to: first).baseOffset >= 3)
            store.settle()
            #expect(try store.read(first, from: 3, limit: 1).batches.count == 1)
            store.close()
        }
        #expect(said.current.count == 2, "\(said.current)")
        store = try SegmentStore(directory: "data", disk: disk, settings: settings)
        #expect(try store.deleteRecords(before: 2, in: first) == 2)
        #expect(try store.read(first, from: 2, limit: 1 << 20).batches.count > 0)
        store.close()
    }
}
