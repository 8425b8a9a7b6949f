import Chance
import Glibc
import Segments
import Synchronization

/// A disk in memory that, when its power is cut, keeps only what was synced for certain. Of the
/// pages that were not, it keeps some, and tears the last; names that were not synced may vanish.
final class ForgetfulDisk: Disk {
    private static let pageByteCount = 4096

    /// One file, as programs see it and as the platters hold it.
    struct Inode: Sendable {
        var content: [UInt8] = []
        var durable: [UInt8] = []
        var dirtyPages: Set<Int> = []

        mutating func synchronize() {
            if durable.count != content.count {
                durable.resize(to: content.count)
            }
            for page in dirtyPages {
                let range = Inode.range(of: page, in: content.count)
                durable.replaceSubrange(range, with: content[range])
            }
            dirtyPages = []
        }

        static func range(of page: Int, in count: Int) -> Range<Int> {
            min(page * pageByteCount, count) ..< min((page + 1) * pageByteCount, count)
        }
    }

    /// A change of names that is not durable yet.
    enum NameChange: Sendable {
        case link(String, Int)
        case unlink(String)
        case rename(String, String)
        case makeFolder(String)
        case removeFolder(String)

        var folder: String {
            switch self {
            case .link(let path, _), .unlink(let path), .rename(_, let path),
                .makeFolder(let path), .removeFolder(let path):
                String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)])
            }
        }
    }

    /// Which file has which name.
    struct Names: Sendable {
        var files: [String: Int] = [:]
        var folders: Set<String> = [""]

        mutating func apply(_ change: NameChange) {
            switch change {
            case .link(let path, let inode): files[path] = inode
            case .unlink(let path): files[path] = nil
            case .rename(let old, let new):
                files[new] = files[old]
                files[old] = nil
            case .makeFolder(let path): folders.insert(path)
            case .removeFolder(let path): folders.remove(path)
            }
        }
    }

    struct State: Sendable {
        var inodes: [Int: Inode] = [:]
        var names = Names()
        var durableNames = Names()
        var changes: [NameChange] = []
        var nextInode = 0
        var generation = 0
        var isOff = false
        var operations = 0
        /// The power goes at this operation.
        var cutsAt: Int?
        var random: SeededRandom
        /// Files of which a sync does nothing, by a part of their path.
        var ignoresSyncOf: String?
        /// Files of which a sync fails, by a part of their path.
        var failsSyncOf: String?
        /// Files of which a sync or a write waits, by a part of their path, and how many wait.
        var holdsSyncOf: String?
        var holdsWriteOf: String?
        var held = 0
        /// How often something was held since the beginning.
        var holds = 0
        /// Folders in which nothing can be made or removed, by a part of their path.
        var deniesChangesOf: String?
        /// How often a file was put in the place of another, by its path.
        var replacements: [String: Int] = [:]
        /// How many files may be open at once.
        var mostOpenFiles: Int?
        /// How many bytes all files together may have.
        var capacity: Int?
    }

    let state: Mutex<State>
    let files = OpenFiles()

    /// How many files are open, behind a lock of its own: a file may be let go under the other.
    final class OpenFiles: Sendable {
        private let counts = Mutex((current: 0, most: 0))

        var current: Int { counts.withLock { $0.current } }
        /// The most that were open at once.
        var most: Int { counts.withLock { $0.most } }

        func open() {
            counts.withLock { counts in
                counts.current += 1
                counts.most = max(counts.most, counts.current)
            }
        }

        func close() { counts.withLock { $0.current -= 1 } }
    }

    init(seed: UInt64, ignoringSyncOf part: String? = nil) {
        state = Mutex(State(random: SeededRandom(seed: seed), ignoresSyncOf: part))
    }

    init(copying other: ForgetfulDisk) {
        state = Mutex(other.state.withLock { $0 })
    }

    // MARK: What happens to disks

    var isOff: Bool { state.withLock { $0.isOff } }
    var operations: Int { state.withLock { $0.operations } }

    func cutPower(afterOperations count: Int) {
        state.withLock { $0.cutsAt = $0.operations + count }
    }

    func cutPower() { state.withLock { $0.cutPower() } }

    func restorePower() {
        state.withLock { state in
            state.isOff = false
            state.cutsAt = nil
        }
    }

    /// The process ends; what it wrote stays, its open files do not.
    func kill() { state.withLock { $0.generation += 1 } }

    /// Writes one byte over a range of a file, or cuts the file there.
    func damage(_ path: String, _ range: Range<Int>, with byte: UInt8?) {
        state.withLock { state in
            guard let inode = state.names.files[path], var file = state.inodes[inode] else {
                return
            }
            if let byte, range.upperBound <= file.content.count {
                file.content.replaceSubrange(
                    range,
                    with: [UInt8](repeating: byte, count: range.count)
                )
            } else {
                file.content.resize(to: range.lowerBound)
            }
            file.durable = file.content
            state.inodes[inode] = file
        }
    }

    // MARK: Disk

    func open(_ path: String, creating: Bool) throws(DiskError) -> any DiskFile {
        try perform { state throws(DiskError) -> ForgetfulFile in
            if let most = state.mostOpenFiles, files.current >= most {
                throw DiskError(.scarce, "opening \(path): Too many open files")
            }
            if let inode = state.names.files[path] {
                return ForgetfulFile(self, inode, path, generation: state.generation)
            }
            let parent = path[..<(path.lastIndex(of: "/") ?? path.startIndex)]
            guard creating, state.names.folders.contains(String(parent)) else {
                throw DiskError(.missing, "opening \(path): it is not there")
            }
            try state.checkRights(to: path, "opening")
            if let capacity = state.capacity, state.used >= capacity {
                throw DiskError(.full, "opening \(path): the disk is full")
            }
            let inode = state.nextInode
            state.nextInode += 1
            state.inodes[inode] = Inode()
            state.change(.link(path, inode))
            return ForgetfulFile(self, inode, path, generation: state.generation)
        }
    }

    func makeFolder(_ path: String) throws(DiskError) {
        try perform { state in
            var folder = ""
            for part in path.split(separator: "/", omittingEmptySubsequences: false).dropFirst(0) {
                folder = folder.isEmpty ? String(part) : "\(folder)/\(part)"
                if !state.names.folders.contains(folder) { state.change(.makeFolder(folder)) }
            }
        }
    }

    func list(_ folder: String) throws(DiskError) -> [String] {
        try perform { state throws(DiskError) in
            guard state.names.folders.contains(folder) else {
                throw DiskError(.missing, "listing \(folder): it is not there")
            }
            let all = Array(state.names.files.keys) + Array(state.names.folders)
            return all.filter { $0.hasPrefix(folder + "/") }
                .map { String($0.dropFirst(folder.count + 1)) }
                .filter { !$0.contains("/") }
        }
    }

    func remove(_ path: String) throws(DiskError) {
        try perform { state throws(DiskError) in
            guard state.names.files[path] != nil else {
                throw DiskError(.missing, "removing \(path): it is not there")
            }
            try state.checkRights(to: path, "removing")
            state.change(.unlink(path))
        }
    }

    func removeFolder(_ path: String) throws(DiskError) {
        try perform { $0.change(.removeFolder(path)) }
    }

    func rename(_ path: String, to newPath: String) throws(DiskError) {
        try perform { state throws(DiskError) in
            guard state.names.files[path] != nil else {
                throw DiskError(.missing, "renaming \(path): it is not there")
            }
            state.replacements[newPath, default: 0] += 1
            state.change(.rename(path, newPath))
        }
    }

    func synchronizeFolder(_ path: String) throws(DiskError) {
        let path = path == "." ? "" : path
        try perform { state in
            for change in state.changes where change.folder == path {
                state.durableNames.apply(change)
            }
            state.changes.removeAll { $0.folder == path }
        }
    }

    func lock(_ path: String) throws(DiskError) -> any DiskFile {
        ForgetfulFile(self, -1, path, generation: 0)
    }

    /// Waits while operations of a kind are held.
    fileprivate func hold(_ path: String, _ kind: any KeyPath<State, String?> & Sendable) {
        func isHeld() -> Bool {
            state.withLock { state in
                state[keyPath: kind].map { path.contains($0) } == true && !state.isOff
            }
        }
        guard isHeld() else { return }
        state.withLock { state in
            state.held += 1
            state.holds += 1
        }
        while isHeld() { usleep(500) }
        state.withLock { $0.held -= 1 }
    }

    /// Runs an operation, unless the power is off or goes off now.
    fileprivate func perform<Answer: Sendable>(
        generation: Int? = nil,
        isWrite: Bool = false,
        _ body: (inout State) throws(DiskError) -> Answer
    ) throws(DiskError) -> Answer {
        let outcome = state.withLock { state -> Result<Answer, DiskError> in
            let off = DiskError(.failed, "The power is off.")
            if state.isOff { return .failure(off) }
            if let generation, generation != state.generation {
                return .failure(DiskError(.failed, "The process was killed."))
            }
            state.operations += 1
            let isLast = state.operations == state.cutsAt
            // A write may have reached the disk in part when the power goes.
            if isLast && !isWrite {
                state.cutPower()
                return .failure(off)
            }
            let answer: Result<Answer, DiskError>
            do throws(DiskError) { answer = .success(try body(&state)) } catch {
                answer = .failure(error)
            }
            if isLast {
                state.cutPower()
                return .failure(off)
            }
            return answer
        }
        return try outcome.get()
    }
}

