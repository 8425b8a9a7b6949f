import Bytes
import Chance
import Events
import Foundation
import Logs
import Platform
import Records
import RocksStore
import Store
import Streams
import Testing

@Suite struct `Hostile records` {
    private static let count = 10_000
    private static let hostileCount = 3_000

    @Test func `become dead letters, each once and byte for byte, whatever is killed between`()
        async throws
    {
        let seed = newSeed()
        var random = SeededRandom(seed: seed)
        let arrivals = HostileRecords(
            count: Self.count,
            hostile: Self.hostileCount,
            partitions: Arrivals.definition.partitions,
            seed: seed
        ).arrivals
        try await withFolder { folder in
            let log = memoryLog()
            var stand = try await start(log, RocksStore.open(folder + "/0"))
            _ = try await stand.platform.apply([Arrivals.definition], for: .anybody)
            var expected: [Position: HostileRecords.Arrival] = [:]
            for (index, arrival) in arrivals.enumerated() {
                let position = try await log.append(
                    NewRecord(key: nil, value: arrival.value),
                    to: Arrivals.definition.topic,
                    partition: arrival.partition
                )
                if arrival.hostility != nil { expected[position] = arrival }
                if index == 3_000 { stand = try await killed(stand, folder, log, &random) }
                // The whole state is lost.
                if index == 6_000 { stand = try await killed(stand, nil, log, &random) }
            }
            try await stand.settle()
            try expect(expected, in: log)
            try expectCounts(of: arrivals, in: stand)
            try await stand.expectProof("after two kills")
            let digests = try stand.intakeDigests()
            stand.stop()
            stand.store.close()
            #expect(digests.count == 3)
            #expect(try await digests == digestsWithout(arrivals))
        }
    }

    @Test func `are answered once where acknowledgements are lost or late`() async throws {
        let seed = newSeed()
        let arrivals = HostileRecords(count: 300, hostile: 150, partitions: 3, seed: seed).arrivals
        var faults = FaultyLog.Faults()
        faults.lostAcknowledgement = 0.02
        faults.delay = 0.05
        faults.longestDelay = TimeSpan(microseconds: 5_000)
        let log = memoryLog()
        let faulty = FaultyLog(log, seed: seed)
        let stand = try await Stand.start(faulty)
        _ = try await stand.platform.apply([Arrivals.definition], for: .anybody)
        faulty.set(faults)
        var expected: [Position: HostileRecords.Arrival] = [:]
        for arrival in arrivals {
            let position = try await log.append(
                NewRecord(key: nil, value: arrival.value),
                to: Arrivals.definition.topic,
                partition: arrival.partition
            )
            if arrival.hostility != nil { expected[position] = arrival }
        }
        try await stand.settle()
        try expect(expected, in: log)
        stand.stop()
    }

    private func start(_ log: MemoryLog, _ store: any Store) async throws -> Stand {
        try await Stand.start(WatchedLog(log), store)
    }

    /// Kills a platform at some point of its work and starts another: on what had been flushed by
    /// then, or on nothing.
    private func killed(
        _ stand: Stand,
        _ folder: String?,
        _ log: MemoryLog,
        _ random: inout SeededRandom
    ) async throws -> Stand {
        try await Task.sleep(for: .milliseconds(Int.random(in: 0 ..< 400, using: &random)))
        for family in stand.store.families.shuffled(using: &random).prefix(3) {
            try stand.store.flush(family)
        }
        if let folder {
            try FileManager.default.copyItem(atPath: folder + "/0", toPath: folder + "/1")
        }
        (stand.log as? WatchedLog)?.cut()
        stand.stop()
        stand.store.close()
        return try await start(log, folder.map { try RocksStore.open($0 + "/1") } ?? MemoryStore())
    }

    private func expect(
        _ expected: [Position: HostileRecords.Arrival],
        in log: MemoryLog
    ) throws {
        let letters = try log.refusedRecords()
        #expect(letters.count == expected.count)
        var seen: Set<Position> = []
        for letter in letters {
            let position = Position(Partition(letter.topic, letter.partition), letter.offset)
            guard let arrival = expected[position], let hostility = arrival.hostility else {
                Issue.record("\(position) was good, and refused: \(letter.detail)")
                continue
            }
            #expect(seen.insert(position).inserted, "\(position) has two dead letters.")
            #expect(
                letter.reason == hostility.reason,
                "\(position), \(hostility): \(letter.detail)"
            )
            #expect(letter.hasValue == (arrival.value != nil), "\(position), \(hostility)")
            // Compared first, because a failure would print ten megabytes.
            let isEqual = letter.value.elementsEqual(arrival.value ?? [])
            #expect(isEqual, "The bytes of \(position), \(hostility), are not the original ones.")
        }
        #expect(seen.count == expected.count)
    }

    private func expectCounts(of arrivals: [HostileRecords.Arrival], in stand: Stand) throws {
        var expected: [String: Int64] = [:]
        for arrival in arrivals {
            if let hostility = arrival.hostility { expected[hostility.reason, default: 0] += 1 }
        }
        let counts = try DeadLetterLedger.counts(in: stand.store)
        #expect(
            Dictionary(uniqueKeysWithValues: counts.map { ($0.reason, $0.count) }) == expected
        )
    }

    /// What the good records alone amount to.
    private func digestsWithout(
        _ arrivals: [HostileRecords.Arrival]
    ) async throws -> [String: Digest] {
        let log = memoryLog()
        let stand = try await Stand.start(log)
        _ = try await stand.platform.apply([Arrivals.definition], for: .anybody)
        for arrival in arrivals where arrival.hostility == nil {
            _ = try await log.append(
                NewRecord(key: nil, value: arrival.value),
                to: Arrivals.definition.topic,
                partition: arrival.partition
            )
        }
        try await stand.settle()
        #expect(try log.refusedRecords().isEmpty)
        defer { stand.stop() }
        return try stand.intakeDigests()
    }
}

/// Lends an empty folder.
func withFolder<Result>(
    _ body: (String) async throws -> Result
) async throws -> Result {
    let folder = FileManager.default.temporaryDirectory.appending(
        path: "platform-\(UUID().uuidString)"
    )
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    return try await body(folder.path)
}
