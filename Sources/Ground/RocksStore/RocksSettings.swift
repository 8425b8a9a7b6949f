/// What RocksDB may use of the machine.
public struct RocksSettings: Sendable, Hashable {
    /// Blocks, indexes and filters of all families share one cache of this size.
    public var blockCacheBytes = 64 << 20
    /// Rows of one family that wait in memory before RocksDB writes them out by itself. A larger
    /// buffer no longer fits the processor's cache, and each row takes longer. After the disk was
    /// full, RocksDB writes again by itself as soon as there is room for so much.
    public var familyBufferBytes = 16 << 20
    /// The same over all families.
    public var bufferBytes = 64 << 20
    /// Threads for flushes and compactions.
    public var backgroundJobs: Int32 = 2

    public init() {}
}
