internal import Logs
internal import Projections
internal import Store
internal import Synchronization
internal import Workers

/// One reason why the server is not ready.
public struct NotReady: Sendable, Hashable, CustomStringConvertible {
    /// The stable words of all reasons there are, as Docs/Errors.md lists them.
    public enum Word: String, Sendable, CaseIterable {
        /// The server has not begun yet.
        case starting
        /// A projection met what it must not skip.
        case projectionStopped
        /// What follows from records, such as a dead letter, cannot be computed, or the log does not take it.
        case reactorStopped
        /// A projection has no seat yet, and tries again.
        case projectionWaiting
        /// The topic of a declared stream, or one of the platform's own, is gone.
        case topicMissing
        /// The topic of a stream cannot be created, or is not as the stream declares.
        case topicUnfit
        /// What the platform's own topics held is gone.
        case recordsLost
        /// No broker answers.
        case kafkaUnreachable
        /// What the log held at the start was not folded yet.
        case catchingUp
        /// Rows cannot be read until the server is started again.
        case stateBroken
        /// Nothing more can be written.
        case diskFull
        /// A model that is to answer is not what it was.
        case archiveDamaged
        /// What was attested is not what the log gives.
        case attestationAgainstLog
        /// What was attested is gone.
        case attestationsLost
        /// The embedded broker's files are damaged, or cannot be written.
        case logDamaged
    }

    public var word: Word
    public var sentence: String

    public init(_ word: Word, _ sentence: String) {
        self.word = word
        self.sentence = sentence
    }

    /// `diskFull: The disk is full.`
    public var description: String { "\(word.rawValue): \(sentence)" }
}

/// Something that there is only so much of, and how much of it is taken.
public struct Limit: Sendable, Hashable {
    public var name: String
    public var used: Int64
    public var limit: Int64

    public init(_ name: String, used: Int64, limit: Int64) {
        self.name = name
        self.used = used
        self.limit = limit
    }
}

extension Engine {
    /// Why the platform is not ready: the one list that `/health/ready`, `/api/v1/status` and `tributary status` show.
    /// Empty while it is. Only memory is looked at.
    public var reasons: [NotReady] {
        let state = seating.withLock { $0.brokenState }
        let watched = watched.withLock { $0 }
        var reasons: [NotReady] = []
        if let whyNotStarted { reasons.append(.init(.starting, whyNotStarted)) }
        if !log.isReachable {
            reasons.append(
                .init(
                    .kafkaUnreachable,
                    "Kafka does not answer: nothing can be decided or predicted until it does, and how far the log goes is not known"
                )
            )
        }
        reasons += seats.compactMap { seat in
            seat.stopped.map { .init(.projectionStopped, "\(seat.projection): \($0)") }
        }
        reasons += stoppedReactors().map { .init(.reactorStopped, $0) }
        reasons += Self.reasons(of: waits) + wings.flatMap(\.notReady)
        if let state {
            reasons.append(
                .init(.stateBroken, "the state is damaged, restart the server: \(state)")
            )
        }
        if let full = store.fullness {
            reasons.append(
                .init(
                    .diskFull,
                    "the disk of the state is full, and folding waits: make room on it (\(full))"
                )
            )
        }
        reasons += watched.graveAlerts.compactMap { alert in
            alert.word(among: topics).map { .init($0, alert.summary) }
        }
        if let first = watched.debts.keys.min() {
            let others = watched.debts.count - 1
            reasons.append(
                .init(
                    .catchingUp,
                    "\(first)\(others > 0 ? " and \(others) others have" : " has") not reached the end that the log had"
                )
            )
        }
        return reasons
    }

    /// What has no seat, by the reason. What is found out within moments is none.
    private static func reasons(of waits: [WaitStatus]) -> [NotReady] {
        var missing: [Partition: [String]] = [:]
        for wait in waits where wait.why == WaitStatus.noTopic {
            missing[wait.partition, default: []].append(wait.projection)
        }
        return missing.sorted { $0.key < $1.key }.map { partition, names in
            .init(
                .topicMissing,
                "the topic of \(partition) is gone, and \(names.sorted().joined(separator: ", ")) wait for it"
            )
        }
            + waits.filter(\.isStanding).map {
                .init(.projectionWaiting, "\($0.projection) waits for \($0.partition): \($0.why)")
            }
    }

    /// The reasons as lines.
    public var troubles: [String] { reasons.map(\.description) }

    /// What of the platform's own has an end.
    public var limits: [Limit] {
        [
            Limit(
                "long reads that wait",
                used: Int64(pool.waitingCount),
                limit: Int64(pool.queueLimit)
            ),
            Limit(
                "audits, seals and trainings that wait",
                used: Int64(longPool.waitingCount),
                limit: Int64(longPool.queueLimit)
            ),
        ]
    }
}
