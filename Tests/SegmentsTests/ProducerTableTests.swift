import Bytes
import Testing

@testable import Segments

@Suite struct `Sequences of idempotent producers` {
    private func header(
        _ sequence: Int32,
        count: Int = 1,
        epoch: Int16 = 0,
        at offset: Int64 = 0
    ) throws -> BatchHeader {
        var batch = Batch(ids: Array(repeating: 1, count: count))
        (batch.producerID, batch.producerEpoch, batch.baseSequence) = (1, epoch, sequence)
        var header = try #require(BatchHeader(of: batch.bytes))
        header.baseOffset = offset
        return header
    }

    @Test func `wrap at the greatest`() throws {
        var table = ProducerTable()
        table.record(try header(Int32.max - 1, count: 2, at: 10))
        #expect(table.verdict(on: try header(0)) == .new)
        #expect(table.verdict(on: try header(1)) == .refused(.outOfOrderSequence))
        table.record(try header(0, at: 12))
        #expect(
            table.verdict(on: try header(Int32.max - 1, count: 2))
                == .duplicate(
                    .init(first: Int32.max - 1, last: Int32.max, baseOffset: 10, endOffset: 12)
                )
        )
        // A batch may itself reach over the greatest.
        table.record(try header(Int32.max, count: 3, epoch: 1))
        #expect(table.producers[1]?.batches.last?.last == 1)
        #expect(table.verdict(on: try header(2, epoch: 1)) == .new)
    }

    @Test func `are remembered for five batches`() throws {
        var table = ProducerTable()
        for sequence in 0 ..< Int32(7) { table.record(try header(sequence, at: Int64(sequence))) }
        #expect(table.verdict(on: try header(1)) == .refused(.duplicateOutOfWindow))
        for sequence in 2 ..< Int32(7) {
            #expect(table.verdict(on: try header(sequence)) != .new)
        }
        // The same first sequence with another count is another batch.
        #expect(table.verdict(on: try header(6, count: 2)) == .refused(.outOfOrderSequence))
        #expect(table.verdict(on: try header(7)) == .new)
    }

    @Test func `begin again with a new epoch`() throws {
        var table = ProducerTable()
        table.record(try header(3, epoch: 2))
        #expect(table.verdict(on: try header(4, epoch: 1)) == .refused(.invalidProducerEpoch))
        #expect(table.verdict(on: try header(4, epoch: 3)) == .refused(.outOfOrderSequence))
        #expect(table.verdict(on: try header(0, epoch: 3)) == .new)
    }

    @Test func `survive being written down`() throws {
        var table = ProducerTable()
        for sequence in 0 ..< Int32(9) { table.record(try header(sequence, at: Int64(sequence))) }
        var writer = ByteWriter()
        table.write(to: &writer)
        var reader = ByteReader(writer.bytes)
        #expect(try ProducerTable(from: &reader) == table)
        #expect(reader.isAtEnd)
    }

    @Test func `are forgotten when too many producers have some`() throws {
        var table = ProducerTable()
        for id in 0 ... Int64(ProducerTable.producersRemembered) {
            var one = try header(0, at: id)
            one.producerID = id
            table.record(one)
        }
        #expect(table.producers.count == ProducerTable.producersRemembered / 2)
        #expect(table.producers[0] == nil)
        #expect(table.producers[Int64(ProducerTable.producersRemembered)] != nil)
    }
}
