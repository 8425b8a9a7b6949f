internal import Crypto

/// A SHA-256 digest.
public struct Digest: Sendable, Hashable {
    public static let byteCount = 32
    public let bytes: [UInt8]

    /// Nil unless there are exactly 32 bytes.
    public init?(bytes: some Sequence<UInt8>) {
        self.bytes = Array(bytes)
        guard self.bytes.count == Self.byteCount else { return nil }
    }

    public init(of bytes: RawSpan) {
        var hasher = DigestHasher()
        hasher.update(bytes)
        self = hasher.finish()
    }

    public init(of bytes: [UInt8]) { self.init(of: bytes.span.bytes) }

    fileprivate init(_ digest: SHA256Digest) { self.bytes = Array(digest) }

    /// 64 lower-case hexadecimal digits.
    public var hex: String { bytes.hex }

    public init?(hex: String) {
        guard let bytes = [UInt8](hex: hex) else { return nil }
        self.init(bytes: bytes)
    }
}

extension Digest: CustomStringConvertible {
    public var description: String { "sha256:\(hex)" }
}

/// SHA-256 over bytes that come in pieces.
public struct DigestHasher {
    private var hasher = SHA256()
    public init() {}

    public mutating func update(_ bytes: RawSpan) {
        bytes.withUnsafeBytes { hasher.update(bufferPointer: $0) }
    }

    public mutating func update(_ bytes: [UInt8]) { update(bytes.span.bytes) }

    /// The length first, so that no two lists of pieces give the same bytes.
    public mutating func updateCounted(_ bytes: RawSpan) {
        withUnsafeBytes(of: UInt64(bytes.byteCount).bigEndian) { hasher.update(bufferPointer: $0) }
        update(bytes)
    }

    public mutating func updateCounted(_ bytes: [UInt8]) { updateCounted(bytes.span.bytes) }
    public mutating func updateCounted(_ text: String) { updateCounted(Array(text.utf8)) }

    /// The digest of what came so far; more may follow.
    public func finish() -> Digest { Digest(hasher.finalize()) }
}

extension Sequence<UInt8> {
    /// Two lower-case hexadecimal digits a byte.
    public var hex: String {
        let digits = Array("0123456789abcdef".utf8)
        return String(
            decoding: flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] },
            as: UTF8.self
        )
    }
}

extension [UInt8] {
    public init?(hex: String) {
        let digits = Array<UInt8>(hex.utf8)
        guard digits.count.isMultiple(of: 2) else { return nil }
        self = []
        reserveCapacity(digits.count / 2)
        for index in stride(from: 0, to: digits.count, by: 2) {
            guard let high = Self.value(ofHex: digits[index]),
                let low = Self.value(ofHex: digits[index + 1])
            else { return nil }
            append(high << 4 | low)
        }
    }

    private static func value(ofHex digit: UInt8) -> UInt8? {
        switch digit {
        case UInt8(ascii: "0") ... UInt8(ascii: "9"): digit - UInt8(ascii: "0")
        case UInt8(ascii: "a") ... UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A") ... UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
