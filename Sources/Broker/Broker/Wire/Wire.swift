internal import Bytes

/// One direction of Kafka's binary protocol. Messages pass their fields through it in order.
protocol Wire {
    /// Of the message, not of the protocol: each kind of request counts its own.
    var version: Int16 { get }
    /// Whether this version has compact lengths and tagged fields (KIP-482).
    var isFlexible: Bool { get }
    /// Bytes so far; tells where a message went wrong.
    var position: Int { get }

    mutating func integer<Integer: FixedWidthInteger>(_ value: inout Integer) throws(ByteError)
    mutating func text(_ value: inout String?) throws(ByteError)
    mutating func records(_ slices: inout [[UInt8]]?) throws(ByteError)
    mutating func raw(_ bytes: inout [UInt8], count: Int) throws(ByteError)
    mutating func array<Element: Field>(_ elements: inout [Element]?) throws(ByteError)
    mutating func tags() throws(ByteError)
}

extension Wire {
    /// Passes a field that exists in the versions from `since` up to `until`, and leaves it alone in others.
    mutating func field<Value: Field>(
        _ value: inout Value,
        since first: Int16 = 0,
        until last: Int16 = .max
    ) throws(ByteError) {
        guard first <= version, version <= last else { return }
        try value.pass(through: &self)
    }
}
