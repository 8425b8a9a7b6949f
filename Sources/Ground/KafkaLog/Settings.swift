extension KafkaLog {
    /// How a log speaks with its brokers. What is not here is decided in `Configuration`.
    public struct Settings: Sendable, Hashable {
        /// `host:port`, several of them with commas between.
        public var bootstrapServers: String
        /// Shown in the brokers' own logs.
        public var clientName = "tributary"
        /// How long an append waits for company: 0 for the fastest answer, about 5 for bulk.
        public var lingerMilliseconds = 0
        /// After this time an append is answered with an error.
        public var messageTimeoutMilliseconds = 5_000
        public var compression = Compression.none
        /// Whether the reader compares checksums of what it fetched.
        public var checksChecksums = true
        /// The largest record that is sent; brokers have a limit of their own, of about this size.
        public var longestRecordBytes = 1_000_000
        /// Appends that may be under way at once; beyond, `append` waits for room.
        public var recordsUnderWay = 200_000
        public var bytesUnderWay = 128 << 20
        /// What each reader fetches ahead of its `next`.
        public var recordsReadAhead = 200_000
        public var bytesReadAhead = 64 << 20
        /// How long a fetch waits where there is nothing, and how much of a partition it brings at most.
        public var fetchWaitMilliseconds = 500
        public var fetchBytes = 4 << 20
        /// How long topics, bounds and the like may take to be told.
        public var requestTimeoutMilliseconds = 10_000

        public init(bootstrapServers: String) { self.bootstrapServers = bootstrapServers }
    }

    /// How batches are compressed on their way and in the log.
    public enum Compression: String, Sendable, CaseIterable {
        case none, gzip, snappy, lz4, zstd
    }
}
