internal import Bytes
internal import Records

/// Up to a number of rows of one entity that lie in one stretch of event time, in the order of their offsets.
struct RowBlock: Stored, Hashable {
    static let limit = 32

    /// How many full blocks of the stretch come before this one.
    var number: Int64 = 0
    var count: Int64 = 0
    /// Each row: time and offset (8 bytes each, little-endian), which slots have a value (8), then the values.
    var bytes: [UInt8] = []

    func write(to writer: inout ByteWriter) {
        number.write(to: &writer)
        count.write(to: &writer)
        bytes.write(to: &writer)
    }

    init() {}

    init(from reader: inout ByteReader) throws(ByteError) {
        number = try Int64(from: &reader)
        count = try Int64(from: &reader)
        bytes = try [UInt8](from: &reader)
    }

    /// Returns: The block, if this row has filled it; another one has begun then.
    @discardableResult
    mutating func append(_ row: Row, slots: [Int], offset: Int64) -> RowBlock? {
        var present: UInt64 = 0
        for (slot, field) in slots.enumerated() where !row.values[field].isNull {
            present |= 1 << UInt64(slot)
        }
        // Room for the block as it will be, if no text is in it.
        if count == 0 { bytes.reserveCapacity(Self.limit * (3 + present.nonzeroBitCount) * 8) }
        withUnsafeTemporaryAllocation(of: UInt64.self, capacity: 3 + 2 * slots.count) { words in
            var used = 0
            func put(_ word: UInt64) {
                words[used] = word.littleEndian
                used += 1
            }
            func flush() {
                bytes.append(
                    contentsOf: UnsafeRawBufferPointer(
                        UnsafeBufferPointer(rebasing: words[..<used])
                    )
                )
                used = 0
            }
            put(UInt64(bitPattern: row.time.instant.microseconds))
            put(UInt64(bitPattern: offset))
            put(present)
            for field in slots {
                switch row.values[field] {
                case .null: break
                case .bool(let value): put(value ? 1 : 0)
                case .int(let value): put(UInt64(bitPattern: value))
                case .float(let value): put(value.canonical.bitPattern)
                case .timestamp(let value):
                    put(UInt64(bitPattern: value.instant.microseconds))
                    put(UInt64(bitPattern: Int64(value.offsetMinutes)))
                case .string(let value):
                    put(UInt64(value.utf8.count))
                    flush()
                    bytes += value.utf8
                }
            }
            flush()
        }
        count += 1
        guard count == Self.limit else { return nil }
        let full = self
        self = RowBlock()
        number = full.number + 1
        return full
    }
}

/// Where a block stands: the entity, the stretch, and the how-manieth full block of it. The one that still grows is the
/// last.
struct BlockKey: Ordered, Hashable {
    static let growing = UInt64.max

    var entity: [UInt8]
    var tile: Int64
    var number: UInt64

    init(_ entity: [UInt8], tile: Int64, number: UInt64 = growing) {
        self.entity = entity
        self.tile = tile
        self.number = number
    }

    func writeOrdered(to writer: inout ByteWriter) {
        entity.writeOrdered(to: &writer)
        tile.writeOrdered(to: &writer)
        number.writeOrdered(to: &writer)
    }

    init(ordered reader: inout ByteReader) throws(ByteError) {
        entity = try [UInt8](ordered: &reader)
        tile = try Int64(ordered: &reader)
        number = try UInt64(ordered: &reader)
    }
}
