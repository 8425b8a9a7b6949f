import Archive
import Bytes
import Foundation
import Testing

@Suite struct `An archive in a folder` {
    @Test func `lays each digest under its first byte, in a file that zstd reads`() throws {
        try withFolder { folder in
            let archive = try FolderArchive(path: folder)
            let bytes = Array("late15\n".utf8)
            let hex = try archive.put(bytes).hex
            let file = "\(folder)/\(hex.prefix(2))/\(hex.dropFirst(2)).zst"
            #expect(files(under: folder) == [file])
            // The magic number of RFC 8878, section 3.1.1.
            #expect(try read(file).prefix(4) == [0x28, 0xB5, 0x2F, 0xFD])
        }
    }

    @Test func `has everything when it is opened again, and leaves foreign files alone`() throws {
        try withFolder { folder in
            let digest = try FolderArchive(path: folder).put([1, 2, 3])
            let kept = "\(folder)/\(digest.hex.prefix(2))/README.zst"
            try write([9], to: kept)
            let archive = try FolderArchive(path: folder)
            #expect(try archive.bytes(of: digest) == [1, 2, 3])
            #expect(try archive.digests() == [digest])
            #expect(try read(kept) == [9])
        }
    }

    @Test func `takes away what a killed process left half written`() throws {
        try withFolder { folder in
            let digest = try FolderArchive(path: folder).put([1, 2, 3])
            try write([1], to: "\(folder)/temporary/4711-1")
            let archive = try FolderArchive(path: folder)
            #expect(files(under: folder).count == 1)
            #expect(try archive.bytes(of: digest) == [1, 2, 3])
        }
    }

    @Test func `does not write again what is there`() throws {
        try withFolder { folder in
            let archive = try FolderArchive(path: folder)
            _ = try archive.put([1, 2, 3])
            let file = try #require(files(under: folder).first)
            let number = try FileManager.default.attributesOfItem(atPath: file)[.systemFileNumber]
            _ = try archive.put([1, 2, 3])
            #expect(files(under: folder) == [file])
            let again = try FileManager.default.attributesOfItem(atPath: file)[.systemFileNumber]
            #expect(number as? UInt64 == again as? UInt64)
        }
    }

    @Test func `replaces a damaged file by a good put`() throws {
        try withFolder { folder in
            let archive = try FolderArchive(path: folder)
            let digest = try archive.put([1, 2, 3])
            let file = try #require(files(under: folder).first)
            for damage in [[], [0x28], Array("no frame".utf8)] as [[UInt8]] {
                try write(damage, to: file)
                #expect(throws: ArchiveError.self) { try archive.bytes(of: digest) }
                #expect(try archive.put([1, 2, 3]) == digest)
                #expect(try archive.bytes(of: digest) == [1, 2, 3])
            }
            #expect(files(under: folder) == [file])
        }
    }

    @Test func `says what it could not write, and leaves nothing behind`() throws {
        try withFolder { folder in
            // Root may write into any folder, so a file stands where a folder must be made.
            let archive = try FolderArchive(path: folder)
            let prefix = Digest(of: [1]).hex.prefix(2)
            try write([], to: "\(folder)/\(prefix)")
            let error = #expect(throws: ArchiveError.self) { try archive.put([1]) }
            guard case .disk(let what) = error else {
                Issue.record("\(String(describing: error)) is no trouble with the disk.")
                return
            }
            #expect(what.contains("\(folder)/\(prefix)"))
            #expect(files(under: folder) == ["\(folder)/\(prefix)"])
        }
    }

    @Test func `cannot be where a file is`() throws {
        try withFolder { folder in
            try write([], to: "\(folder)/file")
            #expect(throws: ArchiveError.self) { try FolderArchive(path: "\(folder)/file") }
            #expect(throws: ArchiveError.self) { try FolderArchive(path: "/proc/archive") }
        }
    }

    @Test func `says which folder it may not write`() throws {
        // Root may write into any folder, whatever its mode says.
        guard geteuid() != 0 else { return }
        try withFolder { folder in
            let archive = try FolderArchive(path: folder)
            try setMode(0o500, of: "\(folder)/temporary")
            defer { try? setMode(0o700, of: "\(folder)/temporary") }
            let error = #expect(throws: ArchiveError.self) { try archive.put([1]) }
            #expect(error?.description.contains("\(folder)/temporary") == true)
        }
    }

    @Test func `says so where its folder is gone, and has nothing half done`() throws {
        try withFolder { folder in
            let archive = try FolderArchive(path: folder)
            try FileManager.default.removeItem(atPath: "\(folder)/temporary")
            let error = #expect(throws: ArchiveError.self) { try archive.put([1]) }
            #expect(error?.description.contains("\(folder)/temporary") == true)
            #expect(try !archive.contains(Digest(of: [1])))
        }
    }

    private func setMode(_ mode: Int, of path: String) throws {
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
    }
}
