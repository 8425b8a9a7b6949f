import Bytes

/// A record batch of version 2 as a producer writes it, and what a consumer reads in one.
struct TestBatch {
    var baseOffset: Int64 = 0
    var timestamp: Int64 = 1_700_000_000_000
    var producer: Int64 = -1
    var epoch: Int16 = -1
    var firstSequence: Int32 = -1
    var attributes: Int16 = 0
    var values: [[UInt8]]

    init(_ values: String...) { self.values = values.map { Array($0.utf8) } }
    init(values: [[UInt8]]) { self.values = values }

    /// Layout: "Record Batch" in Apache Kafka's documentation.
    var bytes: [UInt8] {
        var covered = ByteWriter()
        covered.append(attributes)
        covered.append(Int32(values.count - 1))
        covered.append(timestamp)
        covered.append(timestamp)
        covered.append(producer)
        covered.append(epoch)
        covered.append(firstSequence)
        covered.append(Int32(values.count))
        for (index, value) in values.enumerated() {
            var record = ByteWriter()
            record.append(Int8(0))
            record.appendSignedVarint(0)
            record.appendSignedVarint(Int64(index))
            record.appendSignedVarint(-1)
            record.appendSignedVarint(Int64(value.count))
            record.append(contentsOf: value)
            record.appendSignedVarint(0)
            covered.appendSignedVarint(Int64(record.count))
            covered.append(contentsOf: record.bytes)
        }
        var batch = ByteWriter()
        batch.append(baseOffset)
        batch.append(Int32(covered.count + 9))
        batch.append(Int32(-1))
        batch.append(Int8(2))
        batch.append(Checksum.crc32c(covered.bytes))
        batch.append(contentsOf: covered.bytes)
        return batch.bytes
    }

    /// The uncompressed values in consecutive batches, with the offset of each.
    static func values(in bytes: [UInt8]) throws -> [(offset: Int64, value: String)] {
        var (reader, found) = (ByteReader(bytes), [(offset: Int64, value: String)]())
        while !reader.isAtEnd {
            let base = try reader.read(Int64.self)
            let count = try reader.read(Int32.self)
            var batch = ByteReader(try reader.read(count: Int(count)))
            try batch.skip(45)
            for _ in 0 ..< (try batch.read(Int32.self)) {
                var record = ByteReader(try batch.read(count: Int(try batch.readSignedVarint())))
                try record.skip(1)
                _ = try record.readSignedVarint()
                let delta = try record.readSignedVarint()
                try record.skip(max(0, Int(try record.readSignedVarint())))
                let value = try record.read(count: max(0, Int(try record.readSignedVarint())))
                found.append((base + delta, String(decoding: value, as: UTF8.self)))
            }
        }
        return found
    }
}
