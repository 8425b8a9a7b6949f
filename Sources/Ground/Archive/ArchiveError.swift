public import Bytes

/// Why bytes are not in the archive, or did not get there.
public enum ArchiveError: Error, Sendable, Hashable {
    case missing(Digest)
    /// What lies under the digest is not what was put there. `found` is nil where it cannot even be decompressed.
    case corrupt(expected: Digest, found: Digest?, String)
    case disk(String)
    case full(String)
    case tooLarge(byteCount: Int, limit: Int)
}

extension ArchiveError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .missing(let digest): "the archive holds no \(digest). \(Self.remedy)"
        case .corrupt(let expected, let found?, let why):
            "the archive holds \(found) under \(expected): \(why). \(Self.remedy)"
        case .corrupt(let expected, nil, let why):
            "the archive cannot read \(expected): \(why). \(Self.remedy)"
        case .disk(let what): what
        case .full(let what): "\(what). Make room on the disk of the archive"
        case .tooLarge(let byteCount, let limit):
            "\(byteCount) bytes in one piece are too many for the archive: \(limit) is the most"
        }
    }

    private static var remedy: String {
        "Bring its file back from a copy, or train or seal once more as before, which puts the same bytes there"
    }
}
