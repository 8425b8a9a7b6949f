import Store
import Testing

@Suite struct `A store, in memory and on disk,` {
    @Test(arguments: Kind.allCases) func `gives rows in the order of their keys' bytes`(
        kind: Kind
    ) throws {
        try kind.withStore { store in
            try store.write(["b": "2", "a": "1", "ab": "3", "B": "0", "é": "4", "": "empty"])
            #expect(try store.rows() == ["=empty", "B=0", "a=1", "ab=3", "b=2", "é=4"])
        }
    }

    @Test(arguments: Kind.allCases) func `gives a range without its end`(kind: Kind) throws {
        try kind.withStore { store in
            try store.write(["a": "1", "b": "2", "c": "3", "d": "4"])
            #expect(try store.rows(from: "b", to: "d") == ["b=2", "c=3"])
            #expect(try store.rows(from: "bb") == ["c=3", "d=4"])
            #expect(try store.rows(from: "c", to: "c").isEmpty)
            #expect(try store.rows(from: "d", to: "a").isEmpty)
            #expect(try store.rows(from: "e").isEmpty)
        }
    }

    @Test(arguments: Kind.allCases) func `stops a scan when it is told to`(kind: Kind) throws {
        try kind.withStore { store in
            try store.write(["a": "1", "b": "2", "c": "3"])
            var seen = 0
            try store.scan(family, from: [], to: nil) { _, _ in
                seen += 1
                return seen < 2
            }
            #expect(seen == 2)
        }
    }

    @Test(arguments: Kind.allCases) func `passes on what a scan throws`(kind: Kind) throws {
        try kind.withStore { store in
            try store.write(["a": "1"])
            #expect(throws: StoreError.refused("enough")) {
                try store.scan(family, from: [], to: nil) { _, _ throws(StoreError) in
                    throw .refused("enough")
                }
            }
        }
    }

    @Test(arguments: Kind.allCases) func `tells an empty value from none`(kind: Kind) throws {
        try kind.withStore { store in
            try store.write(["a": ""])
            #expect(try store.value("a") == "")
            #expect(try store.value("b") == nil)
            let values = try store.values(of: [[0x61], [0x62]], in: family)
            #expect(values == [[], nil])
        }
    }

    @Test(arguments: Kind.allCases) func `keeps the last write to a key of a batch`(
        kind: Kind
    ) throws {
        try kind.withStore { store in
            try store.write(["a": "1", "a": "2", "b": "1", "b": nil, "c": nil, "c": "3"])
            #expect(try store.rows() == ["a=2", "c=3"])
        }
    }

    @Test(arguments: Kind.allCases) func `gives many values in the order asked for`(
        kind: Kind
    ) throws {
        try kind.withStore { store in
            try store.write(["a": "1", "b": "2", "": "0"])
            let keys: [[UInt8]] = [[0x62], [0x7A], [], [0x61], [0x62]]
            let values = try store.values(of: keys, in: family)
            #expect(values == [[0x32], nil, [0x30], [0x31], [0x32]])
            #expect(try store.values(of: [], in: family).isEmpty)
        }
    }

    @Test(arguments: Kind.allCases) func `shows a snapshot as it was, whatever comes later`(
        kind: Kind
    ) throws {
        try kind.withStore { store in
            try store.write(["a": "1", "b": "2"])
            let before = try store.snapshot()
            try store.write(["a": "9", "c": "3", "b": nil])
            try store.removeAll(from: [], to: nil, in: family)
            try store.flush(family)
            #expect(try before.rows() == ["a=1", "b=2"])
            #expect(try before.value("a") == "1")
            #expect(try before.values(of: [[0x63], [0x62]], in: family) == [nil, [0x32]])
            #expect(try store.rows().isEmpty)
        }
    }

    @Test(arguments: Kind.allCases) func `removes a range and nothing beside it`(kind: Kind) throws
    {
        try kind.withStore { store in
            try store.write(["a": "1", "b": "2", "c": "3", "d": "4"])
            try store.removeAll(from: Array("b".utf8), to: Array("d".utf8), in: family)
            #expect(try store.rows() == ["a=1", "d=4"])
            try store.removeAll(from: Array("d".utf8), to: Array("a".utf8), in: family)
            #expect(try store.rows() == ["a=1", "d=4"])
            try store.removeAll(from: Array("b".utf8), to: nil, in: family)
            #expect(try store.rows() == ["a=1"])
            try store.write(["c": "5"])
            #expect(try store.rows() == ["a=1", "c=5"])
        }
    }

    @Test(arguments: Kind.allCases) func `keeps families apart`(kind: Kind) throws {
        try kind.withStore { store in
            let other = Family("bees")
            #expect(throws: StoreError.refused("The family bees is not open.")) {
                try store.write(["a": "1"], to: other)
            }
            try store.open(other)
            try store.open(other)
            try store.write(["a": "1"])
            try store.write(["a": "2"], to: other)
            try store.removeAll(from: [], to: nil, in: family)
            #expect(try store.rows().isEmpty)
            #expect(try store.rows(in: other) == ["a=2"])
            #expect(store.families == [other, family])
        }
    }

    @Test(arguments: Kind.allCases) func `counts what a flush would write`(kind: Kind) throws {
        try kind.withStore { store in
            try store.write(["ab": "1", "c": "22"])
            #expect(store.unflushedBytes(of: family) == 6)
            try store.flush(family)
            #expect(store.unflushedBytes(of: family) == 0)
        }
    }

    @Test(arguments: Kind.allCases) func `refuses everything once it is closed`(kind: Kind) throws {
        try kind.withStore { store in
            try store.write(["a": "1"])
            store.close()
            store.close()
            let closed = StoreError.refused("The store is closed.")
            #expect(throws: closed) { try store.value(of: [], in: family) }
            #expect(throws: closed) { try store.values(of: [[]], in: family) }
            #expect(throws: closed) { try store.write(["a": "1"]) }
            #expect(throws: closed) { try store.rows() }
            #expect(throws: closed) { try store.snapshot() }
            #expect(throws: closed) { try store.flush(family) }
            #expect(throws: closed) { try store.open(family) }
            #expect(throws: closed) { try store.removeAll(from: [], to: nil, in: family) }
        }
    }
}
