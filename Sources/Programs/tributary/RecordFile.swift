import Bytes
import Codecs
import Glibc
import Records

/// A file of records, which can be read from its beginning as often as one likes. Gzip is unpacked on the way; it is
/// known by its first bytes.
final class RecordFile {
    let path: String
    let form: RecordText.Form
    private let descriptor: Int32
    private static let pieceBytes = 256 << 10

    init(_ path: String) throws {
        self.path = path
        let name = path.lowercased()
        form = name.hasSuffix(".csv") || name.hasSuffix(".csv.gz") ? .csv : .lines
        // Without O_NONBLOCK, to open a pipe would wait for somebody who writes into it.
        descriptor = Glibc.open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw Failure.refused(
                errno == ENOENT
                    ? "refused: there is no file \(path)"
                    : "refused: \(path) cannot be read: \(reason(errno))"
            )
        }
        if let fault = kindFault { throw Failure.refused("refused: \(path) \(fault)") }
        if let fault = try formatFault { throw Failure.refused("refused: \(path) \(fault)") }
    }

    deinit { Glibc.close(descriptor) }

    /// Gives the text in pieces.
    /// Returns: The digest of the text.
    @discardableResult
    func eachPiece(_ body: (ArraySlice<UInt8>) throws -> Void) throws -> Digest {
        var hasher = DigestHasher()
        func take(_ piece: ArraySlice<UInt8>) throws {
            hasher.update(piece.span.bytes)
            try body(piece)
        }
        guard try isGzip else {
            try eachRawPiece { try take($0[...]) }
            return hasher.finish()
        }
        do {
            var gzip = Unpacker(.gzip)
            try eachRawPiece { try gzip.unpack($0[...], take) }
            try gzip.finish()
        } catch let error as CodecError {
            throw Failure.refused(
                "refused: \(path) cannot be unpacked: its gzip is broken: \(error)"
            )
        }
        return hasher.finish()
    }

    /// Each record of the text, and each fault in it.
    /// Returns: The digest of the text.
    func eachRecord(
        of definition: StreamDefinition,
        longestLine: Int,
        _ body: (RecordText.Found) throws -> Void
    ) throws -> Digest {
        var text = RecordText(form, of: definition, longestLine: longestLine)
        let digest = try eachPiece { try text.take($0, body) }
        try text.finish(body)
        return digest
    }

    private func eachRawPiece(_ body: ([UInt8]) throws -> Void) throws {
        var offset = 0
        while true {
            let piece = try bytes(Self.pieceBytes, at: offset)
            if piece.isEmpty { return }
            offset += piece.count
            try body(piece)
        }
    }

    private func bytes(_ count: Int, at offset: Int) throws -> [UInt8] {
        var failure: Int32?
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            var read = -1
            repeat {
                read = pread(descriptor, buffer.baseAddress, count, offset)
            } while read < 0
                && errno == EINTR
            if read < 0 { failure = errno }
            filled = max(read, 0)
        }
        if let failure {
            throw Failure.refused("refused: \(path) cannot be read: \(reason(failure))")
        }
        return bytes
    }

    private var isGzip: Bool {
        get throws { try bytes(2, at: 0) == [0x1F, 0x8B] }
    }

    /// What keeps a path from being read twice.
    private var kindFault: String? {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            return "cannot be read: \(reason(errno))"
        }
        switch status.st_mode & S_IFMT {
        case S_IFREG: return nil
        case S_IFDIR: return "is a folder: publish its files one by one"
        default:
            return
                "is a pipe or a device: a file is checked before it is sent, and so read twice. Write it to a file first"
        }
    }

    /// What keeps a text from being one of records, as far as its first bytes tell.
    private var formatFault: String? {
        get throws {
            let beginning = try bytes(6, at: 0)
            let formats: [(name: String, bytes: [UInt8])] = [
                ("zip", [0x50, 0x4B, 0x03, 0x04]), ("zip", [0x50, 0x4B, 0x05, 0x06]),
                ("zstd", [0x28, 0xB5, 0x2F, 0xFD]),
                ("xz", [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00]), ("bzip2", Array("BZh".utf8)),
                ("lz4", [0x04, 0x22, 0x4D, 0x18]), ("Parquet", Array("PAR1".utf8)),
                ("Avro", Array("Obj".utf8) + [1]),
                ("UTF-16", [0xFF, 0xFE]), ("UTF-16", [0xFE, 0xFF]),
            ]
            return formats.first { beginning.starts(with: $0.bytes) }.map {
                "is \($0.name): publish takes JSON lines and CSV in UTF-8, either of them in gzip too"
            }
        }
    }
}

/// The system's words for an error.
private func reason(_ code: Int32) -> String { String(cString: strerror(code)) }
