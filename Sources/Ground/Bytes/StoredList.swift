extension ByteWriter {
    /// How many there are, then each.
    public mutating func appendList(_ values: [some Stored]) {
        appendVarint(UInt64(values.count))
        for value in values { value.write(to: &self) }
    }
}

extension ByteReader {
    /// Undoes `appendList`. Nothing is allocated for a count that the bytes do not bear out.
    public mutating func readList<Element: Stored>(
        of type: Element.Type = Element.self
    ) throws(ByteError) -> [Element] {
        let count = try readVarint()
        var values: [Element] = []
        while values.count < count { values.append(try Element(from: &self)) }
        return values
    }
}
