import Archive
import Chance
import Foundation

/// The archives that must obey the same laws.
enum Kind: String, CaseIterable {
    case memory, folder

    /// Lends an empty archive that takes pieces of up to a mebibyte, and clears away after it.
    func withArchive(_ body: (any Archive) throws -> Void) throws {
        switch self {
        case .memory: try body(MemoryArchive(limit: 1 << 20))
        case .folder:
            try withFolder { try body(FolderArchive(path: $0 + "/archive", limit: 1 << 20)) }
        }
    }
}

/// Lends an empty folder.
func withFolder<Result>(_ body: (String) throws -> Result) throws -> Result {
    let folder = FileManager.default.temporaryDirectory.appending(
        path: "archive-\(UUID().uuidString)"
    )
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    return try body(folder.path)
}

/// The paths of all files under a folder, in order.
func files(under folder: String) -> [String] {
    let walk = FileManager.default.enumerator(atPath: folder)
    return (walk?.allObjects as? [String] ?? []).sorted().map { "\(folder)/\($0)" }.filter {
        var isFolder: ObjCBool = false
        return FileManager.default.fileExists(atPath: $0, isDirectory: &isFolder)
            && !isFolder.boolValue
    }
}

func read(_ path: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: URL(filePath: path)))
}

func write(_ bytes: [UInt8], to path: String) throws {
    try Data(bytes).write(to: URL(filePath: path))
}

/// Some words over and over, with a little chance between them: they can be compressed, but not to nothing.
func text(_ byteCount: Int, _ random: inout SeededRandom) -> [UInt8] {
    var bytes: [UInt8] = []
    while bytes.count < byteCount {
        bytes += Array("B6,JFK,LAX,N804JB,".utf8)
        bytes.append(UInt8.random(in: .min ... .max, using: &random))
    }
    return Array(bytes.prefix(byteCount))
}
