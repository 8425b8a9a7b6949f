import Chance
import Synchronization
import Testing

@testable import Segments

/// What a partition should hold, without any file.
private struct ModelPartition {
    var logStart: Int64 = 0
    var end: Int64 = 0
    /// Batches by base offset, ascending.
    var batches: [(base: Int64, end: Int64, ids: [UInt64])] = []
    /// What one idempotent producer sent: sequence, base offset, bytes.
    var sent: [(sequence: Int32, base: Int64, bytes: [UInt8])] = []
    var nextSequence: Int32 = 0

    mutating func add(_ ids: [UInt64]) -> Int64 {
        defer { end += Int64(ids.count) }
        batches.append((end, end + Int64(ids.count), ids))
        return end
    }
}

/// Does the same to a store and to a model, and compares.
private final class Simulation {
    let seed: UInt64
    let disk: ForgetfulDisk
    var random: SeededRandom
    var store: SegmentStore
    var model: [TopicPartition: ModelPartition] = [:]
    var topics: [String: [String: String]] = [:]
    var nextID: UInt64 = 1
    var made = 0

    init(seed: UInt64) throws {
        self.seed = seed
        disk = ForgetfulDisk(seed: seed &* 17)
        random = SeededRandom(seed: seed)
        store = try SegmentStore(directory: "data", disk: disk, settings: .tiny)
    }

    func run(steps: Int) throws {
        for step in 0 ..< steps {
            let operation = Int.random(in: 0 ..< 100, using: &random)
            try perform(operation)
            let comment = Comment("seed \(seed), step \(step), operation \(operation)")
            try compareBounds(comment)
        }
        try compareEverything(Comment("seed \(seed), at the end"))
        store.close()
    }

    private func perform(_ operation: Int) throws {
        switch operation {
        case 0 ..< 6: try create()
        case 6 ..< 8: try delete()
        case 8 ..< 12: try restart()
        case 12 ..< 16: try kill()
        case 16 ..< 20: try cutPower()
        case 20 ..< 23: try retain()
        case 23 ..< 27: try deleteRecords()
        case 27 ..< 45: try readSomewhere()
        case 45 ..< 50: try sendAgain()
        case 50 ..< 65: try appendIdempotent()
        default: try append()
        }
    }

    private func anyPartition() -> TopicPartition? {
        model.keys.sorted { ($0.topic, $0.partition) < ($1.topic, $1.partition) }
            .randomElement(using: &random)
    }

