/// A UUID (RFC 9562): version 7 for what people and clients cause, version 8 for what follows from an input.
public struct EventID: Sendable, Hashable {
    public let high: UInt64
    public let low: UInt64

    public init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// Version 7: 48 bits of Unix milliseconds, 74 bits of chance.
    public init(at instant: Instant, random: (UInt64, UInt64)) {
        let time = UInt64(truncatingIfNeeded: instant.milliseconds) << 16
        self.init(
            high: time | 0x7000 | random.0 & 0x0FFF,
            low: 0x8000_0000_0000_0000 | random.1 >> 2
        )
    }

    /// Version 8: the first 122 bits of a digest.
    public init(of digest: Digest) {
        let words = digest.bytes.prefix(16).reduce(into: (high: UInt64(0), low: UInt64(0))) {
            words,
            byte in
            words.high = words.high << 8 | words.low >> 56
            words.low = words.low << 8 | UInt64(byte)
        }
        self.init(
            high: words.high & 0xFFFF_FFFF_FFFF_0FFF | 0x8000,
            low: words.low & 0x3FFF_FFFF_FFFF_FFFF | 0x8000_0000_0000_0000
        )
    }

    /// Version 8 over named parts, each counted, so that no two lists of parts give one id.
    public init(of parts: [UInt8]...) { self.init(ofParts: parts) }

    public init(ofParts parts: [[UInt8]]) {
        var hasher = DigestHasher()
        for part in parts { hasher.updateCounted(part) }
        self.init(of: hasher.finish())
    }

    public var bytes: [UInt8] {
        (0 ..< 16).map {
            UInt8(truncatingIfNeeded: ($0 < 8 ? high : low) >> UInt64(56 - $0 % 8 * 8))
        }
    }

    public init?(bytes: some Sequence<UInt8>) {
        let bytes = Array(bytes)
        guard bytes.count == 16 else { return nil }
        self.init(
            high: bytes[..<8].reduce(0) { $0 << 8 | UInt64($1) },
            low: bytes[8...].reduce(0) { $0 << 8 | UInt64($1) }
        )
    }
}

extension EventID: LosslessStringConvertible {
    /// 36 characters: `0193596c-2f1a-7c3e-9d55-2f3c1b7a9e10`.
    public var description: String {
        let hex = Array(bytes.hex)
        return [0 ..< 8, 8 ..< 12, 12 ..< 16, 16 ..< 20, 20 ..< 32].map { String(hex[$0]) }.joined(
            separator: "-"
        )
    }

    public init?(_ description: String) {
        let groups = description.split(separator: "-", omittingEmptySubsequences: false)
        guard groups.map(\.count) == [8, 4, 4, 4, 12], let bytes = [UInt8](hex: groups.joined())
        else { return nil }
        self.init(bytes: bytes)
    }
}
