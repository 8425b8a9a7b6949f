internal import Bytes

/// A small file that is only ever replaced whole, with a checksum over all of it.
struct SealedFile: Sendable {
    let path: String
    let folder: String
    /// Eight characters that say what the file is.
    let magic: String

    /// What a file held.
    enum Content {
        case missing
        case intact([UInt8])
        /// With a sentence that names the file.
        case broken(String)
    }

    func read(from disk: any Disk) throws(DiskError) -> Content {
        let bytes: [UInt8]
        do {
            let file = try disk.open(path, creating: false)
            bytes = try file.read(Int(try file.size()), at: 0)
        } catch {
            if error.reason == .missing { return .missing }
            throw error
        }
        guard bytes.count >= 20, Array(bytes[..<8]) == Array(magic.utf8) else {
            return .broken("\(path) at byte 0: it does not begin as it should.")
        }
        let length = bytes.span.bytes.integer(at: 12, as: UInt64.self)
        guard length == UInt64(bytes.count - 20) else {
            return .broken("\(path) at byte 12: it should hold \(length) bytes more.")
        }
        let sum = Checksum.crc32c(bytes.span.bytes.extracting(12...))
        guard sum == bytes.span.bytes.integer(at: 8, as: UInt32.self) else {
            return .broken("\(path) at byte 8: its checksum does not fit what follows.")
        }
        return .intact(Array(bytes[20...]))
    }

    /// Durable when it returns; after a crash either the old or the new content is there.
    func replace(with content: [UInt8], on disk: any Disk) throws(DiskError) {
        var bytes = Array(magic.utf8) + [UInt8](repeating: 0, count: 12) + content
        bytes.overwrite(UInt64(content.count), at: 12)
        bytes.overwrite(Checksum.crc32c(bytes.span.bytes.extracting(12...)), at: 8)
        let file = try disk.open(path + ".new", creating: true)
        try file.truncate(to: 0)
        try file.write(bytes.span.bytes, at: 0)
        try file.synchronize()
        try disk.rename(path + ".new", to: path)
        try disk.synchronizeFolder(folder)
    }
}
