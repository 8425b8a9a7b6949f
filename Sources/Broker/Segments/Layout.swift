internal import Bytes

/// Which file of a data directory holds what.
struct Layout: Sendable {
    let root: String

    var journals: String { "\(root)/journal" }
    var topics: String { "\(root)/topics" }
    var lock: String { "\(root)/lock" }

    var catalog: SealedFile { sealed("catalog", magic: "TRIBCAT1") }
    /// The same again, so that a flipped bit in one loses no topic.
    var catalogCopy: SealedFile { sealed("catalog.copy", magic: "TRIBCAT1") }
    var checkpoint: SealedFile { sealed("checkpoint", magic: "TRIBCHK1") }

    /// Which batches were checked when they were taken.
    var checked: SealedFile { sealed("checked", magic: "TRIBDOR1") }

    func journal(_ number: UInt64) -> String { "\(journals)/\(Self.padded(number)).journal" }

    /// The name is for people; the id keeps a topic apart from an earlier one of its name.
    static func folderName(of topic: Topic) -> String {
        "\(topic.name.prefix(200))-\(topic.id.hex)"
    }

    func folder(of topic: Topic) -> String { "\(topics)/\(Self.folderName(of: topic))" }

    /// How messages name a file: from the data directory on.
    func short(_ path: String) -> String {
        path.hasPrefix(root + "/") ? String(path.dropFirst(root.utf8.count + 1)) : path
    }

    static func padded(_ number: some BinaryInteger) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, 20 - digits.count)) + digits
    }

    private func sealed(_ name: String, magic: String) -> SealedFile {
        SealedFile(path: "\(root)/\(name)", folder: root, magic: magic)
    }
}

/// The names of the files of one segment.
struct SegmentPath: Sendable, Hashable {
    let folder: String
    let partition: Int32
    let base: Int64

    var log: String { "\(folder)/\(partition)-\(Layout.padded(base)).log" }
    var index: String { "\(folder)/\(partition)-\(Layout.padded(base)).index" }

    init(folder: String, partition: Int32, base: Int64) {
        self.folder = folder
        self.partition = partition
        self.base = base
    }

    /// Nil unless `name` is that of a segment's records or index.
    init?(folder: String, name: String) {
        let parts = name.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 2, parts[1] == "log" || parts[1] == "index" else { return nil }
        let numbers = parts[0].split(separator: "-", omittingEmptySubsequences: false)
        guard numbers.count == 2, let partition = Int32(numbers[0]), let base = Int64(numbers[1]),
            partition >= 0, base >= 0
        else { return nil }
        self.init(folder: folder, partition: partition, base: base)
    }
}
