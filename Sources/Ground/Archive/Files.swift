internal import Glibc

/// What the archive needs of the file system. Every failure names what was being done, and to which file.
enum Files {
    /// The names in a folder; none where there is no folder.
    static func names(in path: String) throws(ArchiveError) -> [String] {
        guard let folder = unsafe opendir(path) else {
            if errno == ENOENT || errno == ENOTDIR { return [] }
            throw failure("Reading the folder \(path)")
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

    static func exists(_ path: String) throws(ArchiveError) -> Bool {
        if unsafe access(path, F_OK) == 0 { return true }
        guard errno == ENOENT else { throw failure("Looking for \(path)") }
        return false
    }

    /// Nil where there is no file.
    static func stamp(of path: String) throws(ArchiveError) -> ArchiveStamp? {
        var status = stat()
        guard unsafe stat(path, &status) == 0 else {
            if errno == ENOENT || errno == ENOTDIR { return nil }
            throw failure("Looking for \(path)")
        }
        return ArchiveStamp(
            byteCount: Int64(status.st_size),
            changed: Int64(status.st_ctim.tv_sec) * 1_000_000_000 + Int64(status.st_ctim.tv_nsec),
            file: UInt64(status.st_ino)
        )
    }

    /// Makes a folder, and those around it, so that they outlive a power cut.
    static func makeFolder(_ path: String) throws(ArchiveError) {
        var isMade = unsafe mkdir(path, 0o755) == 0
        if !isMade, errno == ENOENT, parent(of: path) != path {
            try makeFolder(parent(of: path))
            // Once more and no oftener: there are folders, as `/proc`, in which nothing can be made.
            isMade = unsafe mkdir(path, 0o755) == 0
        }
        guard isMade || errno == EEXIST else { throw failure("Making the folder \(path)") }
        if isMade { try synchronize(parent(of: path)) }
    }

    /// What reading a file gives.
    enum Contents {
        case bytes([UInt8])
        case missing
        case longer(Int)
    }

    /// Allocates no more than `limit`.
    static func contents(of path: String, limit: Int) throws(ArchiveError) -> Contents {
        let file = unsafe Glibc.open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else {
            if errno == ENOENT { return .missing }
            throw failure("Opening \(path)")
        }
        defer { Glibc.close(file) }
        var status = stat()
        guard unsafe fstat(file, &status) == 0 else { throw failure("Opening \(path)") }
        guard status.st_size <= limit else { return .longer(Int(status.st_size)) }
        var bytes = [UInt8](repeating: 0, count: Int(status.st_size))
        var position = 0
        while position < bytes.count {
            let count = unsafe bytes.withUnsafeMutableBytes {
                unsafe pread(
                    file,
                    $0.baseAddress.map { unsafe $0 + position },
                    $0.count - position,
                    position
                )
            }
            guard count >= 0 || errno == EINTR else { throw failure("Reading \(path)") }
            if count == 0 { break }
            position += max(count, 0)
        }
        // A file that grew shorter meanwhile is told by its digest.
        bytes.removeLast(bytes.count - position)
        return .bytes(bytes)
    }

    /// Writes a new file and waits until it is on the disk; what was written before a failure is taken away again.
    static func write(_ bytes: [UInt8], to path: String) throws(ArchiveError) {
        let file = unsafe Glibc.open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
        guard file >= 0 else { throw failure("Making \(path)") }
        defer { Glibc.close(file) }
        do throws(ArchiveError) {
            try write(bytes, to: file, path)
        } catch {
            unlink(path)
            throw error
        }
    }

    private static func write(
        _ bytes: [UInt8],
        to file: Int32,
        _ path: String
    ) throws(ArchiveError) {
        var written = 0
        while written < bytes.count {
            let count = unsafe bytes.withUnsafeBytes {
                unsafe Glibc.write(
                    file,
                    $0.baseAddress.map { unsafe $0 + written },
                    $0.count - written
                )
            }
            guard count >= 0 || errno == EINTR else { throw failure("Writing \(path)") }
            written += max(count, 0)
        }
        guard fsync(file) == 0 else { throw failure("Writing \(path)") }
        // Whoever reads the file back shall meet the disk, and not the memory it was written from.
        posix_fadvise(file, 0, 0, POSIX_FADV_DONTNEED)
    }

    static func rename(_ path: String, to newPath: String) throws(ArchiveError) {
        guard unsafe Glibc.rename(path, newPath) == 0 else {
            throw failure("Renaming \(path) to \(newPath)")
        }
    }

    static func remove(_ path: String) throws(ArchiveError) {
        guard unsafe Glibc.unlink(path) == 0 || errno == ENOENT else {
            throw failure("Removing \(path)")
        }
    }

    /// Makes the names in a folder outlive a power cut.
    static func synchronize(_ folder: String) throws(ArchiveError) {
        let file = unsafe Glibc.open(folder, O_RDONLY | O_CLOEXEC | O_DIRECTORY)
        guard file >= 0 else { throw failure("Opening the folder \(folder)") }
        defer { Glibc.close(file) }
        guard fsync(file) == 0 else { throw failure("Writing the folder \(folder)") }
    }

    /// For a file that is of no more use, where its name left behind does no harm.
    private static func unlink(_ path: String) { _ = unsafe Glibc.unlink(path) }

    private static func parent(of path: String) -> String {
        let trimmed = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
        guard let slash = trimmed.lastIndex(of: "/") else { return "." }
        return slash == trimmed.startIndex ? "/" : String(trimmed[..<slash])
    }

    private static func failure(_ what: String) -> ArchiveError {
        let code = errno
        let text = "\(what): \(unsafe String(cString: strerror(code)))"
        return code == ENOSPC || code == EDQUOT ? .full(text) : .disk(text)
    }
}
