internal import Engine
public import Proof

extension Platform {
    /// All that an audit found.
    public struct AuditReport: Sendable {
        public var findings: [Proof.Finding]
        /// Nil where only some projections were asked for.
        public var archive: ArchiveFinding?
        /// What is gone that would have proven something, in sentences.
        public var lost: [String]
    }

    /// Folds every projection again, reads the archive, and looks whether what was attested is still there. Blocks.
    public func audit(only names: Set<String> = []) throws -> AuditReport {
        try engine.checkTopics()
        if try proof.hasLostAttestations() {
            engine.tellAttestationsLost(
                "the topic is empty, and alerts tell of a divergence that it told of too"
            )
        }
        let findings = try proof.verify(only: names)
        let archive = names.isEmpty ? try verifyArchive() : nil
        // Of the fold and not of this thread: an alert of a moment ago is told by what raised it.
        let open = try engine.openAlerts(of: ["attestationsLost"]).map(\.summary)
        return AuditReport(findings: findings, archive: archive, lost: open)
    }
}
