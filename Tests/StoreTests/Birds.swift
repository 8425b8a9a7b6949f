import Bytes
import Store

/// A row to test with.
struct Bird: Stored, Equatable {
    var name = ""
    var sightings: Int64 = 0

    init(_ name: String = "", sightings: Int64 = 0) {
        self.name = name
        self.sightings = sightings
    }

    func write(to writer: inout ByteWriter) {
        name.write(to: &writer)
        sightings.write(to: &writer)
    }

    init(from reader: inout ByteReader) throws(ByteError) {
        name = try String(from: &reader)
        sightings = try Int64(from: &reader)
    }
}

/// A row of no bytes: that it is there is all it says.
struct Nothing: Stored, Equatable {
    init() {}
    func write(to writer: inout ByteWriter) {}
    init(from reader: inout ByteReader) throws(ByteError) {}
}

enum Tables {
    static let birds = Table<String, Bird>("birds", number: 1, keeps: .newest)
    static let ringed = Table<String, Bird>("ringed", number: 2, keeps: .everyVersion)
    static let marks = Table<Int64, Nothing>("marks", number: 3, keeps: .newest)
    static let stages = Table<Int64, Nothing>("stages", number: 255, keeps: .everyVersion)
}

let shelf = Shelf(generation: Digest(of: Array("one".utf8)), partition: 7)

/// Folds changes of one batch into a store, as a projector does.
func fold(
    into store: any Store,
    on shelf: Shelf = shelf,
    at offset: Int64 = 0,
    _ body: (inout Changes) -> Void
) throws {
    var changes = Changes(over: store, family: family, shelf: shelf, at: offset)
    body(&changes)
    if let failure = changes.failure { throw failure }
    try store.write(changes.batch(), to: family)
}

func reader(_ store: any StoreReader, _ shelf: Shelf = shelf) -> TableReader {
    TableReader(store, family: family, shelf: shelf)
}
