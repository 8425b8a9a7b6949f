import Bytes
import Chance
import Events
import Features
import Logs
import Projections
import Records
import Serving
import Store
import Streams
import Synchronization
import Testing

@testable import Engine
@testable import Platform
@testable import Proof

@Suite struct `An audit` {
    private let stream = Arrivals.definition("flights.arrived", partitions: 2)

    /// A platform of which every projection has rows.
    private func started(_ log: MemoryLog) async throws -> Stand {
        let stand = try await Airport.serving(
            WatchedLog(log),
            endpoint: Airport.endpoint(
                answer: "{stream: departures, from: 2013-07-04T20:00:00Z, wait: unlimited}",
                publish: "{topic: scores}"
            )
        )
        _ = try await stand.platform.apply([stream], for: .anybody)
        _ = try await stand.platform.advance(
            stream.name,
            partition: 0,
            to: TestClock.start - .day,
            cause: .endOfInput,
            for: .anybody
        )
        for id in 0 ..< 60 {
            let time = TestClock.start + .seconds(Int64(id))
            let value = id % 4 == 3 ? Array("none".utf8) : Arrivals.record(id, at: time)
            _ = try await log.append(
                NewRecord(key: nil, value: value),
                to: stream.topic,
                partition: Int32(id / 4 % 2)
            )
        }
        stand.platform.engine.raise("testing", about: "the audit", "There is an alert.", "")
        try await stand.eventually("the departures of the last four hours are answered") {
            try PredictionLedger.count(of: "lateness", in: stand.store).predictions == 8
        }
        try await stand.eventually("they are published") {
            try stand.platform.engine.reactorStatuses().allSatisfy { $0.waiting == 0 }
        }
        try await stand.settle()
        try await elsewhere { [platform = stand.platform] in try platform.proof.attestAll() }
        try await stand.settle()
        return stand
    }

    @Test func `of an undisturbed run finds everything equal, and appends attestations alone`()
        async throws
    {
        let log = memoryLog()
        let stand = try await started(log)
        let watched = try #require(stand.log as? WatchedLog)
        let before = watched.appends
        let findings = try await stand.verify()
        // Both partitions of three streams, the dead letters of one, features, answers, predictions and what is published
        // of them; what was published; and eight others.
        #expect(findings.count == 25)
        for finding in findings {
            let verdict = finding.verdict
            #expect(verdict.finding == .equal, "\(verdict.projection)")
            #expect(verdict.entries > 0, "\(verdict.projection) on \(verdict.partition)")
            #expect(verdict.recordCount > 0)
            #expect(verdict.served == verdict.replayed)
            let isAttested = verdict.projection != "attestations"
            #expect(verdict.attestationCount == (isAttested ? 1 : 0), "\(verdict.projection)")
        }
        let appended = watched.appends.merging(before) { $0 - $1 }.filter { $0.value != 0 }
        #expect(appended == [AttestationEvent.topic.name: findings.count - 1])
        stand.stop()
    }

    @Test(arguments: Platform.everyFamily)
    func `names projection and key of a byte that was changed`(
        family: Family
    ) async throws {
        let seed = newSeed()
        var random = SeededRandom(seed: seed)
        let log = memoryLog()
        let stand = try await started(log)
        let rows = try rows(of: family, in: stand)
        #expect(!rows.isEmpty)
        for row in rows.shuffled(using: &random).prefix(6) {
            var value = row.value
            let place = Int.random(in: 0 ..< value.count, using: &random)
            value[place] ^= UInt8.random(in: 1 ... .max, using: &random)
            var batch = WriteBatch()
            batch.put(value, at: row.key)
            try stand.store.write(batch, to: family)
            let key = Array(row.key.dropFirst(Shelf.prefixCount))
            let findings = try await stand.verify(projections(of: family))
            let different = findings.filter { $0.verdict.finding != .equal }
            #expect(different.count == 1, "byte \(place) of \(row.value.hex) at \(key.hex)")
            guard case .different(let difference?)? = different.first?.verdict.finding else {
                Issue.record("\(different), byte \(place) of \(row.value.hex) at \(key.hex)")
                continue
            }
            #expect(difference.key == key, "byte \(place) of \(row.value.hex)")
            try await stand.eventually("the rows are built anew") {
                try stand.store.value(of: row.key, in: family) == row.value
            }
            try await stand.settle()
            // Folds of streams go by rows of this family, and stop where they read one that is none.
            try await stand.tellAll()
        }
        #expect(try stand.alerts().contains { $0.kind == "divergence" })
        try await stand.expectProof("after everything was built anew")
        try await stand.settle()
        let open = try stand.alerts().filter { $0.kind == "divergence" && $0.resolvedAt == nil }
        #expect(open.isEmpty, "The audit found the rows right.")
        stand.stop()
    }

