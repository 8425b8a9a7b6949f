internal import Bytes
internal import Store

/// Length and CRC-32C of the files of a database, kept beside them in the file `CHECKSUMS`.
///
/// RocksDB checks a block when it reads it. Some bytes it never reads (what fills up a footer), and
/// a damaged filter it passes over without a word. With this list every changed byte of a table is
/// named. Tables never change once written; the manifest only grows, so for it the list vouches for
/// its beginning.
struct FileChecksums {
    static let name = "CHECKSUMS"
    private static let title = "tributary file checksums 1"

    /// What is known of one file.
    struct Entry: Hashable {
        var byteCount: Int
        var checksum: UInt32
    }

    private let folder: String
    private var entries: [String: Entry]

    /// Reads the list. Where there is none, nothing is known yet.
    init(of folder: String) throws(StoreError) {
        guard let bytes = try Folder.contents(of: "\(folder)/\(Self.name)") else {
            self.init(folder: folder, entries: [:])
            return
        }
        guard let entries = Self.parse(bytes) else {
            throw .corrupt("The list of checksums \(folder)/\(Self.name) is damaged.")
        }
        self.init(folder: folder, entries: entries)
    }

    /// Throws where a file that is listed and there is not what it was. Files that are gone are
    /// left to RocksDB, which knows whether it still needs them.
    func verify(_ names: some Sequence<String>) throws(StoreError) {
        for name in names {
            guard let entry = entries[name],
                let now = try Self.measure(
                    "\(folder)/\(name)",
                    upTo: isGrowing(name) ? entry.byteCount : .max
                ),
                now != entry
            else { continue }
            throw .corrupt(
                """
                The file \(folder)/\(name) has changed: it has \(now.byteCount) bytes with the CRC-32C \
                \(now.checksum), and was written with \(entry.byteCount) bytes and \(entry.checksum).
                """
            )
        }
    }

    /// Lists the tables named, reading those that are new, and the manifest as it is now; forgets
    /// all others.
    mutating func record(_ tables: [String]) throws(StoreError) {
        var new: [String: Entry] = [:]
        for name in tables + [try manifest()].compactMap(\.self) {
            let known = entries[name]
            if let known, !isGrowing(name) {
                new[name] = known
            } else if let entry = try Self.measure("\(folder)/\(name)", after: known) {
                new[name] = entry
            }
        }
        guard new != entries else { return }
        // A compaction may just have written to the manifest. The list must not outlive what it lists.
        if let manifest = try manifest() { try Folder.synchronize("\(folder)/\(manifest)") }
        try Folder.replace(Self.name, in: folder, with: Self.text(of: new))
        entries = new
    }

    /// What is known of the tables holds for a copy of them too, and need not be read off it.
    func tables(copiedTo folder: String) -> FileChecksums {
        FileChecksums(folder: folder, entries: entries.filter { !isGrowing($0.key) })
    }

    private init(folder: String, entries: [String: Entry]) {
        self.folder = folder
        self.entries = entries
    }

    /// The name of the manifest that counts.
    func manifest() throws(StoreError) -> String? {
        try Folder.contents(of: "\(folder)/CURRENT").map {
            String(decoding: $0.prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
        }
    }

    private func isGrowing(_ name: String) -> Bool { name.hasPrefix("MANIFEST-") }

    /// Bytes behind the limit are not looked at. What was measured before of a file that has grown
    /// is not read again.
    private static func measure(
        _ path: String,
        upTo limit: Int = .max,
        after known: Entry? = nil
    ) throws(StoreError) -> Entry? {
        var entry = known ?? Entry(byteCount: 0, checksum: 0)
        let size = try Folder.read(path, from: entry.byteCount) { piece in
            let rest = piece.extracting(first: limit - entry.byteCount)
            entry.checksum = Checksum.crc32c(rest, after: entry.checksum)
            entry.byteCount += rest.byteCount
        }
        return size == nil ? nil : entry
    }

    private static func text(of entries: [String: Entry]) -> [UInt8] {
        var text = title + "\n"
        for (name, entry) in entries.sorted(by: { $0.key < $1.key }) {
            text += "\(name) \(entry.byteCount) \(entry.checksum)\n"
        }
        return Array((text + "end \(Checksum.crc32c(Array(text.utf8)))\n").utf8)
    }

    /// Nil where the text is not exactly one that `text(of:)` makes.
    private static func parse(_ bytes: [UInt8]) -> [String: Entry]? {
        var entries: [String: Entry] = [:]
        for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n").dropFirst() {
            let words = line.split(separator: " ")
            if words.count == 2 { break }
            guard words.count == 3, let byteCount = Int(words[1]), let checksum = UInt32(words[2])
            else { return nil }
            entries[String(words[0])] = Entry(byteCount: byteCount, checksum: checksum)
        }
        return text(of: entries) == bytes ? entries : nil
    }
}
