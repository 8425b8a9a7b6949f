/// Walks over the records of an uncompressed batch. Source: Kafka's message format, "Record".
enum RecordWalk {
    /// What is wrong with the records of a batch; nil if they are whole and fill it.
    static func flaw(in batch: RawSpan, count: Int32, needingKeys: Bool) -> String? {
        batch.withUnsafeBytes { bytes in
            var cursor = Cursor(bytes: bytes, index: BatchHeader.byteCount, end: bytes.count)
            for number in 0 ..< count {
                guard let record = cursor.next() else { return "Record \(number) is malformed." }
                guard record.offsetDelta == Int64(number) else {
                    return "Record \(number) carries offset \(record.offsetDelta)."
                }
                if needingKeys, !record.hasKey {
                    return "Record \(number) has no key, which a compacted topic needs."
                }
            }
            return cursor.index == bytes.count ? nil : "Bytes follow the last record."
        }
    }

    /// Offset delta and timestamp delta of the first record at or after a time, and not before an
    /// offset; nil if there is none or the records cannot be read.
    static func first(
        in batch: RawSpan,
        header: BatchHeader,
        atOrAfter milliseconds: Int64,
        notBefore offset: Int64
    ) -> (offset: Int64, timestamp: Int64)? {
        batch.withUnsafeBytes { bytes in
            var cursor = Cursor(bytes: bytes, index: BatchHeader.byteCount, end: bytes.count)
            for _ in 0 ..< max(header.count, 0) {
                guard let record = cursor.next() else { return nil }
                let found = header.baseOffset + record.offsetDelta
                let timestamp = header.baseTimestamp &+ record.timestampDelta
                if timestamp >= milliseconds, found >= offset { return (found, timestamp) }
            }
            return nil
        }
    }

    private struct Record {
        var timestampDelta: Int64
        var offsetDelta: Int64
        var hasKey: Bool
    }

    /// A place in the bytes of a batch; every step is checked against `end`.
    private struct Cursor {
        let bytes: UnsafeRawBufferPointer
        var index: Int
        var end: Int

        mutating func next() -> Record? {
            guard let length = varint(), length >= 0, length <= Int64(end - index) else {
                return nil
            }
            let outerEnd = end
            end = index + Int(length)
            defer { end = outerEnd }
            guard index < end else { return nil }
            index += 1
            guard let timestampDelta = varint(), let offsetDelta = varint(),
                let keyLength = skipBytes(allowingNull: true), skipBytes(allowingNull: true) != nil,
                let headers = varint(), headers >= 0, headers <= Int64(end - index)
            else { return nil }
            for _ in 0 ..< headers {
                guard skipBytes(allowingNull: false) != nil, skipBytes(allowingNull: true) != nil
                else { return nil }
            }
            guard index == end else { return nil }
            return Record(
                timestampDelta: timestampDelta,
                offsetDelta: offsetDelta,
                hasKey: keyLength >= 0
            )
        }

        /// Passes a length and that many bytes, and returns the length.
        private mutating func skipBytes(allowingNull: Bool) -> Int64? {
            guard let length = varint(), length >= (allowingNull ? -1 : 0),
                length <= Int64(end - index)
            else { return nil }
            index += Int(max(length, 0))
            return length
        }

        /// A zigzag varint.
        private mutating func varint() -> Int64? {
            var (value, shift) = (UInt64(0), UInt64(0))
            while index < end, shift < 64 {
                let byte = bytes[index]
                index += 1
                value |= UInt64(byte & 0x7F) << shift
                if byte < 0x80 {
                    return Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1)
                }
                shift += 7
            }
            return nil
        }
    }
}