    private func create() throws {
        guard topics.count < 4 else { return }
        // Names come back, as other topics.
        let name = "topic\(Int.random(in: 0..<5, using: &random))"
        guard topics[name] == nil else {
            #expect(throws: SegmentError.topicExists(name)) {
                try store.createTopic(name, partitions: 1, configuration: [:])
            }
            return
        }
        var configuration: [String: String] = ["retention.bytes": "6000"]
        if Bool.random(using: &random) {
            configuration["flush.messages"] = "500"
            configuration["flush.ms"] = "1"
        }
        let partitions = Int32.random(in: 1 ... 3, using: &random)
        _ = try store.createTopic(name, partitions: partitions, configuration: configuration)
        topics[name] = configuration
        for number in 0 ..< partitions { model[TopicPartition(name, number)] = ModelPartition() }
        made += 1
    }

    private func delete() throws {
        guard topics.count > 2, let name = topics.keys.sorted().randomElement(using: &random) else {
            return
        }
        try store.deleteTopic(name)
        topics[name] = nil
        for partition in model.keys where partition.topic == name { model[partition] = nil }
    }

    private func restart() throws {
        store.close()
        store = try SegmentStore(directory: "data", disk: disk, settings: .tiny)
        #expect(store.recovery.sentences == [], "seed \(seed)")
    }

    private func kill() throws {
        disk.kill()
        store.close()
        store = try SegmentStore(directory: "data", disk: disk, settings: .tiny)
    }

    /// Everything so far was acknowledged, so the model stays as it is; of one append under way
    /// either all or nothing is there.
    private func cutPower() throws {
        var pending: (TopicPartition, [UInt64])?
        if let partition = anyPartition(), Bool.random(using: &random) {
            let ids = [nextID, nextID + 1]
            nextID += 2
            store.append(Batch(ids: ids, padding: 50).bytes, to: partition) { _ in }
            pending = (partition, ids)
        }
        disk.cutPower()
        store.close()
        disk.restorePower()
        store = try SegmentStore(directory: "data", disk: disk, settings: .tiny)
        if let (partition, ids) = pending, let end = model[partition]?.end,
            store.bounds(of: partition)?.upperBound == end + Int64(ids.count)
        {
            _ = model[partition]?.add(ids)
        }
    }

    /// Which segments there are is the store's affair; what it must keep is not.
    private func retain() throws {
        store.settle()
        try store.enforceRetention(now: 0)
        for partition in model.keys {
            guard let start = store.bounds(of: partition)?.lowerBound,
                let old = model[partition]?.logStart
            else { continue }
            #expect(start >= old, "seed \(seed)")
            let kept = try store.everything(in: partition).reduce(0) { $0 + $1.count }
            #expect(start == old || kept >= 6_000, "seed \(seed)")
            model[partition]?.logStart = start
        }
    }

    private func deleteRecords() throws {
        guard let partition = anyPartition(), let bounds = store.bounds(of: partition) else {
            return
        }
        let offset = Int64.random(in: 0 ... bounds.upperBound, using: &random)
        let start = try store.deleteRecords(before: offset, in: partition)
        model[partition]?.logStart = max(bounds.lowerBound, offset)
        #expect(start == model[partition]?.logStart, "seed \(seed)")
    }

    private func append() throws {
        guard let partition = anyPartition() else { return }
        let ids = (0 ..< UInt64.random(in: 1 ... 4, using: &random)).map { nextID + $0 }
        nextID += 4
        let bytes = Batch(ids: ids, padding: Int.random(in: 0 ... 300, using: &random)).bytes
        let expected = model[partition]?.add(ids)
        #expect(try store.append(bytes, to: partition).baseOffset == expected, "seed \(seed)")
    }

    private func appendIdempotent() throws {
        guard let partition = anyPartition(), var expected = model[partition] else { return }
        let ids = (0 ..< UInt64.random(in: 1 ... 4, using: &random)).map { nextID + $0 }
        nextID += 4
        var batch = Batch(ids: ids, padding: 20)
        (batch.producerID, batch.producerEpoch) = (77, 0)
        batch.baseSequence = expected.nextSequence
        let base = expected.add(ids)
        expected.sent.append((batch.baseSequence, base, batch.bytes))
        expected.nextSequence += Int32(ids.count)
        model[partition] = expected
        #expect(try store.append(batch.bytes, to: partition).baseOffset == base, "seed \(seed)")
    }

    /// One of the last five gets its first answer again; an older one and one that leaves out
    /// something are refused.
    private func sendAgain() throws {
        guard let partition = anyPartition(), let sent = model[partition]?.sent, !sent.isEmpty
        else { return }
        let place = Int.random(in: 0 ..< sent.count, using: &random)
        if place >= sent.count - 5 {
            #expect(
                try store.append(sent[place].bytes, to: partition).baseOffset == sent[place].base,
                "seed \(seed)"
            )
        } else {
            #expect(throws: AppendRefusal.duplicateOutOfWindow, "seed \(seed)") {
                try store.append(sent[place].bytes, to: partition)
            }
        }
        var gap = Batch(ids: [0])
        (gap.producerID, gap.producerEpoch) = (77, 0)
        gap.baseSequence = (model[partition]?.nextSequence ?? 0) + 1
        #expect(throws: AppendRefusal.outOfOrderSequence, "seed \(seed)") {
            try store.append(gap.bytes, to: partition)
        }
    }

    private func readSomewhere() throws {
        guard let partition = anyPartition(), let expected = model[partition] else { return }
        let offset = Int64.random(in: 0 ... expected.end, using: &random)
        guard offset >= expected.logStart else {
            #expect(
                throws: SegmentError.offsetOutOfRange(expected.logStart ..< expected.end),
                "seed \(seed)"
            ) {
                try store.read(partition, from: offset, limit: 100)
            }
            return
        }
        let limit = Int.random(in: 1 ... 2_000, using: &random)
        let chunk = try store.read(partition, from: offset, limit: limit)
        let first = expected.batches.firstIndex { $0.end > offset } ?? expected.batches.count
        let wanted = expected.batches[first...].prefix(chunk.batches.count)
        #expect(
            try chunk.batches.map { try Batch.ids(in: $0) } == wanted.map(\.ids),
            "seed \(seed)"
        )
        #expect(chunk.batches.isEmpty == (offset == expected.end), "seed \(seed)")
        let size = chunk.batches.reduce(0) { $0 + $1.count }
        #expect(chunk.batches.count <= 1 || size <= limit, "seed \(seed)")
    }

    private func compareBounds(_ comment: Comment) throws {
        #expect(store.topics().map(\.name) == topics.keys.sorted(), comment)
        for (partition, expected) in model {
            #expect(store.bounds(of: partition) == expected.logStart ..< expected.end, comment)
        }
    }

    private func compareEverything(_ comment: Comment) throws {
        for (partition, expected) in model {
            let ids = try store.everything(in: partition).map { try Batch.ids(in: $0) }
            let wanted = expected.batches.filter { $0.end > expected.logStart }.map(\.ids)
            #expect(ids == wanted, comment)
        }
    }
}

@Suite struct `A random sequence of operations` {
    @Test func `leaves the store as it leaves a model in memory`() throws {
        for seed in UInt64(1) ... 40 {
            try Simulation(seed: seed).run(steps: 150)
        }
    }
}
