internal import Logs
internal import Synchronization
internal import Workers

/// One reason why the server is not ready.
public struct NotReady: Sendable, Hashable, CustomStringConvertible {
    /// The stable words of all reasons there are, as Docs/Errors.md lists them.
    public enum Word: String, Sendable, CaseIterable {
        /// A projection met what it must not skip.
        case projectionStopped
        /// A projection has no seat yet, and tries again.
        case projectionWaiting
        /// The topic of a declared stream, or one of the platform's own, is gone.
        case topicMissing
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

    /// What the embedded broker says of its files.
    public init(broker sentence: String) {
        self.init(sentence.contains("disk is full") ? .diskFull : .logDamaged, sentence)
    }
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

extension Platform {
    /// Why the platform is not ready: the one list that `/health/ready`, `/api/v1/status` and `tributary status` show.
    /// Empty while it is. Only memory is looked at.
    public var reasons: [NotReady] {
        let (state, endpoints) = housekeeping.withLock { ($0.brokenState, $0.brokenEndpoints) }
        return stopReasons.map { NotReady(.projectionStopped, $0) }
            + (state.map {
                [NotReady(.stateBroken, "the state is damaged, restart the server: \($0)")]
            } ?? [])
            + endpoints.sorted { $0.key < $1.key }.map {
                NotReady(.archiveDamaged, "the endpoint \($0.key) cannot answer: \($0.value)")
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
