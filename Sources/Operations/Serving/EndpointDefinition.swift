public import Bytes

/// Where predictions of a model are asked for, and for which records they are made without anyone asking.
public struct EndpointDefinition: Sendable, Hashable {
    public var name: String
    public var description: String
    public var owner: String
    public var model: ModelReference
    public var answer: Answer?
    public var publish: Publish?
    public var durability: Durability
    public var missing: Missing

    /// `late-arrival@production` follows the stage; `late-arrival@3` stays with a version.
    public struct ModelReference: Sendable, Hashable {
        public var model: String
        public var choice: Choice

        public enum Choice: Sendable, Hashable {
            /// `development`, `test` or `production`.
            case stage(String)
            case version(Int64)
        }

        public init(_ model: String, _ choice: Choice) {
            self.model = model
            self.choice = choice
        }
    }

    /// Every record of a stream, from an event time on.
    public struct Answer: Sendable, Hashable {
        public var stream: String
        public var from: Instant?
        public var wait: Wait

        /// How long an answer waits for the watermarks of the features it reads.
        public enum Wait: Sendable, Hashable {
            case unlimited
            case atMost(TimeSpan)
        }

        public init(stream: String, from: Instant?, wait: Wait) {
            self.stream = stream
            self.from = from
            self.wait = wait
        }
    }

    /// A topic of the user's own, on which every prediction stands as JSON too.
    public struct Publish: Sendable, Hashable {
        public var topic: String
        /// How many partitions it has.
        public var partitions: Int32

        public init(topic: String, partitions: Int32) {
            self.topic = topic
            self.partitions = partitions
        }
    }

    public enum Durability: String, Sendable, Hashable, CaseIterable {
        /// In the log before it is answered.
        case acked
        /// Answered without waiting for the log.
        case async
    }

    /// What becomes of a feature without a value.
    public enum Missing: String, Sendable, Hashable, CaseIterable {
        /// The model gets it as missing.
        case keep
        /// The request is refused.
        case refuse
    }

    public init(
        name: String,
        description: String = "",
        owner: String = "",
        model: ModelReference,
        answer: Answer?,
        publish: Publish? = nil,
        durability: Durability,
        missing: Missing
    ) {
        self.name = name
        self.description = description
        self.owner = owner
        self.model = model
        self.answer = answer
        self.publish = publish
        self.durability = durability
        self.missing = missing
    }
}
