internal import Bytes
internal import Store

/// Length and CRC-32C of the files of a database, kept beside them in the file `CHECKSUMS`.
///
/// RocksDB checks a block of rows when it reads it, but not every byte: what fills up a footer it
/// never looks at, a damaged filter it passes over without a word, and the blocks that describe a
/// table it believes before it checks them, so that one changed byte there ends the process at the
/// start (seen in 7.8.3: "Assertion num_buckets_ > 0 failed"). With this list the ends of all tables,
/// where those blocks are, are checked before RocksDB opens them, and any changed byte is found by
/// reading everything. Tables never change once written; the manifest only grows, so for it the list
/// vouches for its beginning.
struct FileChecksums {
    static let name = "CHECKSUMS"
    private static let title = "tributary file checksums 1"

    /// Footer, metaindex and properties take a few kilobytes (`table/format.h` of RocksDB).
    private static let endByteCount = 1 << 16

    /// What is known of one file.
    struct Entry: Hashable {
        var byteCount: Int
        var checksum: UInt32
        /// The checksum of the last bytes alone; 0 for a file that grows.
        var end: UInt32 = 0
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

    /// To be done before RocksDB opens the files: reads the whole manifest and the ends of all tables.
    func verifyBeforeOpening() throws(StoreError) {
        if let manifest = try manifest() { try verify(manifest) }
        for (name, entry) in entries.sorted(by: { $0.key < $1.key }) where !isGrowing(name) {
            guard let end = try Self.end(of: "\(folder)/\(name)", entry.byteCount) else { continue }
            if end.byteCount != entry.byteCount || end.checksum != entry.end { throw changed(name) }
        }
    }

    /// Throws where a file that is listed and there is not what it was. A file that is gone is left to
    /// RocksDB, which knows whether it still needs it.
    func verify(_ name: String) throws(StoreError) {
        let path = "\(folder)/\(name)"
        guard let entry = entries[name],
            let now = try Self.measure(path, upTo: isGrowing(name) ? entry.byteCount : .max)
        else { return }
        if now.byteCount != entry.byteCount || now.checksum != entry.checksum {
            throw changed(name)
        }
    }

    private func changed(_ name: String) -> StoreError {
        .corrupt("The file \(folder)/\(name) is not what was written: its checksum differs.")
    }

    /// Lists the tables named, reading those that are new, and the manifest as it is now; forgets
    /// all others.
    mutating func record(_ tables: [String]) throws(StoreError) {
        var new: [String: Entry] = [:]
        for name in tables + [try manifest()].compactMap(\.self) {
            let known = entries[name]
            if let known, !isGrowing(name) {
                new[name] = known
            } else if var entry = try Self.measure("\(folder)/\(name)", after: known) {
                if !isGrowing(name),
                    let end = try Self.end(of: "\(folder)/\(name)", entry.byteCount)
                {
                    entry.end = end.checksum
                }
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

    /// The checksum of the last bytes of a file that is to have so many bytes, and how many it has.
    private static func end(of path: String, _ byteCount: Int) throws(StoreError) -> Entry? {
        var checksum: UInt32 = 0
        let start = max(0, byteCount - endByteCount)
        let size = try Folder.read(path, from: start) { piece in
            checksum = Checksum.crc32c(piece, after: checksum)
        }
        return size.map { Entry(byteCount: $0, checksum: checksum) }
    }

    private static func text(of entries: [String: Entry]) -> [UInt8] {
        var text = title + "\n"
        for (name, entry) in entries.sorted(by: { $0.key < $1.key }) {
            text += "\(name) \(entry.byteCount) \(entry.checksum) \(entry.end)\n"
        }
        return Array((text + "end \(Checksum.crc32c(Array(text.utf8)))\n").utf8)
    }

    /// Nil where the text is not exactly one that `text(of:)` makes.
    private static func parse(_ bytes: [UInt8]) -> [String: Entry]? {
        var entries: [String: Entry] = [:]
        for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n").dropFirst() {
            let words = line.split(separator: " ")
            if words.count == 2 { break }
            guard words.count == 4, let byteCount = Int(words[1]), let checksum = UInt32(words[2]),
                let end = UInt32(words[3])
            else { return nil }
            entries[String(words[0])] = Entry(byteCount: byteCount, checksum: checksum, end: end)
        }
        return text(of: entries) == bytes ? entries : nil
    }
}
