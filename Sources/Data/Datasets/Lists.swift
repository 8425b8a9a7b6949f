internal import Bytes

extension ByteWriter {
    mutating func append(list: [some Stored]) {
        appendVarint(UInt64(list.count))
        for element in list { element.write(to: &self) }
    }
}

extension ByteReader {
    mutating func readList<Element: Stored>() throws(ByteError) -> [Element] {
        let start = position
        // Each element takes at least one byte, so no more can follow than bytes are left.
        guard let count = Int(exactly: try readVarint()), count <= remaining else {
            throw .truncated(at: start)
        }
        var list: [Element] = []
        for _ in 0 ..< count { list.append(try Element(from: &self)) }
        return list
    }
}