    @Test func `names the projection whose position was changed`() async throws {
        let seed = newSeed()
        var random = SeededRandom(seed: seed)
        let log = memoryLog()
        let stand = try await started(log)
        let intake = Intake(stream)
        let key = intake.shelf(of: 0).prefix + [0] + Array("progress".utf8)
        var place: (key: [UInt8], value: [UInt8])?
        try stand.store.scan(Intake.family, from: key, to: nil) { key, value throws(StoreError) in
            place = (key.withUnsafeBytes { [UInt8]($0) }, value.withUnsafeBytes { [UInt8]($0) })
            return false
        }
        let row = try #require(place)
        for _ in 0 ..< 8 {
            var value = row.value
            value[Int.random(in: 0 ..< value.count, using: &random)] ^=
                UInt8.random(in: 1 ... .max, using: &random)
            var batch = WriteBatch()
            batch.put(value, at: row.key)
            try stand.store.write(batch, to: Intake.family)
            let findings = try await stand.verify([intake.name])
            #expect(findings.first?.verdict.finding != .equal, "\(value.hex), not \(row.value.hex)")
            if case .different? = findings.first?.verdict.finding {
                try await stand.eventually("the rows are built anew") {
                    try stand.store.value(of: row.key, in: Intake.family) == row.value
                }
                try await stand.settle()
            } else {
                batch = WriteBatch()
                batch.put(row.value, at: row.key)
                try stand.store.write(batch, to: Intake.family)
            }
        }
        stand.stop()
    }

    @Test func `notices each record that a copy of the log lacks`() async throws {
        let log = memoryLog()
        let stand = try await started(log)
        var random = SeededRandom(seed: newSeed())
        for seating in stand.platform.engine.seated {
            let projection = seating.projection
            let records = try log.records(of: seating.partition)
            for record in records.dropLast().shuffled(using: &random).prefix(4) {
                let copy = try log.dropping(Position(seating.partition, record.offset))
                let memory = MemoryStore()
                try memory.open(projection.family)
                let served = try stand.store.snapshot()
                let verdict = try await elsewhere {
                    try Replay(projection, of: seating.partition)
                        .verify(served: served, log: copy, attested: [], in: memory)
                }
                guard case .different? = verdict?.finding else {
                    Issue.record(
                        "\(seating.partition)@\(record.offset) is missing: \(verdict as Any)"
                    )
                    continue
                }
            }
        }
        stand.stop()
    }

    @Test func `finds an attestation that somebody made up`() async throws {
        let log = memoryLog()
        let stand = try await started(log)
        let intake = Intake(stream)
        let served = try stand.store.snapshot()
        let state = try #require(try intake.digest(of: 0, in: served))
        let seating = Engine.Seating(projection: intake, partition: Partition(stream.topic, 0))
        let attested = try AttestationLedger.attestations(
            of: intake,
            partition: seating.partition,
            in: served
        )
        #expect(attested.map(\.digest) == [state.digest])
        let event = AttestationEvent.filled {
            $0.attested = .filled {
                $0.projection = intake.name
                $0.generationDigest = intake.generation
                $0.foldVersion = Int32(intake.foldVersion)
                $0.topic = stream.topic
                $0.partition = 0
                $0.offset = 7
                $0.entries = 3
                $0.rowsDigest = Digest(of: [7])
                $0.base = state.progress.origin
            }
        }
        let envelope = Envelope(
            id: EventID(high: 1, low: 1),
            subject: intake.name,
            time: TestClock.start
        )
        _ = try await log.append(
            event.newRecord(envelope),
            to: AttestationEvent.topic.name,
            partition: 0
        )
        try await stand.settle()
        let findings = try await stand.verify([intake.name])
        let wrong = findings.filter { $0.verdict.finding != .equal }
        #expect(wrong.count == 1)
        guard case .attestationDiffers(let claim, _)? = wrong.first?.verdict.finding else {
            Issue.record("\(findings)")
            return
        }
        #expect(claim.next == 7)
        #expect(claim.digest == Digest(of: [7]))
        #expect(wrong.first?.verdict.partition == seating.partition)
        try await stand.eventually("an alert") {
            try stand.alerts().contains { $0.kind == "divergence" }
        }
        try await stand.eventually("readiness says so") {
            stand.platform.engine.reasons.map(\.word) == [.attestationAgainstLog]
        }
        stand.stop()
    }

    /// Every row of a family that counts, but positions and what was removed.
    private func rows(
        of family: Family,
        in stand: Stand
    ) throws -> [(key: [UInt8], value: [UInt8])] {
        var rows: [(key: [UInt8], value: [UInt8])] = []
        for seating in stand.platform.engine.seated
        where seating.projection.family == family {
            let shelf = seating.projection.shelf(of: seating.partition.index)
            let isLive = try seating.projection.liveness(
                in: TableReader(stand.store, family: family, shelf: shelf)
            )
            try stand.store.scan(family, from: shelf.prefix, to: shelf.end) {
                (key, value) throws(StoreError) in
                let key = key.withUnsafeBytes { [UInt8]($0) }
                let value = value.withUnsafeBytes { [UInt8]($0) }
                let table = key[Shelf.prefixCount]
                let row = key.dropFirst(Shelf.prefixCount + 1)
                if table != 0, !value.isEmpty, isLive?(table, row, value[...]) ?? true {
                    rows.append((key, value))
                }
                return true
            }
        }
        return rows
    }

    private func projections(of family: Family) -> Set<String> {
        switch family {
        case Intake.family:
            ["intake of \(stream.name)", "intake of departures", "intake of outcomes"]
        case FeatureCatalog.family: ["feature views"]
        case FeatureFold.family: ["features of punctuality"]
        case AnswerQueue.family: ["answers of lateness"]
        case PublicationQueue.family: ["predictions of lateness for scores"]
        case PublicationLedger.family: ["published on scores"]
        default: [family.name]
        }
    }
}

extension Shelf {
    /// Generation and partition, before the number of the table.
    static let prefixCount = Shelf(generation: Digest(of: []), partition: 0).prefix.count
}
