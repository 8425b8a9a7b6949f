internal import Bytes
internal import Logs
internal import Records

/// Rows of one entity in one partition, in the order of time and offset, ready to be aggregated.
struct WindowRows {
    let slotTypes: [FieldType]
    private(set) var times: [Int64] = []
    private(set) var offsets: [Int64] = []
    private var present: [UInt64] = []
    /// One word for each slot of each row.
    private var words: [UInt64] = []
    private var texts: [String] = []
    private var timestamps: [Timestamp] = []

    init(_ slotTypes: [FieldType]) { self.slotTypes = slotTypes }

    var count: Int { times.count }

    /// Adds the rows of a block that lie in a span of time and below an offset. Of a block that is refused some may have
    /// been added: whoever reads stops there.
    mutating func add(
        _ block: RowBlock,
        in span: Range<Int64>,
        below cut: Offset
    ) throws(ByteError) {
        let bytes = block.bytes.span.bytes
        var place = 0
        for _ in 0 ..< max(0, block.count) {
            let time = Int64(bitPattern: try Self.word(of: bytes, at: &place))
            let offset = Int64(bitPattern: try Self.word(of: bytes, at: &place))
            let mask = try Self.word(of: bytes, at: &place)
            let isIn = span.contains(time) && offset < cut
            for slot in slotTypes.indices {
                var value: UInt64 = 0
                if mask >> UInt64(slot) & 1 == 1 {
                    value = try Self.word(of: bytes, at: &place)
                    switch slotTypes[slot] {
                    case .bool, .int32, .int64, .float: break
                    case .timestamp:
                        let zone = try Self.word(of: bytes, at: &place)
                        if isIn {
                            value = note(Instant(microseconds: .init(bitPattern: value)), zone)
                        }
                    case .string:
                        guard value <= UInt64(bytes.byteCount - place) else {
                            throw .truncated(at: place)
                        }
                        let text = place ..< place + Int(value)
                        place = text.upperBound
                        if isIn { value = note(bytes.extracting(text)) }
                    }
                }
                if isIn { words.append(value) }
            }
            guard isIn else { continue }
            times.append(time)
            offsets.append(offset)
            present.append(mask)
        }
        guard place == bytes.byteCount else { throw .malformed("rows that are none", at: place) }
    }

    private static func word(of bytes: RawSpan, at place: inout Int) throws(ByteError) -> UInt64 {
        guard place <= bytes.byteCount - 8 else { throw .truncated(at: place) }
        defer { place += 8 }
        return UInt64(
            littleEndian: bytes.unsafeLoadUnaligned(fromByteOffset: place, as: UInt64.self)
        )
    }

    /// Keeps what does not fit into a word; the number of it stands in the word instead.
    private mutating func note(_ instant: Instant, _ zone: UInt64) -> UInt64 {
        timestamps.append(Timestamp(instant, offsetMinutes: Int32(truncatingIfNeeded: zone)))
        return UInt64(timestamps.count - 1)
    }

    private mutating func note(_ text: RawSpan) -> UInt64 {
        texts.append(text.withUnsafeBytes { String(decoding: $0, as: UTF8.self) })
        return UInt64(texts.count - 1)
    }

    /// Puts the rows in the order of time and offset, which late records break.
    mutating func sort() {
        guard zip(times, times.dropFirst()).contains(where: { $0 > $1 }) else { return }
        let order = times.indices.sorted { (times[$0], offsets[$0]) < (times[$1], offsets[$1]) }
        let width = slotTypes.count
        var sorted = self
        for (new, old) in order.enumerated() {
            sorted.times[new] = times[old]
            sorted.offsets[new] = offsets[old]
            sorted.present[new] = present[old]
            for slot in 0 ..< width {
                sorted.words[new * width + slot] = words[old * width + slot]
            }
        }
        self = sorted
    }

    /// The first row that is not before an instant.
    func index(from microseconds: Int64) -> Int {
        var low = 0
        var high = times.count
        while low < high {
            let middle = (low + high) / 2
            if times[middle] < microseconds { low = middle + 1 } else { high = middle }
        }
        return low
    }

    func hasValue(_ row: Int, _ slot: Int) -> Bool { present[row] >> UInt64(slot) & 1 == 1 }

    /// The number in a slot that has a value.
    func number(_ row: Int, _ slot: Int) -> Double {
        let word = words[row * slotTypes.count + slot]
        return slotTypes[slot] == .float
            ? Double(bitPattern: word) : Double(Int64(bitPattern: word))
    }

    /// A whole number that compares as the number in a slot does. Doubles would make one of neighbours beyond 2⁵³.
    func order(_ row: Int, _ slot: Int) -> Int64 {
        let word = Int64(bitPattern: words[row * slotTypes.count + slot])
        guard slotTypes[slot] == .float else { return word }
        // The bits of a negative double are sign and magnitude; turned over, the greater magnitude is less.
        return word < 0 ? word ^ .max : word
    }

    func value(_ row: Int, _ slot: Int) -> FieldValue {
        guard hasValue(row, slot) else { return .null }
        let word = words[row * slotTypes.count + slot]
        switch slotTypes[slot] {
        case .bool: return .bool(word != 0)
        case .int32, .int64: return .int(Int64(bitPattern: word))
        case .float: return .float(Double(bitPattern: word))
        case .string: return .string(texts[Int(word)])
        case .timestamp: return .timestamp(timestamps[Int(word)])
        }
    }
}
