import Bytes
import Chance
import Logs
import Projections
import Store
import Testing

@Suite struct `A replay` {
    private let totals = Totals()

    /// Folds a log as a server would have done, and lends what that gave.
    private func folded(_ birds: Birds, batchLimit: Int = 7) throws -> MemoryStore {
        let store = try totalsStore()
        let bounds = try birds.log.bounds(of: Birds.partition)
        try Replay(totals, of: Birds.partition, batchLimit: batchLimit)
            .fold(from: bounds.lowerBound, to: bounds.upperBound, log: birds.log, into: store)
        return store
    }

    private func verdict(
        _ served: any StoreReader,
        _ log: any Log,
        attested: [Replay.Attestation] = [],
        by projection: Totals = Totals()
    ) throws -> Replay.Verdict {
        try #require(
            try Replay(projection, of: Birds.partition)
                .verify(served: served, log: log, attested: attested, in: try totalsStore())
        )
    }

    @Test func `finds an undisturbed state equal, and counts its rows`() async throws {
        let birds = try Birds()
        var random = SeededRandom(seed: newSeed())
        try await birds.fill(300, &random)
        let verdict = try verdict(try folded(birds), birds.log)
        #expect(verdict.finding == .equal)
        #expect(verdict.served == verdict.replayed)
        #expect(verdict.next == 300)
        #expect(verdict.recordCount == 300)
        #expect(verdict.entries > 300, "300 versions, and the counts.")
    }

    @Test func `finds nothing to say where nothing was folded`() throws {
        let birds = try Birds()
        let none = try Replay(totals, of: Birds.partition)
            .verify(served: try totalsStore(), log: birds.log, attested: [], in: try totalsStore())
        #expect(none == nil)
    }

    @Test func `gives one digest whatever the size of the batches`() async throws {
        let birds = try Birds()
        var random = SeededRandom(seed: newSeed())
        try await birds.fill(200, &random)
        let digests = try (1 ... 12).map { _ in
            let store = try folded(birds, batchLimit: Int.random(in: 1 ... 250, using: &random))
            return try totals.digest(of: 0, in: store)
        }
        #expect(Set(digests).count == 1)
        #expect(digests[0] != nil)
    }

    @Test func `names the first row that differs, and what stands on each side`() async throws {
        let birds = try Birds()
        for name in ["owl", "jay", "owl"] { try await birds.append(name, "seen") }
        let store = try folded(birds)
        let shelf = totals.shelf(of: 0)
        var changes = Changes(over: store, family: Totals.family, shelf: shelf, at: 2)
        changes[Totals.counts, "owl"] = 3
        try store.write(changes.batch(), to: Totals.family)
        let verdict = try verdict(store, birds.log)
        guard case .different(let difference?) = verdict.finding else {
            Issue.record("The replay found \(verdict.finding).")
            return
        }
        #expect(difference.key.first == Totals.counts.number)
        #expect(String(decoding: difference.key, as: UTF8.self).contains("owl"))
        #expect(difference.left != difference.right)
        #expect(verdict.served != verdict.replayed)
    }

    @Test func `notices each record that is missing, even one that changes no row`() async throws {
        let birds = try Birds()
        for name in ["owl", "void", "jay", "owl", "void"] { try await birds.append(name, "seen") }
        let store = try folded(birds)
        for offset in 0 ..< Offset(5) {
            let log = try birds.log.dropping(Position(Birds.partition, offset))
            let finding = try verdict(store, log).finding
            guard case .different = finding else {
                Issue.record("Record \(offset) is missing, and the replay found \(finding).")
                continue
            }
        }
    }

    @Test func `holds attested digests against what it finds at their positions`() async throws {
        let birds = try Birds()
        for name in ["owl", "jay", "owl", "jay"] { try await birds.append(name, "seen") }
        let store = try folded(birds)
        var states: [StateDigest] = []
        try Replay(totals, of: Birds.partition)
            .fold(
                from: 0,
                to: 4,
                log: birds.log,
                into: try totalsStore(),
                stops: [1, 3, 4],
                stopped: { states.append($0) }
            )
        #expect(states.map(\.progress.next) == [1, 3, 4])
        var attested = states.map {
            Replay.Attestation(
                next: $0.progress.next,
                entries: $0.entries,
                recordCount: $0.progress.recordCount,
                digest: $0.digest,
                base: $0.progress.origin
            )
        }
        let honest = try verdict(store, birds.log, attested: attested)
        #expect(honest.finding == .equal)
        #expect(honest.attestationCount == 3)
        attested[1].digest = Digest(of: [1])
        let wrong = try verdict(store, birds.log, attested: attested)
        #expect(
            wrong.finding == .attestationDiffers(attested[1], replayed: states[1].digest)
        )
        attested[1].digest = states[1].digest
        attested[1].recordCount += 1
        #expect(
            try verdict(store, birds.log, attested: attested).finding
                == .attestationDiffers(attested[1], replayed: states[1].digest),
            "A record is missing that had changed no row."
        )
        attested[1].recordCount -= 1
        attested[2].next = 5
        #expect(
            try verdict(store, birds.log, attested: attested).finding
                == .attestationDiffers(attested[2], replayed: states[2].digest),
            "The log ends before what was folded of it."
        )
        attested[2].next = 4
        attested[1].digest = Digest(of: [1])
        attested[1].base = "genesis of another log"
        #expect(try verdict(store, birds.log, attested: attested).finding == .equal)
    }

    @Test func `says what cannot be compared instead of calling it different`() async throws {
        let birds = try Birds()
        for name in ["owl", "jay", "owl"] { try await birds.append(name, "seen") }
        let store = try folded(birds)
        let newer = try verdict(store, birds.log, by: Totals(foldVersion: 2)).finding
        #expect(newer.isNotComparable, "Rows of another fold version: \(newer)")
        try birds.log.trim(Birds.partition, before: 1)
        let trimmed = try verdict(store, birds.log).finding
        #expect(trimmed.isNotComparable, "The first record went away: \(trimmed)")
    }

    @Test func `leaves out rows that do not count`() async throws {
        let birds = try Birds()
        for name in ["owl", "jay", "owl"] { try await birds.append(name, "seen") }
        let store = try folded(birds)
        let all = try #require(try totals.digest(of: 0, in: store))
        let often = try #require(try Totals(leastCount: 2).digest(of: 0, in: store))
        #expect(all.entries == often.entries + 1, "The jay came once.")
        #expect(all.digest != often.digest)
    }
}

extension Replay.Finding {
    fileprivate var isNotComparable: Bool {
        if case .notComparable = self { true } else { false }
    }
}
