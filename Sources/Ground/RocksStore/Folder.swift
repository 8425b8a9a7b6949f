internal import Glibc
internal import Store

/// What this store needs of the file system beside RocksDB.
enum Folder {
    /// The names in a folder, in order; none where there is no folder.
    static func files(in path: String) throws(StoreError) -> [String] {
        guard let folder = unsafe opendir(path) else {
            if errno == ENOENT { return [] }
            throw .refusedBySystem("Reading the folder \(path)")
        }
        defer { unsafe closedir(folder) }
        var names: [String] = []
        while let entry = unsafe readdir(folder) {
            let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { name in
                unsafe String(decoding: name.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    /// The bytes of a small file; nil where there is none.
    static func contents(of path: String) throws(StoreError) -> [UInt8]? {
        var bytes: [UInt8] = []
        let size = try read(path) { bytes += [UInt8](copying: $0) }
        return size == nil ? nil : bytes
    }

    /// Calls `body` with the bytes of a file, piece by piece, and returns their number; nil where
    /// there is no file.
    static func read(
        _ path: String,
        from start: Int = 0,
        _ body: (RawSpan) -> Void
    ) throws(StoreError) -> Int? {
        let file = unsafe Glibc.open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else {
            if errno == ENOENT { return nil }
            throw .refusedBySystem("Opening \(path)")
        }
        defer { Glibc.close(file) }
        var piece = [UInt8](repeating: 0, count: 1 << 18)
        var position = start
        while true {
            let count = unsafe piece.withUnsafeMutableBytes {
                unsafe pread(file, $0.baseAddress, $0.count, position)
            }
            if count == 0 { return position }
            if count < 0 {
                if errno == EINTR { continue }
                throw .refusedBySystem("Reading \(path)")
            }
            body(unsafe piece.span.bytes.extracting(first: count))
            position += count
        }
    }

    /// Writes a file so that a power cut leaves the old one or the new one, and never a part.
    static func replace(_ name: String, in folder: String, with bytes: [UInt8]) throws(StoreError) {
        let (path, new) = ("\(folder)/\(name)", "\(folder)/\(name).new")
        try write(bytes, to: new)
        guard unsafe rename(new, path) == 0 else { throw .refusedBySystem("Renaming \(new)") }
        try synchronize(folder)
    }

    static func remove(_ path: String) throws(StoreError) {
        guard unsafe unlink(path) == 0 || errno == ENOENT else {
            throw .refusedBySystem("Removing \(path)")
        }
    }

    /// Makes what was written to a file survive a power cut; of a folder, the names in it. A file
    /// that is gone needs nothing.
    static func synchronize(_ path: String) throws(StoreError) {
        let file = unsafe Glibc.open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else {
            if errno == ENOENT { return }
            throw .refusedBySystem("Opening \(path)")
        }
        defer { Glibc.close(file) }
        guard fsync(file) == 0 else { throw .refusedBySystem("Writing \(path)") }
    }

    private static func write(_ bytes: [UInt8], to path: String) throws(StoreError) {
        let file = unsafe Glibc.open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard file >= 0 else { throw .refusedBySystem("Making \(path)") }
        defer { Glibc.close(file) }
        var written = 0
        while written < bytes.count {
            let count = unsafe bytes.withUnsafeBytes {
                unsafe Glibc.write(
                    file,
                    $0.baseAddress.map { unsafe $0 + written },
                    $0.count - written
                )
            }
            guard count >= 0 || errno == EINTR else {
                throw .refusedBySystem("Writing \(path)")
            }
            written += max(count, 0)
        }
        guard fsync(file) == 0 else { throw .refusedBySystem("Writing \(path)") }
    }
}
