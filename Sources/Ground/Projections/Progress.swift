public import Bytes
public import Logs
public import Store

/// How far a fold has come in its partition. Kept in the same family and the same batch as the rows it belongs to.
public struct Progress: Stored, Hashable {
    /// The first offset that was folded into the rows.
    public var base: Offset
    /// The next offset to fold.
    public var next: Offset
    /// Offset and checksum of the last folded record: is it still the same log? Nil before the first.
    public var last: Offset?
    public var lastChecksum: UInt64
    /// Checksum of the first folded record; 0 before it.
    public var firstChecksum: UInt64
    public var foldVersion: Int64
    public var recordCount: Int64

    public init(base: Offset, foldVersion: Int64) {
        self.base = base
        self.next = base
        self.last = nil
        self.lastChecksum = 0
        self.firstChecksum = 0
        self.foldVersion = foldVersion
        self.recordCount = 0
    }

    mutating func advance(past records: ArraySlice<Record>) {
        guard let first = records.first, let newest = records.last else { return }
        if recordCount == 0 { firstChecksum = UInt64(first.checksum) }
        next = newest.offset + 1
        last = newest.offset
        lastChecksum = UInt64(newest.checksum)
        recordCount += Int64(records.count)
    }

    public func write(to writer: inout ByteWriter) {
        base.write(to: &writer)
        next.write(to: &writer)
        last.write(to: &writer)
        lastChecksum.write(to: &writer)
        firstChecksum.write(to: &writer)
        foldVersion.write(to: &writer)
        recordCount.write(to: &writer)
    }

    public init(from reader: inout ByteReader) throws(ByteError) {
        base = try Int64(from: &reader)
        next = try Int64(from: &reader)
        last = try Int64?(from: &reader)
        lastChecksum = try UInt64(from: &reader)
        firstChecksum = try UInt64(from: &reader)
        foldVersion = try Int64(from: &reader)
        recordCount = try Int64(from: &reader)
    }

    /// Whether these numbers can be of a fold: bytes that were changed rarely are.
    var isPossible: Bool {
        base >= 0 && next >= base && recordCount >= 0 && recordCount <= next - base
            && last == (recordCount == 0 ? nil : next - 1)
    }

    /// What the rows began from, so that only digests of like beginnings are compared: a log that was made anew, or whose
    /// first records went away, has another first record.
    public var origin: String {
        let first = firstChecksum.orderedBytes.suffix(4).hex
        return base == 0 ? "genesis \(first)" : "offset \(base) \(first)"
    }

    /// Table 0 of every shelf. It is no part of a digest, which is taken at a position.
    public static let table = Table<String, Progress>("progress", number: 0, keeps: .newest)
    static let key = "progress"
}
