internal import Bytes
public import Engine
internal import Events
internal import Logs
internal import Projections
internal import Store
internal import Synchronization

/// A person's word on what an audit found.
extension Proof {
    /// The alert by which it is known that somebody accepted the log. It is resolved as soon as it is raised: nobody needs
    /// to look at it, and it stays in the list with who and why.
    public static let accepted = "accepted"

    private static var doubts: Set<String> {
        ["attestationAgainstLog", "attestationsLost", "divergence", "logChanged", "recordsLost"]
    }

    /// Takes the log as it is for a projection, or for a topic of the platform: rows that are not what it gives are folded
    /// anew, what was attested before speaks no more, and the alerts are resolved. Blocks.
    /// `name`: A projection, or what an alert is about.
    /// Returns: What the alerts were about.
    public func accept(_ name: String, reason: String, for caller: Caller) throws -> [String] {
        let open = try engine.openAlerts(of: Self.doubts).filter {
            $0.subject == name || $0.subject.hasPrefix("\(name), ")
        }
        guard !open.isEmpty else {
            throw PlatformError.refused(
                NothingToAccept(
                    name: name,
                    subjects: try engine.openAlerts(of: Self.doubts).map(\.subject)
                )
            )
        }
        let isAgainstLog = Set(
            open.filter { ["attestationAgainstLog", "divergence"].contains($0.kind) }.map(\.subject)
        )
        for seating in engine.seated {
            let subject = Engine.subject(seating.projection.name, seating.partition)
            guard isAgainstLog.contains(subject) else { continue }
            engine.rebuild(seating.projection, on: seating.partition)
        }
        for subject in Set(open.map(\.subject)).sorted() {
            let kinds = open.filter { $0.subject == subject }.map(\.kind).sorted()
            let word = AlertLedger.Alert(
                kind: Self.accepted,
                subject: subject,
                summary: "\(caller.actor) accepted the log as it is for \(subject): \(reason)",
                detail: kinds.joined(separator: ", "),
                raisedAt: engine.clock.now(),
                count: 1
            )
            engine.raise(word.kind, about: subject, word.summary, word.detail, actor: caller.actor)
            engine.resolve(word, "Nothing is to be done.", actor: caller.actor)
        }
        for alert in open {
            engine.resolve(
                alert,
                "\(caller.actor) accepted the log as it is: \(reason)",
                actor: caller.actor
            )
        }
        return Set(open.map(\.subject)).sorted()
    }

    /// When somebody last accepted the log of a projection on a partition.
    func acceptance(
        of seating: Seating,
        in reader: any StoreReader
    ) throws(StoreError) -> Instant? {
        let subject = Engine.subject(seating.projection.name, seating.partition)
        return try AlertLedger.all(in: reader).first {
            $0.kind == Self.accepted && $0.subject == subject
        }?.raisedAt
    }
}

/// There is no alert that somebody's word could end.
private struct NothingToAccept: DomainRefusal {
    var name: String
    /// What alerts of that kind are about.
    var subjects: [String]

    var isUnknown: Bool { false }

    var description: String {
        "there is nothing to accept of \(name): "
            + (subjects.isEmpty
                ? "no alert of that kind is open"
                : "open alerts are about \(Set(subjects).sorted().joined(separator: "; "))")
    }
}
