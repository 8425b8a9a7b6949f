private import Glibc

/// The file system of the machine.
public struct SystemDisk: Disk {
    public init() {}

    /// Lets this process open as many files as the system allows it to, instead of the 1,024 that it usually starts
    /// with, and says how many that are.
    public static func raiseOpenFiles() -> Int {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else {
            return 1_024
        }
        let before = limit.rlim_cur
        limit.rlim_cur = limit.rlim_max
        let isRaised = setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0
        return Int(clamping: isRaised ? limit.rlim_max : before)
    }

    public func open(_ path: String, creating: Bool) throws(DiskError) -> any DiskFile {
        try SystemFile(path, flags: O_RDWR | O_CLOEXEC | (creating ? O_CREAT : 0))
    }

    public func makeFolder(_ path: String) throws(DiskError) {
        if mkdir(path, 0o755) == 0 || errno == EEXIST { return }
        guard errno == ENOENT, let slash = path.lastIndex(of: "/"), slash > path.startIndex else {
            throw .current("making the folder", path)
        }
        try makeFolder(String(path[..<slash]))
        if mkdir(path, 0o755) != 0, errno != EEXIST { throw .current("making the folder", path) }
    }

    public func list(_ folder: String) throws(DiskError) -> [String] {
        guard let stream = opendir(folder) else { throw .current("listing", folder) }
        defer { closedir(stream) }
        var names: [String] = []
        errno = 0
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != "." && name != ".." { names.append(name) }
        }
        guard errno == 0 else { throw .current("listing", folder) }
        return names
    }

    public func remove(_ path: String) throws(DiskError) {
        if unlink(path) != 0 { throw .current("removing", path) }
    }

    public func removeFolder(_ path: String) throws(DiskError) {
        if rmdir(path) != 0 { throw .current("removing the folder", path) }
    }

    public func rename(_ path: String, to newPath: String) throws(DiskError) {
        if Glibc.rename(path, newPath) != 0 { throw .current("renaming", path) }
    }

    public func synchronizeFolder(_ path: String) throws(DiskError) {
        let folder = try SystemFile(path, flags: O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        try folder.synchronizeAll()
    }

    public func lock(_ path: String) throws(DiskError) -> any DiskFile {
        let file = try SystemFile(path, flags: O_RDWR | O_CREAT | O_CLOEXEC)
        try file.lock()
        return file
    }
}

/// A file descriptor with one owner.
private final class SystemFile: DiskFile {
    private let descriptor: Int32
    private let path: String

    init(_ path: String, flags: Int32) throws(DiskError) {
        descriptor = Glibc.open(path, flags, 0o644)
        self.path = path
        if descriptor < 0 { throw .current("opening", path) }
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    func write(_ bytes: RawSpan, at position: Int64) throws(DiskError) {
        let failure = bytes.withUnsafeBytes { buffer -> Int32 in
            guard let start = buffer.baseAddress else { return 0 }
            var written = 0
            while written < buffer.count {
                let count = pwrite(
                    descriptor,
                    start + written,
                    buffer.count - written,
                    off_t(position) + written
                )
                if count > 0 {
                    written += count
                } else if count == 0 {
                    return ENOSPC
                } else if errno != EINTR {
                    return errno
                }
            }
            return 0
        }
        if failure != 0 { throw DiskError(failure, "writing", path).ofContent }
    }

    func read(_ count: Int, at position: Int64) throws(DiskError) -> [UInt8] {
        var failure: Int32 = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: max(count, 0)) { buffer, filled in
            guard let start = buffer.baseAddress else { return }
            while filled < count {
                let got = pread(
                    descriptor,
                    start + filled,
                    count - filled,
                    off_t(position) + filled
                )
                if got > 0 {
                    filled += got
                } else if got == 0 {
                    return
                } else if errno != EINTR {
                    failure = errno
                    return
                }
            }
        }
        if failure != 0 { throw DiskError(failure, "reading", path).ofContent }
        return bytes
    }

    func size() throws(DiskError) -> Int64 {
        var status = stat()
        if fstat(descriptor, &status) != 0 { throw .current("asking the size of", path) }
        return Int64(status.st_size)
    }

    func truncate(to size: Int64) throws(DiskError) {
        if ftruncate(descriptor, off_t(size)) != 0 { throw .current("truncating", path) }
    }

    func synchronize() throws(DiskError) {
        // Whatever the reason, nobody knows which pages were written.
        if fdatasync(descriptor) != 0 {
            throw DiskError(.failed, DiskError.current("syncing", path).description)
        }
    }

    /// A folder's names are metadata, which `fdatasync` need not write.
    func synchronizeAll() throws(DiskError) {
        if fsync(descriptor) != 0 {
            throw DiskError(.failed, DiskError.current("syncing the folder", path).description)
        }
    }

    func lock() throws(DiskError) {
        if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { return }
        if errno == EWOULDBLOCK {
            throw DiskError(.failed, "Another process holds the lock \(path).")
        }
        throw .current("locking", path)
    }
}

extension DiskError {
    fileprivate static func current(_ action: String, _ path: String) -> DiskError {
        DiskError(errno, action, path)
    }

    /// Of a file that is open already only room may be lacking for a while.
    fileprivate var ofContent: DiskError {
        reason == .full ? self : DiskError(.failed, description)
    }

    fileprivate init(_ code: Int32, _ action: String, _ path: String) {
        let reason: Reason =
            switch code {
            case ENOSPC, EDQUOT: .full
            case EMFILE, ENFILE: .scarce
            case EACCES, EPERM: .denied
            case ENOENT: .missing
            default: .failed
            }
        self.init(reason, "\(action) \(path): \(String(cString: strerror(code)))")
    }
}
