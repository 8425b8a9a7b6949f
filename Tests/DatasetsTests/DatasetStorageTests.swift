import Archive
import Bytes
import Chance
import Datasets
import Records
import Testing

@Suite struct `The rows of a version` {
    private let count = RowChunk.rowCount * 2 + 10

    @Test func `come back from the archive in their order, chunk by chunk`() throws {
        let seed = newSeed()
        let archive = MemoryArchive()
        let manifest = try Flights.manifest(rows: count, seed: seed, in: archive)
        let sizes = manifest.contents.chunks.map(\.rows)
        #expect(sizes == [Int64(RowChunk.rowCount), Int64(RowChunk.rowCount), 10])
        #expect(manifest.contents.rows == Int64(count))
        var reader = DatasetReader(manifest, in: archive)
        var rows: [DatasetRow] = []
        while let chunk = try reader.nextChunk() { rows += chunk }
        var random = SeededRandom(seed: seed)
        #expect(rows == Flights.rows(count, &random))
        #expect(try reader.nextChunk() == nil)
    }

    @Test func `have one digest, whoever writes them`() throws {
        let seed = newSeed()
        let one = try Flights.manifest(rows: count, seed: seed)
        let other = try Flights.manifest(rows: count, seed: seed)
        #expect(one.contents == other.contents)
        let digests = one.contents.chunks.flatMap(\.digest.bytes)
        #expect(one.contents.digest == Digest(of: digests))
        #expect(try Flights.manifest(rows: count, seed: seed &+ 1).contents != one.contents)
    }

    @Test func `are verified, and a damaged chunk is named with both digests`() throws {
        let archive = MemoryArchive()
        let manifest = try Flights.manifest(rows: count, in: archive)
        let whole = manifest.verify(in: archive)
        #expect(whole.isIntact)
        #expect((whole.chunks, whole.rows) == (3, Int64(count)))

        let digests = manifest.contents.chunks.map(\.digest)
        let (second, third) = (digests[1], digests[2])
        var bytes = try archive.bytes(of: second)
        bytes[bytes.count / 2] ^= 1
        archive.damage(second, with: bytes)
        archive.damage(third, with: nil)
        let damaged = manifest.verify(in: archive)
        #expect(damaged.damages.map(\.index) == [1, 2])
        #expect(damaged.damages.map(\.expected) == [second, third])
        #expect(damaged.damages.map(\.found) == [Digest(of: bytes), nil])
        #expect(damaged.rows == Int64(RowChunk.rowCount))
        #expect(damaged.damages[0].description.contains("chunk 1"))

        var reader = DatasetReader(manifest, in: archive)
        #expect(try reader.nextChunk()?.count == RowChunk.rowCount)
        #expect(throws: damaged.damages[0]) { try reader.nextChunk() }
    }

    @Test func `are not taken for those of a manifest that says otherwise`() throws {
        let archive = MemoryArchive()
        let manifest = try Flights.manifest(rows: 20, in: archive)
        var other = manifest
        other.contents.chunks[0].rows = 21
        #expect(other.verify(in: archive).damages.first?.reason.contains("20 rows, not 21") == true)
        other = manifest
        other.columns = try RowColumns(id: .init("id", .string), features: [], label: nil)
        #expect(other.verify(in: archive).damages.first?.reason.contains("columns") == true)
        other = manifest
        other.contents.chunks[0].digest = try archive.put([1, 2, 3])
        #expect(other.verify(in: archive).damages.first?.reason.contains("no rows") == true)
    }

    @Test func `are refused with the row that does not fit`() throws {
        var random = SeededRandom(seed: 1)
        var row = Flights.rows(1, &random)[0]
        row.values[0] = .string("yes")
        var writer = DatasetWriter(try Flights.columns(), into: MemoryArchive())
        try writer.append(row)
        let error = #expect(throws: DatasetWriteError.self) { try writer.finish() }
        #expect(error?.description.contains("B6-0") == true)
    }

    @Test func `that the archive does not take are no version`() throws {
        var random = SeededRandom(seed: 1)
        var writer = DatasetWriter(try Flights.columns(), into: MemoryArchive(limit: 10))
        for row in Flights.rows(3, &random) { try writer.append(row) }
        let error = #expect(throws: DatasetWriteError.self) { try writer.finish() }
        guard case .archive(.tooLarge) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }
}
