internal import Bytes

/// Anything that has a place in a Kafka message. It describes its layout once, and a `Wire` of either direction
/// follows the description: what was written is read back by construction.
protocol Field: Sendable, Equatable {
    init()
    mutating func pass(through wire: inout some Wire) throws(ByteError)
}

/// Several fields in a row, and in flexible versions a section of tagged fields behind them.
protocol Structure: Field {
    mutating func fields(_ wire: inout some Wire) throws(ByteError)
}

/// A field that Kafka may leave out with a length of -1.
protocol Nullable: Field {
    static func pass(_ value: inout Self?, through wire: inout some Wire) throws(ByteError)
}

extension Structure {
    mutating func pass(through wire: inout some Wire) throws(ByteError) {
        try fields(&wire)
        try wire.tags()
    }
}

extension Nullable {
    mutating func pass(through wire: inout some Wire) throws(ByteError) {
        var value: Self? = self
        try Self.pass(&value, through: &wire)
        guard let value else {
            throw .malformed("null where a value must stand", at: wire.position)
        }
        self = value
    }
}

extension Int8: Field {
    mutating func pass(through wire: inout some Wire) throws(ByteError) { try wire.integer(&self) }
}

extension Int16: Field {
    mutating func pass(through wire: inout some Wire) throws(ByteError) { try wire.integer(&self) }
}

extension Int32: Field {
    mutating func pass(through wire: inout some Wire) throws(ByteError) { try wire.integer(&self) }
}

extension Int64: Field {
    mutating func pass(through wire: inout some Wire) throws(ByteError) { try wire.integer(&self) }
}

extension Bool: Field {
    mutating func pass(through wire: inout some Wire) throws(ByteError) {
        var byte: Int8 = self ? 1 : 0
        try wire.integer(&byte)
        self = byte != 0
    }
}

extension String: Nullable {
    static func pass(_ value: inout String?, through wire: inout some Wire) throws(ByteError) {
        try wire.text(&value)
    }
}

extension Array: Field, Nullable where Element: Field {
    static func pass(_ value: inout [Element]?, through wire: inout some Wire) throws(ByteError) {
        try wire.array(&value)
    }
}

extension Optional: Field where Wrapped: Nullable {
    init() { self = nil }

    mutating func pass(through wire: inout some Wire) throws(ByteError) {
        try Wrapped.pass(&self, through: &wire)
    }
}

/// The sixteen bytes that name a topic whatever it is called; all zero where there is none.
struct TopicID: Field, Hashable {
    static let none = TopicID()
    var bytes = [UInt8](repeating: 0, count: 16)

    init() {}
    init(_ bytes: [UInt8]) { self.bytes = bytes }

    mutating func pass(through wire: inout some Wire) throws(ByteError) {
        try wire.raw(&bytes, count: 16)
    }
}

/// Record batches as they stand in a message, in one piece or several. Nil is Kafka's null.
struct Records: Field {
    var slices: [[UInt8]]?

    init() {}
    init(_ slices: [[UInt8]]?) { self.slices = slices }

    var byteCount: Int { slices?.reduce(0) { $0 + $1.count } ?? 0 }

    mutating func pass(through wire: inout some Wire) throws(ByteError) {
        try wire.records(&slices)
    }
}

/// Bytes that only the clients of a group understand. Null stands for none.
struct Opaque: Field, Hashable {
    var bytes: [UInt8] = []

    init() {}
    init(_ bytes: [UInt8]) { self.bytes = bytes }

    mutating func pass(through wire: inout some Wire) throws(ByteError) {
        var slices: [[UInt8]]? = [bytes]
        try wire.records(&slices)
        bytes = slices?.first ?? []
    }
}
