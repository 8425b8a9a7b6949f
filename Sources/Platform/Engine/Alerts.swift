internal import Bytes
internal import Events
public import Logs
internal import Projections
public import Store
internal import SwiftProtobuf
internal import Synchronization

/// What somebody should look at, and when it is well again.
extension Engine {
    /// Says it to the operator, and appends it for everybody else.
    /// `actor`: Whose word it is; nil: the platform's own.
    public func raise(
        _ kind: String,
        about subject: String,
        _ summary: String,
        _ detail: String,
        actor: String? = nil
    ) {
        warn("\(kind): \(summary)\(detail.isEmpty ? "" : " (\(detail))")")
        let event = AlertEvent.with {
            $0.raised = .with {
                $0.kind = kind
                $0.subject = subject
                $0.summary = summary
                $0.detail = detail
            }
        }
        append(event, about: AlertLedger.key(kind, subject), actor: actor)
    }

    /// What alerts about a projection on a partition are known by.
    public static func subject(_ projection: String, _ partition: Partition) -> String {
        "\(projection), \(partition)"
    }

    /// Ends the alerts about projections that had to wait or stand still, and go on. Blocks.
    func resolveWaits() throws {
        let waits = try openAlerts(of: ["topicMissing", "projectorStopped"])
        guard !waits.isEmpty else { return }
        for seat in seats where seat.stopped == nil {
            let subject = Self.subject(seat.projection, seat.partition)
            let open = waits.filter { $0.subject == subject }
            // Not before it is past everything there is: what stopped it may come again.
            guard !open.isEmpty, try log.bounds(of: seat.partition).upperBound <= seat.progress.next
            else { continue }
            for alert in open {
                resolve(alert, "\(seat.projection) has folded \(seat.partition) to its end again.")
            }
        }
    }

    /// Raises an alert unless there ever was the same, open or not: what was accepted is not told again.
    public func raiseOnce(
        _ kind: String,
        about subject: String,
        _ summary: String,
        _ detail: String
    ) throws(StoreError) {
        let former = try AlertLedger.all(in: store).first {
            $0.kind == kind && $0.subject == subject
        }
        guard former?.detail != detail else { return }
        // The fold is a moment behind: one line is enough.
        let isNew = watched.withLock { $0.told.insert("\(kind) \(subject) \(detail)").inserted }
        if isNew { raise(kind, about: subject, summary, detail) }
    }

    /// Says that what was attested is gone.
    public func tellAttestationsLost(_ why: String) {
        raise(
            "attestationsLost",
            about: AttestationEvent.topic.name,
            "What was attested is not in the log any more: nothing proves that the log is what it was.",
            why
        )
    }

    /// Ends an alert, if it is open.
    public func resolveAll(
        _ kind: String,
        about subject: String,
        _ summary: String,
        actor: String? = nil
    ) throws(StoreError) {
        for alert in try openAlerts(of: [kind]) where alert.subject == subject {
            resolve(alert, summary, actor: actor)
        }
    }

    /// Ends the alerts of a kind about those subjects that are well again. Blocks.
    public func resolveAlerts(
        _ kind: String,
        _ summary: String,
        where isWell: (_ subject: String) -> Bool
    ) throws(StoreError) {
        for alert in try openAlerts(of: [kind]) where isWell(alert.subject) {
            resolve(alert, summary)
        }
    }

    public func openAlerts(of kinds: Set<String>) throws(StoreError) -> [AlertLedger.Alert] {
        try AlertLedger.all(in: store).filter { kinds.contains($0.kind) && $0.resolvedAt == nil }
    }

    public func resolve(_ alert: AlertLedger.Alert, _ summary: String, actor: String? = nil) {
        let event = AlertEvent.with {
            $0.resolved = .with {
                $0.kind = alert.kind
                $0.subject = alert.subject
                $0.summary = summary
            }
        }
        append(event, about: AlertLedger.key(alert.kind, alert.subject), actor: actor)
    }

    private func append(_ event: AlertEvent, about subject: String, actor: String? = nil) {
        let envelope = Envelope(
            id: clock.newID(),
            subject: subject,
            time: clock.now(),
            actor: actor
        )
        log.append(event.newRecord(envelope), to: AlertEvent.topic.name, partition: 0) {
            [notice] result in
            if case .failure(let error) = result {
                notice("an alert could not be written: \(error)")
            }
        }
    }
}