extension ForgetfulDisk.State {
    func checkRights(to path: String, _ action: String) throws(DiskError) {
        guard let part = deniesChangesOf, path.contains(part) else { return }
        throw DiskError(.denied, "\(action) \(path): Permission denied")
    }

    var used: Int {
        names.files.values.reduce(0) { $0 + (inodes[$1]?.content.count ?? 0) }
    }

    mutating func change(_ change: ForgetfulDisk.NameChange) {
        names.apply(change)
        changes.append(change)
    }

    mutating func cutPower() {
        // Changes of names reach the disk in order, as a journalling file system writes them.
        let kept = Int.random(in: 0 ... changes.count, using: &random)
        for change in changes.prefix(kept) { durableNames.apply(change) }
        changes = []
        let folders = durableNames.folders
        durableNames.files = durableNames.files.filter { path, _ in
            folders.contains(String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)]))
        }
        names = durableNames
        for inode in inodes.keys.sorted() {
            guard var file = inodes[inode] else { continue }
            tear(&file)
            inodes[inode] = file
        }
        let named = Set(names.files.values)
        inodes = inodes.filter { named.contains($0.key) }
        isOff = true
        generation += 1
        cutsAt = nil
    }

    /// Some of the unsynced pages are kept: the first ones, or any; the last of them in part.
    private mutating func tear(_ file: inout ForgetfulDisk.Inode) {
        let dirty = file.dirtyPages.sorted()
        let isOrdered = Bool.random(using: &random)
        var kept = dirty.prefix(Int.random(in: 0 ... dirty.count, using: &random))
        if !isOrdered { kept = kept.filter { _ in Bool.random(using: &random) }[...] }
        var result = file.durable
        if Bool.random(using: &random) { result.resize(to: file.content.count) }
        for page in kept {
            let range = ForgetfulDisk.Inode.range(of: page, in: file.content.count)
            if result.count < range.upperBound { result.resize(to: range.upperBound) }
            var bytes = Array(file.content[range])
            if page == kept.last { tear(&bytes, over: Array(result[range])) }
            result.replaceSubrange(range, with: bytes)
        }
        file = ForgetfulDisk.Inode(content: result, durable: result)
    }

    /// The front of the page is new; behind it what changed is old or garbage.
    private mutating func tear(_ bytes: inout [UInt8], over old: [UInt8]) {
        guard !bytes.isEmpty, Bool.random(using: &random) else { return }
        let isGarbage = Bool.random(using: &random)
        for place in Int.random(in: 0 ..< bytes.count, using: &random) ..< bytes.count
        where bytes[place] != old[place] {
            bytes[place] = isGarbage ? UInt8.random(in: 0 ... 255, using: &random) : old[place]
        }
    }
}

