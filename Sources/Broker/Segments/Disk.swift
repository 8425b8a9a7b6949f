/// Where the store keeps its bytes. Everything it writes goes through here, so that a test can take
/// the power away at any step.
public protocol Disk: Sendable {
    /// Opens a file for reading and writing.
    func open(_ path: String, creating: Bool) throws(DiskError) -> any DiskFile
    /// Makes a folder and those above it; one that is there already is fine.
    func makeFolder(_ path: String) throws(DiskError)
    /// The names in a folder, in no order.
    func list(_ folder: String) throws(DiskError) -> [String]
    func remove(_ path: String) throws(DiskError)
    /// Removes an empty folder.
    func removeFolder(_ path: String) throws(DiskError)
    func rename(_ path: String, to newPath: String) throws(DiskError)
    /// Makes the names in a folder durable: a file may vanish until this was done once.
    func synchronizeFolder(_ path: String) throws(DiskError)
    /// Takes a lock that no other process can take while the answer lives.
    func lock(_ path: String) throws(DiskError) -> any DiskFile
}

/// An open file. It closes when its last owner lets go.
public protocol DiskFile: AnyObject, Sendable {
    /// Writes all of `bytes`, or throws.
    func write(_ bytes: RawSpan, at position: Int64) throws(DiskError)
    /// Up to `count` bytes: fewer only at the end of the file.
    func read(_ count: Int, at position: Int64) throws(DiskError) -> [UInt8]
    func size() throws(DiskError) -> Int64
    func truncate(to size: Int64) throws(DiskError)
    /// Makes what was written durable (`fdatasync`).
    func synchronize() throws(DiskError)
}

/// What a disk refused, and why.
public struct DiskError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What the store does next depends on this.
    public enum Reason: Hashable, Sendable {
        case full
        /// Too many files are open, here or in all processes.
        case scarce
        /// A file or a folder does not allow it.
        case denied
        case missing
        case failed

        /// Whether nothing was done and it may be done later, when somebody has made room or given the rights.
        var isPassing: Bool {
            switch self {
            case .full, .scarce, .denied: true
            case .missing, .failed: false
            }
        }
    }

    public let reason: Reason
    public let description: String

    public init(_ reason: Reason, _ description: String) {
        self.reason = reason
        self.description = description
    }
}

extension Disk {
    func removeIfThere(_ path: String) throws(DiskError) {
        do {
            try remove(path)
        } catch {
            if error.reason != .missing { throw error }
        }
    }

    /// Removes a folder and the files in it.
    func removeTree(_ folder: String) throws(DiskError) {
        let names: [String]
        do {
            names = try list(folder)
        } catch {
            if error.reason == .missing { return }
            throw error
        }
        for name in names { try remove("\(folder)/\(name)") }
        try removeFolder(folder)
    }
}
