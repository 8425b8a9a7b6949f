// Every record of the platform's own topics has an id, and a replay reads them all, so the 36
// characters of a UUID (RFC 9562) are read and written in place.

extension EventID {
    private static let digits = Array("0123456789abcdef".utf8)

    /// The characters of `description`.
    public var text: [UInt8] {
        [UInt8](unsafeUninitializedCapacity: 36) { buffer, count in
            var shift = 60
            for index in 0 ..< 36 {
                if Self.isDash(index) {
                    buffer[index] = UInt8(ascii: "-")
                } else {
                    let word = index < 18 ? high : low
                    buffer[index] = Self.digits[Int(truncatingIfNeeded: word >> UInt64(shift) & 15)]
                    shift = shift == 0 ? 60 : shift - 4
                }
            }
            count = 36
        }
    }

    public init?(text: RawSpan) {
        guard text.byteCount == 36 else { return nil }
        var (high, low) = (UInt64(0), UInt64(0))
        for index in 0 ..< 36 {
            let character = text.unsafeLoad(fromByteOffset: index, as: UInt8.self)
            if Self.isDash(index) {
                guard character == UInt8(ascii: "-") else { return nil }
            } else {
                guard let digit = Self.value(of: character) else { return nil }
                high = high << 4 | low >> 60
                low = low << 4 | digit
            }
        }
        self.init(high: high, low: low)
    }

    private static func isDash(_ index: Int) -> Bool {
        index == 8 || index == 13 || index == 18 || index == 23
    }

    private static func value(of character: UInt8) -> UInt64? {
        switch character {
        case UInt8(ascii: "0") ... UInt8(ascii: "9"): UInt64(character - UInt8(ascii: "0"))
        case UInt8(ascii: "a") ... UInt8(ascii: "f"): UInt64(character - UInt8(ascii: "a") + 10)
        case UInt8(ascii: "A") ... UInt8(ascii: "F"): UInt64(character - UInt8(ascii: "A") + 10)
        default: nil
        }
    }
}
