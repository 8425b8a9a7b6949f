public import Bytes
public import Logs
public import Store

/// What waits in an outbox to be answered.
public protocol Waiting: Stored {
    var offset: Offset { get }
    /// Of the record: another one at the same offset is another input.
    var checksum: UInt64 { get }
    /// What it takes of memory, about.
    var byteCount: Int { get }
}

extension Waiting {
    public var byteCount: Int { 256 }
}

/// A projection with a table of what is to be answered. Its fold writes a row for each input, under the input's offset, in
/// the batch of everything else; whoever has seen the answer folded removes it. What is left in there says what is still
/// to be done, and nothing about the partition: no digest counts it.
public protocol Outbox: Projection {
    associatedtype Input: Waiting
    static var outbox: Table<Offset, Input> { get }
}

extension Outbox {
    /// The next inputs to answer, in their order: as many as are below both limits, and one at least where any is asked for.
    public func next(
        after offset: Offset,
        of partition: Int32,
        limit: Int,
        bytes: Int = 16 << 20,
        in reader: any StoreReader
    ) throws(StoreError) -> [Input] {
        guard limit > 0 else { return [] }
        var found: [Input] = []
        var room = bytes
        try rows(of: partition, in: reader).scan(Self.outbox, from: offset + 1) {
            (_, input) throws(StoreError) in
            found.append(input)
            room -= input.byteCount
            return found.count < limit && room > 0
        }
        return found
    }

    /// How many wait; no more than `limit` are counted.
    public func count(
        of partition: Int32,
        limit: Int,
        in reader: any StoreReader
    ) throws(StoreError) -> Int {
        guard limit > 0 else { return 0 }
        let shelf = shelf(of: partition).prefix
        var count = 0
        try reader.scan(family, from: shelf + [Self.number], to: shelf + [Self.number + 1]) {
            (_, _) throws(StoreError) in
            count += 1
            return count < limit
        }
        return count
    }

    /// Takes out what was answered.
    public func remove(
        _ answered: [Offset],
        of partition: Int32,
        from store: any Store
    ) throws(StoreError) {
        guard !answered.isEmpty else { return }
        var changes = Changes(over: store, family: family, shelf: shelf(of: partition))
        for offset in answered { changes.remove(Self.outbox, offset) }
        try store.write(changes.batch(), to: family)
    }

    fileprivate static var number: UInt8 { outbox.number }
}

extension Projection {
    /// The table that no digest counts; nil: there is none.
    var outboxNumber: UInt8? { (self as? any Outbox).map { type(of: $0).number } }
}
