public import Bytes

/// Where the rows of one partition of one generation stand: every key of theirs starts with the
/// generation (the first eight bytes of its digest) and the partition, so that they lie together
/// and can be dropped as one range.
public struct Shelf: Sendable, Hashable {
    /// Ten bytes.
    public let prefix: [UInt8]

    public init(generation: Digest, partition: UInt16) {
        var writer = ByteWriter(reserving: 10)
        writer.append(contentsOf: generation.bytes[..<8])
        writer.append(partition)
        self.prefix = writer.bytes
    }

    /// The first key behind all rows of the shelf; nil where the shelf is the last there can be.
    public var end: [UInt8]? { Self.end(ofKeysWith: prefix) }

    /// The first key that comes after every key with a prefix; nil where none does.
    public static func end(ofKeysWith prefix: [UInt8]) -> [UInt8]? {
        guard let last = prefix.lastIndex(where: { $0 < 0xFF }) else { return nil }
        var end = Array(prefix[...last])
        end[last] += 1
        return end
    }
}

extension Shelf {
    /// Shelf and table: the prefix of all its rows.
    func prefix<Key, Row>(of table: Table<Key, Row>) -> [UInt8] { prefix + [table.number] }

    /// Where a row stands; where versions are kept, the prefix of all versions of it.
    func key<Key, Row>(of key: Key, in table: Table<Key, Row>) -> [UInt8] {
        var writer = ByteWriter(reserving: 48)
        writer.append(contentsOf: prefix)
        writer.append(table.number)
        key.writeOrdered(to: &writer)
        return writer.bytes
    }
}

/// The last eight bytes of a key where versions are kept. The bits of the offset are turned over,
/// so that the newest version comes first and one seek finds it.
enum Version {
    static let byteCount = 8

    static func key(_ rowKey: [UInt8], at offset: Int64) -> [UInt8] {
        precondition(offset >= 0, "Offsets count from 0.")
        var writer = ByteWriter(reserving: rowKey.count + byteCount)
        writer.append(contentsOf: rowKey)
        writer.append(~offset)
        return writer.bytes
    }

    /// The offset that a key ends with.
    static func offset(of key: ArraySlice<UInt8>) throws(StoreError) -> Int64 {
        do {
            var reader = ByteReader(key.suffix(byteCount))
            return ~(try reader.read(Int64.self))
        } catch {
            throw .corrupt("A key is too short to end with a version.")
        }
    }
}
