internal import Bytes

/// Counts the bytes that a message will have, so that room for it is found before it is made.
struct WireMeasure: Wire {
    let version: Int16
    let isFlexible: Bool
    private(set) var position = 0

    init(version: Int16, isFlexible: Bool) {
        self.version = version
        self.isFlexible = isFlexible
    }

    mutating func integer<Integer: FixedWidthInteger>(_ value: inout Integer) throws(ByteError) {
        position += MemoryLayout<Integer>.size
    }

    mutating func text(_ value: inout String?) throws(ByteError) {
        length(value?.utf8.count, plain: 2)
        position += value?.utf8.count ?? 0
    }

    mutating func records(_ slices: inout [[UInt8]]?) throws(ByteError) {
        let count = slices?.reduce(0) { $0 + $1.count }
        length(count, plain: 4)
        position += count ?? 0
    }

    mutating func raw(_ bytes: inout [UInt8], count: Int) throws(ByteError) { position += count }

    mutating func array<Element: Field>(_ elements: inout [Element]?) throws(ByteError) {
        length(elements?.count, plain: 4)
        for var element in elements ?? [] { try element.pass(through: &self) }
    }

    mutating func tags() throws(ByteError) {
        if isFlexible { position += 1 }
    }

    private mutating func length(_ count: Int?, plain: Int) {
        guard isFlexible else {
            position += plain
            return
        }
        var rest = UInt32(count.map { $0 + 1 } ?? 0)
        repeat {
            position += 1
            rest >>= 7
        } while rest > 0
    }
}
