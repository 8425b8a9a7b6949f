internal import Bytes
internal import Events
internal import Logs
internal import Projections
internal import Store
internal import SwiftProtobuf
internal import Synchronization

/// What somebody should look at, and when it is well again.
extension Platform {
    /// Says it to the operator, and appends it for everybody else.
    func raise(_ kind: String, about subject: String, _ summary: String, _ detail: String) {
        notice("\(kind): \(summary)\(detail.isEmpty ? "" : " (\(detail))")")
        let event = AlertEvent.with {
            $0.raised = .with {
                $0.kind = kind
                $0.subject = subject
                $0.summary = summary
                $0.detail = detail
            }
        }
        append(event, about: AlertLedger.key(kind, subject))
    }

    /// What alerts about a projection on a partition are known by.
    static func subject(_ projection: String, _ partition: Partition) -> String {
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

    /// Ends the alerts about rows that an audit has found to be what the log says.
    func resolveDoubts(about verdict: Replay.Verdict) {
        let subject = Self.subject(verdict.projection, verdict.partition)
        do throws(StoreError) {
            for alert in try openAlerts(of: ["logChanged", "recordsLost", "divergence"])
            where alert.subject == subject {
                resolve(
                    alert,
                    "A replay up to offset \(verdict.next) gave the rows that are served."
                )
            }
        } catch {
            // A row of the ledger that is none is named by the audit of the ledger.
            notice("alerts about \(subject) stay open, because they cannot be read: \(error)")
        }
    }

    func openAlerts(of kinds: Set<String>) throws(StoreError) -> [AlertLedger.Alert] {
        try AlertLedger.all(in: store).filter { kinds.contains($0.kind) && $0.resolvedAt == nil }
    }

    func resolve(_ alert: AlertLedger.Alert, _ summary: String) {
        let event = AlertEvent.with {
            $0.resolved = .with {
                $0.kind = alert.kind
                $0.subject = alert.subject
                $0.summary = summary
            }
        }
        append(event, about: AlertLedger.key(alert.kind, alert.subject))
    }

    private func append(_ event: AlertEvent, about subject: String) {
        let envelope = Envelope(id: clock.newID(), subject: subject, time: clock.now())
        log.append(event.newRecord(envelope), to: AlertEvent.topic.name, partition: 0) {
            [notice] result in
            if case .failure(let error) = result {
                notice("an alert could not be written: \(error)")
            }
        }
    }
}
