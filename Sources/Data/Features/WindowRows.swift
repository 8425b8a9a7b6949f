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

    init(_ slotTypes: [FieldType]) { self.slotTypes = slotTypes }

    var count: Int { times.count }

    /// Adds the rows of a block that lie in a span of time and below an offset.
    mutating func add(
        _ block: RowBlock,
        in span: Range<Int64>,
        below cut: Offset
    ) throws(ByteError) {
        var place = 0
        var fault = false
        block.bytes.withUnsafeBytes { bytes in
            func word() -> UInt64 {
                guard place + 8 <= bytes.count else {
                    fault = true
                    return 0
                }
                defer { place += 8 }
                return UInt64(
                    littleEndian: bytes.loadUnaligned(fromByteOffset: place, as: UInt64.self)
                )
            }
            for _ in 0 ..< max(0, block.count) {
                let time = Int64(bitPattern: word())
                let offset = Int64(bitPattern: word())
                let mask = word()
                let isIn = span.contains(time) && offset < cut
                for slot in slotTypes.indices {
                    var value: UInt64 = 0
                    if mask >> UInt64(slot) & 1 == 1 {
                        value = word()
                        switch slotTypes[slot] {
                        case .bool, .int32, .int64, .float: break
                        case .timestamp:
                            let offset = word()
                            if isIn {
                                texts.append(
                                    Timestamp(
                                        Instant(microseconds: Int64(bitPattern: value)),
                                        offsetMinutes: Int32(truncatingIfNeeded: offset)
                                    ).rfc3339
                                )
                                value = UInt64(texts.count - 1)
                            }
                        case .string:
                            guard value <= UInt64(bytes.count - place) else {
                                fault = true
                                return
                            }
                            let end = place + Int(value)
                            if isIn {
                                texts.append(
                                    String(decoding: bytes[place ..< end], as: UTF8.self)
                                )
                                value = UInt64(texts.count - 1)
                            }
                            place = end
                        }
                    }
                    if isIn { words.append(value) }
                }
                if fault { return }
                guard isIn else { continue }
                times.append(time)
                offsets.append(offset)
                present.append(mask)
            }
            if place != bytes.count { fault = true }
        }
        guard !fault else { throw .malformed("rows that are none", at: place) }
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
        case .timestamp:
            return Timestamp(rfc3339: texts[Int(word)]).map(FieldValue.timestamp) ?? .null
        }
    }
}
