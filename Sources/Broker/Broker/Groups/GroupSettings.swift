extension Broker.Settings {
    /// What consumer groups may do. The names in brackets are Kafka's.
    public struct Groups: Sendable, Hashable {
        /// How long the first member of an empty group waits for others (`group.initial.rebalance.delay.ms`). Kafka
        /// waits three seconds, because it expects hundreds of members.
        public var initialDelayMilliseconds: Int64 = 200
        /// What a member may choose as its session timeout (`group.min.session.timeout.ms`, `…max…`).
        public var sessionTimeoutMilliseconds: ClosedRange<Int64> = 1_000 ... 1_800_000
        /// How long offsets are kept after the last commit of a group without members (`offsets.retention.minutes`).
        public var offsetRetentionMilliseconds: Int64 = 7 * 86_400_000
        /// How long a group is remembered that has neither members nor offsets. Kafka forgets it when it looks for
        /// offsets that have expired (`offsets.retention.check.interval.ms`).
        public var emptyGroupMilliseconds: Int64 = 600_000
        /// How often somebody looks for offsets that need not be kept.
        public var sweepMilliseconds: Int64 = 60_000
        public var maxGroups = 10_000
        public var maxMembers = 1_000
        /// What a member may say of itself, in all its protocols together.
        public var maxMemberBytes = 1 << 20
        /// What the members of a group may say together, and their assignments together.
        public var maxGroupBytes = 16 << 20
        /// The members of all groups together, and what all of them say and are told: a group can outlive the connections
        /// of its members.
        public var maxAllMembers = 20_000
        public var maxAllMemberBytes = 64 << 20
        /// What may be stored beside an offset (`offset.metadata.max.bytes`).
        public var maxMetadataBytes = 4_096
        /// All offsets of all groups, in memory.
        public var maxOffsetBytes = 128 << 20
        /// The log of offsets is written anew when it is longer than this and four times its content.
        public var compactionBytes = 4 << 20

        public init() {}
    }
}
