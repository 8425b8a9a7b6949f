public import Bytes
public import Logs
public import Store
private import Synchronization

/// What facts say of one partition of a stream: from an offset on, nothing counts that happened before an instant.
public struct Advance: Sendable, Hashable {
    /// Where the partition ended when it was said: records from here on are bound by it.
    public var end: Offset
    public var watermark: Instant

    public init(end: Offset, watermark: Instant) {
        self.end = end
        self.watermark = watermark
    }
}

extension [Advance] {
    /// In the order of their ends, each with the greatest watermark so far: what is asked at an offset is one search.
    public var rising: [Advance] {
        var rising: [Advance] = []
        for advance in sorted(by: { ($0.end, $0.watermark) < ($1.end, $1.watermark) }) {
            if let last = rising.last, last.watermark >= advance.watermark { continue }
            if rising.last?.end == advance.end { rising.removeLast() }
            rising.append(advance)
        }
        return rising
    }

    /// The watermark that binds the record at an offset; nil: none was told before it. For a list that is rising.
    public func watermark(at offset: Offset) -> Instant? {
        // Nearly always the newest of them.
        if let last, last.end <= offset { return last.watermark }
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if self[middle].end <= offset { low = middle + 1 } else { high = middle }
        }
        return low > 0 ? self[low - 1].watermark : nil
    }
}

/// The facts of a stream that its folds know by now. The thread that folds takes new ones up between two batches, and
/// at no other moment: all records of a batch are judged by the same facts.
public final class Advances: Sendable {
    public typealias Source = @Sendable (_ partition: Int32) throws(StoreError) -> [Advance]

    private let source: Source
    private let known = Mutex<[Int32: [Advance]]>([:])

    /// `source`: Reads the facts of a partition from where they are folded.
    public init(_ source: @escaping Source) { self.source = source }

    /// Facts that change no more, for whoever folds again what was folded at one moment.
    public init(fixed: [Int32: [Advance]]) {
        let rising = fixed.mapValues(\.rising)
        source = { rising[$0] ?? [] }
        known.withLock { $0 = rising }
    }

    /// Takes up what was told since.
    func refresh(_ partition: Int32) throws(StoreError) {
        let told = try source(partition).rising
        known.withLock { $0[partition] = told }
    }

    func watermark(at offset: Offset, of partition: Int32) -> Instant? {
        known.withLock { $0[partition]?.watermark(at: offset) }
    }
}

/// A fold of a stream's records. All of them know the same facts, so that all count the same records.
public protocol CountsRecords: Sendable {
    var stream: StreamDefinition { get }
    /// The same fold, which goes by these facts.
    func knowing(_ advances: Advances) -> Self
}