/// An open file of a forgetful disk.
private final class ForgetfulFile: DiskFile {
    private let disk: ForgetfulDisk
    private let inode: Int
    private let path: String
    private let generation: Int

    init(_ disk: ForgetfulDisk, _ inode: Int, _ path: String, generation: Int) {
        self.disk = disk
        self.inode = inode
        self.path = path
        self.generation = generation
        disk.files.open()
    }

    deinit { disk.files.close() }

    func write(_ bytes: RawSpan, at position: Int64) throws(DiskError) {
        let new = bytes.withUnsafeBytes { Array($0) }
        disk.hold(path, \.holdsWriteOf)
        try disk.perform(generation: generation, isWrite: true) {
            [inode, path] state throws(DiskError) in
            let end = Int(position) + new.count
            let size = state.inodes[inode]?.content.count ?? 0
            if let capacity = state.capacity, end > size, state.used + end - size > capacity {
                // Half of it lands, as a real disk may do.
                state.inodes[inode]?.write(Array(new.prefix(new.count / 2)), at: Int(position))
                throw DiskError(.full, "writing \(path): the disk is full")
            }
            state.inodes[inode]?.write(new, at: Int(position))
        }
    }

    func read(_ count: Int, at position: Int64) throws(DiskError) -> [UInt8] {
        try disk.perform(generation: generation) { [inode] state in
            let content = state.inodes[inode]?.content ?? []
            let start = min(Int(position), content.count)
            return Array(content[start ..< min(start + count, content.count)])
        }
    }

    func size() throws(DiskError) -> Int64 {
        try disk.perform(generation: generation) { [inode] state in
            Int64(state.inodes[inode]?.content.count ?? 0)
        }
    }

    func truncate(to size: Int64) throws(DiskError) {
        try disk.perform(generation: generation) { [inode] state in
            state.inodes[inode]?.content.resize(to: Int(size))
        }
    }

    func synchronize() throws(DiskError) {
        disk.hold(path, \.holdsSyncOf)
        try disk.perform(generation: generation) { [inode, path] state throws(DiskError) in
            if let part = state.failsSyncOf, path.contains(part) {
                throw DiskError(.failed, "syncing \(path): Input/output error")
            }
            if let part = state.ignoresSyncOf, path.contains(part) { return }
            state.inodes[inode]?.synchronize()
        }
    }
}

extension ForgetfulDisk.Inode {
    mutating func write(_ bytes: [UInt8], at position: Int) {
        guard !bytes.isEmpty else { return }
        if content.count < position + bytes.count { content.resize(to: position + bytes.count) }
        content.replaceSubrange(position ..< position + bytes.count, with: bytes)
        for page in position / 4096 ... (position + bytes.count - 1) / 4096 {
            dirtyPages.insert(page)
        }
    }
}

extension [UInt8] {
    mutating func resize(to count: Int) {
        if count < self.count {
            removeLast(self.count - count)
        } else {
            self += [UInt8](repeating: 0, count: count - self.count)
        }
    }
}
