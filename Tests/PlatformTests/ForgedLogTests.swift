import Archive
import Bytes
import Events
import Logs
import ModelRegistry
import Projections
import Store
import Testing

@testable import Engine
@testable import Platform
@testable import Proof

@Suite struct `A fact that was changed in the log` {
    private let subject = "models, tributary.models/0"

    /// A platform whose approval by bob is in the log, attested.
    private func started(
        _ log: MemoryLog,
        _ store: MemoryStore,
        _ archive: MemoryArchive
    )
        async throws
    {
        let stand = try await Airport.serving(WatchedLog(log), store: store, archive: archive)
        try await attest(stand)
        stand.stop()
    }

    private func attest(_ stand: Stand) async throws {
        try await stand.settle()
        try await elsewhere { [platform = stand.platform] in try platform.proof.attestAll() }
        try await stand.settle()
    }

    /// The same log, but for the name of who approved.
    private func forged(_ log: MemoryLog) throws -> MemoryLog {
        let partition = Partition(ModelEvent.topic.name, 0)
        let approval = try #require(
            try log.records(of: partition).first {
                $0.text("ce_type")?.hasSuffix(".VersionApproved") == true
            }
        )
        return try log.changing(Position(partition, approval.offset)) { record in
            record.headers = record.headers.map { header in
                header.name == "ce_actor" ? Header("ce_actor", "rob") : header
            }
            record.value = record.value.map { value in
                // A text of the same length, as one changed byte makes it.
                let bob = Array("bob".utf8)
                var bytes = Array(value)
                for index in bytes.indices.dropLast(2)
                where Array(bytes[index ..< index + 3]) == bob {
                    bytes[index] = UInt8(ascii: "r")
                }
                return bytes[...]
            }
        }
    }

    /// Nobody while the rows are being folded anew.
    private func approvers(_ stand: Stand) throws -> [String] {
        try ModelCatalog.View(stand.store).version("lateness", 1)?.approvals.map(\.actor) ?? []
    }

    private func audit(_ stand: Stand) async throws -> Platform.AuditReport {
        try await elsewhere { [platform = stand.platform] in try platform.audit(only: ["models"]) }
    }

    @Test
    func `is not folded where an attestation stands against it, and brings nobody to drop rows`()
        async throws
    {
        let (log, store, archive) = (memoryLog(), MemoryStore(), MemoryArchive())
        try await started(log, store, archive)
        let forged = try forged(log)
        var stand = try await Stand.start(WatchedLog(forged), store, archive: archive, seed: 2)
        let report = try await audit(stand)
        guard case .different? = report.findings.first?.verdict.finding else {
            Issue.record("\(report.findings)")
            return
        }
        try await stand.eventually("readiness is red") {
            stand.platform.engine.reasons.map(\.word) == [.attestationAgainstLog]
        }
        _ = try await audit(stand)
        try await stand.settle()
        #expect(try approvers(stand) == ["bob"], "What is left of the truth is kept.")
        stand.stop()
        // A restart forgets nothing of it.
        stand = try await Stand.start(WatchedLog(forged), store, archive: archive, seed: 3)
        #expect(try approvers(stand) == ["bob"])
        #expect(stand.platform.engine.reasons.map(\.word).contains(.attestationAgainstLog))
        try await stand.eventually("that alone is left") {
            stand.platform.engine.reasons.map(\.word) == [.attestationAgainstLog]
        }
        stand.stop()
    }

    @Test func `is folded when somebody accepts it, who stands in the list of alerts`()
        async throws
    {
        let (log, store, archive) = (memoryLog(), MemoryStore(), MemoryArchive())
        try await started(log, store, archive)
        let stand = try await Stand.start(
            WatchedLog(try forged(log)),
            store,
            archive: archive,
            seed: 2
        )
        // Acceptances are told from attestations by their times.
        stand.clock.pass(3_600)
        _ = try await audit(stand)
        try await stand.eventually("readiness is red") { !stand.platform.engine.reasons.isEmpty }
        let caller = Caller(actor: "grace", route: "test")
        _ = try await elsewhere { [platform = stand.platform] in
            try platform.proof.accept("models", reason: "it was so agreed", for: caller)
        }
        try await stand.eventually("the log counts") { try approvers(stand) == ["rob"] }
        try await stand.eventually("readiness is green") { stand.platform.engine.reasons.isEmpty }
        try await stand.settle()
        let report = try await audit(stand)
        #expect(report.findings.map(\.verdict.finding) == [.equal])
        let word = try #require(
            try stand.alerts().first { $0.kind == Proof.accepted && $0.subject == subject }
        )
        #expect(word.summary.contains("grace") && word.summary.contains("it was so agreed"))
        stand.stop()
    }

    @Test func `is found by what was attested, even where the rows come from the changed log`()
        async throws
    {
        let (log, archive) = (memoryLog(), MemoryArchive())
        try await started(log, MemoryStore(), archive)
        let stand = try await Stand.start(WatchedLog(try forged(log)), archive: archive, seed: 2)
        try await stand.settle()
        let report = try await audit(stand)
        guard case .attestationDiffers? = report.findings.first?.verdict.finding else {
            Issue.record("\(report.findings)")
            return
        }
        try await stand.eventually("readiness is red") {
            stand.platform.engine.reasons.map(\.word) == [.attestationAgainstLog]
        }
        stand.stop()
    }

    @Test func `is over when the true log is back`() async throws {
        let (log, store, archive) = (memoryLog(), MemoryStore(), MemoryArchive())
        try await started(log, store, archive)
        let stand = try await Stand.start(WatchedLog(log), store, archive: archive, seed: 2)
        stand.clock.pass(3_600)
        stand.platform.engine.raise("attestationAgainstLog", about: subject, "A test.", "")
        try await stand.eventually("readiness is red") { !stand.platform.engine.reasons.isEmpty }
        _ = try await audit(stand)
        try await stand.eventually("readiness is green") { stand.platform.engine.reasons.isEmpty }
        stand.stop()
    }

    @Test func `is not forgotten because what was attested is gone`() async throws {
        let (log, archive) = (memoryLog(), MemoryArchive())
        try await started(log, MemoryStore(), archive)
        let earlier = try await Stand.start(WatchedLog(log), archive: archive, seed: 2)
        earlier.platform.engine.raise("divergence", about: subject, "A test.", "")
        try await earlier.eventually("the alert") { try !earlier.alerts().isEmpty }
        earlier.stop()
        let partition = Partition(AttestationEvent.topic.name, 0)
        try log.trim(partition, before: try log.bounds(of: partition).upperBound)
        let stand = try await Stand.start(WatchedLog(log), archive: archive, seed: 3)
        // What it attests now is later than the alert.
        stand.clock.pass(3_600)
        try await stand.settle()
        _ = try await audit(stand)
        try await stand.eventually("readiness is red") {
            stand.platform.engine.reasons.map(\.word).contains(.attestationsLost)
        }
        let report = try await audit(stand)
        #expect(!report.lost.isEmpty, "An audit says so each time.")
        try await stand.settle()
        #expect(
            try stand.alerts().contains { $0.kind == "divergence" && $0.resolvedAt == nil },
            "What had nothing to compare with has resolved nothing."
        )
        stand.stop()
    }
}
