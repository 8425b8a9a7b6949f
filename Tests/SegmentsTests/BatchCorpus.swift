@testable import Segments

/// Batches that were trouble once, or could be: what is done at random begins with these.
enum BatchCorpus {
    /// One of them, and whether it is taken.
    struct Case: Sendable {
        let name: String
        let bytes: [UInt8]
        let isTaken: Bool
    }

    /// The most that the records of one batch may have here.
    static let mostRecordBytes = 1 << 20

    static let cases: [Case] =
        plain + Compression.allCases.flatMap { compressed($0) } + [
            Case(
                name: "linked blocks of LZ4",
                bytes: Compression.lz4.wrap(
                    Compression.lz4(records(of: good), isLinked: true),
                    as: good.bytes
                ),
                isTaken: true
            )
        ]

    private static let good = Batch(ids: [1, 2, 3], padding: 40)

    private static func records(of batch: Batch) -> [UInt8] {
        Array(batch.bytes[BatchHeader.byteCount...])
    }

    /// The good batch with another number in its header.
    private static func changed<Integer: FixedWidthInteger & BitwiseCopyable>(
        _ value: Integer,
        at place: Int,
        _ bytes: [UInt8] = good.bytes
    ) -> [UInt8] {
        var bytes = bytes
        bytes.overwrite(value, at: place)
        return Batch.sealed(bytes)
    }

    private static func bad(_ name: String, _ bytes: [UInt8]) -> Case {
        Case(name: name, bytes: bytes, isTaken: false)
    }

    private static var plain: [Case] {
        var longer = changed(Int32(good.bytes.count + 1 - BatchHeader.prefixByteCount), at: 8)
        longer = Batch.sealed(longer + [0])
        return [
            Case(name: "plain", bytes: good.bytes, isTaken: true),
            Case(
                name: "two batches",
                bytes: good.bytes + Batch(ids: [4]).bytes,
                isTaken: true
            ),
            bad("nothing", []),
            bad("half a header", Array(good.bytes.prefix(30))),
            bad("cut short", Array(good.bytes.dropLast())),
            bad("a wrong checksum", Array(good.bytes.dropLast()) + [77]),
            bad("a byte behind its records", longer),
            bad(
                "more records than there are",
                changed(Int32(4), at: 57, changed(Int32(3), at: 23))
            ),
            bad(
                "fewer records than there are",
                changed(Int32(2), at: 57, changed(Int32(1), at: 23))
            ),
            bad("two billion records", changed(Int32.max, at: 57, changed(Int32.max - 1, at: 23))),
            bad("less than no records", changed(Int32(-1), at: 57)),
            bad("offsets that go back", changed(Int32(-1), at: 23)),
            bad("a control batch", changed(Int16(32), at: 21)),
            bad("a transaction", changed(Int16(16), at: 21)),
            bad("a codec that is none", changed(Int16(7), at: 21)),
            bad("version 1", changed(Int8(1), at: 16)),
            bad("a length of four bytes", changed(Int32(4), at: 8)),
        ]
    }

    private static func compressed(_ codec: Compression) -> [Case] {
        let (plain, records) = (good.bytes, records(of: good))
        let payload = codec.compress(records)
        let bomb = Batch(values: [[UInt8](repeating: 0, count: mostRecordBytes)])
        func name(_ what: String) -> String { "\(codec.testDescription): \(what)" }
        return [
            Case(name: name("good"), bytes: codec.wrap(payload, as: plain), isTaken: true),
            bad(name("a bomb"), codec.compress(bomb)),
            bad(name("not compressed at all"), codec.wrap(records, as: plain)),
            bad(name("nothing"), codec.wrap([], as: plain)),
            bad(name("nothing, compressed"), codec.wrap(codec.compress([]), as: plain)),
            bad(name("cut short"), codec.wrap(Array(payload.dropLast(3)), as: plain)),
            bad(name("a byte behind"), codec.wrap(codec.compress(records + [0]), as: plain)),
            bad(
                name("more records than there are"),
                changed(
                    Int32(4),
                    at: 57,
                    changed(Int32(3), at: 23, codec.wrap(payload, as: plain))
                )
            ),
            bad(
                name("a record that is longer than all"),
                codec.wrap(codec.compress([0xFE, 0xFF, 0x7F] + records.dropFirst()), as: plain)
            ),
        ]
    }
}
