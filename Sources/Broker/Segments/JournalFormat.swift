internal import Bytes

/// How a journal file is laid out: a page of its own for the header, then groups, each of whole
/// pages, so that a page once synced is never written again.
enum JournalFormat {
    static let pageByteCount = 4096
    private static let fileMagic: UInt64 = 0x5452_4942_4A52_4E31  // "TRIBJRN1"
    static let groupMagic: UInt32 = 0x5447_5250  // "TGRP"

    /// The first page of a file.
    struct FileHeader: Equatable {
        var number: UInt64
        /// Random, and new each time a file is used again.
        var epoch: UInt64
        var firstGroup: UInt64

        func encoded() -> [UInt8] {
            var writer = ByteWriter(reserving: pageByteCount)
            writer.append(fileMagic)
            writer.append(number)
            writer.append(epoch)
            writer.append(firstGroup)
            var bytes = writer.bytes + [UInt8](repeating: 0, count: pageByteCount - writer.count)
            let sum = Checksum.crc32c(bytes.span.bytes.extracting(0 ..< pageByteCount - 4))
            bytes.overwrite(sum, at: pageByteCount - 4)
            return bytes
        }

        init(number: UInt64, epoch: UInt64, firstGroup: UInt64) {
            self.number = number
            self.epoch = epoch
            self.firstGroup = firstGroup
        }

        init?(_ bytes: RawSpan) {
            guard bytes.byteCount >= pageByteCount,
                bytes.integer(at: 0, as: UInt64.self) == fileMagic,
                Checksum.crc32c(bytes.extracting(0 ..< pageByteCount - 4))
                    == bytes.integer(at: pageByteCount - 4, as: UInt32.self)
            else { return nil }
            number = bytes.integer(at: 8)
            epoch = bytes.integer(at: 16)
            firstGroup = bytes.integer(at: 24)
        }
    }

    /// What stands before the entries of one group: how long each is, so that a broken one does not
    /// hide the next.
    struct GroupHeader: Equatable {
        static let fixedByteCount = 32

        var epoch: UInt64
        var number: UInt64
        /// Of the whole group, in whole pages.
        var byteCount: Int
        var lengths: [UInt32]

        var headerByteCount: Int { Self.fixedByteCount + 4 * lengths.count }

        func write(to bytes: inout [UInt8]) {
            var writer = ByteWriter(reserving: headerByteCount)
            writer.append(groupMagic)
            writer.append(UInt32(lengths.count))
            writer.append(epoch)
            writer.append(number)
            writer.append(UInt32(byteCount))
            for length in lengths { writer.append(length) }
            writer.append(Checksum.crc32c(writer.bytes))
            bytes.append(contentsOf: writer.bytes)
        }

        init(epoch: UInt64, number: UInt64, lengths: [UInt32]) {
            self.epoch = epoch
            self.number = number
            self.lengths = lengths
            let content = Self.fixedByteCount + lengths.reduce(0) { $0 + 4 + Int($1) }
            byteCount = (content + pageByteCount - 1) / pageByteCount * pageByteCount
        }

        /// Nil unless a header stands at the front of `bytes`, with all of its group behind it.
        init?(_ bytes: RawSpan) {
            guard bytes.byteCount >= Self.fixedByteCount,
                bytes.integer(at: 0, as: UInt32.self) == groupMagic
            else { return nil }
            let count = Int(bytes.integer(at: 4, as: UInt32.self))
            let end = Self.fixedByteCount + 4 * count
            guard end <= bytes.byteCount,
                Checksum.crc32c(bytes.extracting(0 ..< end - 4))
                    == bytes.integer(at: end - 4, as: UInt32.self)
            else { return nil }
            self.init(
                epoch: bytes.integer(at: 8),
                number: bytes.integer(at: 16),
                lengths: (0 ..< count).map { bytes.integer(at: 28 + 4 * $0) }
            )
            guard byteCount == Int(bytes.integer(at: 24, as: UInt32.self)) else { return nil }
        }

        /// Where the checksums of this group's entries begin.
        var seed: UInt32 {
            var writer = ByteWriter(reserving: 16)
            writer.append(epoch)
            writer.append(number)
            return Checksum.crc32c(writer.bytes)
        }
    }
}
