internal import Bytes

/// A record batch of the log of offsets. Layout: "Record Batch" in Apache Kafka's documentation.
enum OffsetBatch {
    static func bytes(of records: [OffsetRecord], at date: Int64) -> [UInt8] {
        var covered = ByteWriter(reserving: 64 + records.count * 100)
        covered.append(Int16(0))
        covered.append(Int32(records.count - 1))
        covered.append(date)
        covered.append(date)
        // No producer id, no epoch, no sequence.
        covered.append(Int64(-1))
        covered.append(Int16(-1))
        covered.append(Int32(-1))
        covered.append(Int32(records.count))
        for (index, record) in records.enumerated() {
            let (key, value) = (record.key, record.value)
            var body = ByteWriter(reserving: key.count + (value?.count ?? 0) + 16)
            body.append(Int8(0))
            body.appendSignedVarint(0)
            body.appendSignedVarint(Int64(index))
            body.appendSignedVarint(Int64(key.count))
            body.append(contentsOf: key)
            body.appendSignedVarint(Int64(value?.count ?? -1))
            body.append(contentsOf: value ?? [])
            body.appendSignedVarint(0)
            covered.appendSignedVarint(Int64(body.count))
            covered.append(contentsOf: body.bytes)
        }
        var batch = ByteWriter(reserving: covered.count + 21)
        batch.append(Int64(0))
        batch.append(Int32(covered.count + 9))
        batch.append(Int32(-1))
        batch.append(Int8(2))
        batch.append(Checksum.crc32c(covered.bytes))
        batch.append(contentsOf: covered.bytes)
        return batch.bytes
    }

    /// Gives every record of a batch to `body`, nil for one that is none of ours, and returns the offset behind them.
    static func read(
        _ bytes: [UInt8],
        _ body: (OffsetRecord?) -> Void
    ) throws(ByteError) -> Int64 {
        var reader = ByteReader(bytes)
        let base = try reader.read(Int64.self)
        try reader.skip(13)
        let attributes = try reader.read(Int16.self)
        let next = base + Int64(try reader.read(Int32.self)) + 1
        try reader.skip(30)
        let count = try reader.read(Int32.self)
        guard attributes & 7 == 0 else {
            body(nil)
            return next
        }
        for _ in 0 ..< count {
            var record = ByteReader(try reader.read(count: Int(try reader.readSignedVarint())))
            try record.skip(1)
            _ = try record.readSignedVarint()
            _ = try record.readSignedVarint()
            let key = try nullable(&record) ?? []
            let value = try nullable(&record)
            do throws(ByteError) {
                body(try OffsetRecord(key: key, value: value))
            } catch {
                body(nil)
            }
        }
        return next
    }

    private static func nullable(_ reader: inout ByteReader) throws(ByteError) -> ArraySlice<UInt8>?
    {
        let count = try reader.readSignedVarint()
        return count < 0 ? nil : try reader.read(count: Int(count))
    }
}
