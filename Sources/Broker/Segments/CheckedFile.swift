internal import Bytes

/// From where on the batches of each partition were checked when they were taken. Release 0.1.0 looked into no
/// compressed one; where its data is opened, what is there already is checked when it is read.
struct CheckedFile {
    let file: SealedFile
    let disk: any Disk

    /// What the file says; nil where there is none, or it is broken.
    func read(report: inout RecoveryReport) throws(DiskError) -> [Checkpoint.Key: Int64]? {
        switch try file.read(from: disk) {
        case .missing: return nil
        case .broken(let flaw):
            report.sentences.append(
                "\(flaw) Compressed batches are checked again when they are read."
            )
            return nil
        case .intact(let bytes):
            do throws(ByteError) {
                return try Self.parse(bytes)
            } catch {
                report.sentences.append(
                    "\(file.path): \(error). Compressed batches are checked again when they are read."
                )
                return nil
            }
        }
    }

    func write(_ rows: [Checkpoint.Key: Int64]) throws(DiskError) {
        var writer = ByteWriter()
        writer.append(UInt32(rows.count))
        for (key, offset) in rows {
            writer.append(contentsOf: key.topicID)
            writer.append(key.partition)
            writer.append(offset)
        }
        try file.replace(with: writer.bytes, on: disk)
    }

    private static func parse(_ bytes: [UInt8]) throws(ByteError) -> [Checkpoint.Key: Int64] {
        var reader = ByteReader(bytes)
        var rows: [Checkpoint.Key: Int64] = [:]
        for _ in 0 ..< (try reader.read(UInt32.self)) {
            let key = Checkpoint.Key(
                topicID: Array(try reader.read(count: 16)),
                partition: try reader.read()
            )
            rows[key] = try reader.read(Int64.self)
        }
        return rows
    }
}
