internal import Bytes
internal import Engine
internal import Projections
internal import Store

extension Proof {
    /// Ends the alerts about rows that an audit has found to be what the log says.
    func resolveDoubts(about verdict: Replay.Verdict, of seating: Seating) {
        let subject = Engine.subject(verdict.projection, verdict.partition)
        do throws(StoreError) {
            for alert in try engine.openAlerts(of: [
                "logChanged", "recordsLost", "divergence", "attestationAgainstLog",
            ]) where alert.subject == subject {
                switch alert.kind {
                // History that is gone does not come back by what is left.
                case "logChanged", "recordsLost": if alert.isAbout(engine.topics) { continue }
                case "divergence", "attestationAgainstLog":
                    if try !isVouchedFor(verdict, of: seating, before: alert.raisedAt) { continue }
                default: break
                }
                engine.resolve(
                    alert,
                    "A replay up to offset \(verdict.next) gave the rows that are served."
                )
            }
        } catch {
            // A row of the ledger that is none is named by the audit of the ledger.
            engine.notice(
                "alerts about \(subject) stay open, because they cannot be read: \(error)"
            )
        }
    }

    /// Whether something was attested before an alert that the audit could compare with. What was attested since then
    /// repeats what is served, and proves nothing against an earlier finding.
    private func isVouchedFor(
        _ verdict: Replay.Verdict,
        of seating: Seating,
        before instant: Instant
    ) throws(StoreError) -> Bool {
        // Of the attestations themselves nothing is attested.
        if seating.projection is AttestationLedger { return true }
        return try AttestationLedger.attestations(
            of: seating.projection,
            partition: seating.partition,
            before: instant,
            in: engine.store
        ).contains { $0.base == verdict.base && $0.next <= verdict.next }
    }
}
