import Bytes
import Store
import Testing

@Suite struct `A table` {
    @Test(arguments: Kind.allCases) func `gives back the rows that were put in it`(
        kind: Kind
    ) throws {
        try kind.withStore { store in
            try fold(into: store) { changes in
                changes[Tables.birds, "wren"] = Bird("Wren", sightings: 2)
                changes[Tables.birds, "auk"] = Bird("Auk")
                changes[Tables.marks, -1] = Nothing()
                changes[Tables.marks, 5] = Nothing()
            }
            let rows = reader(store)
            #expect(try rows.get(Tables.birds, "wren") == Bird("Wren", sightings: 2))
            #expect(try rows.get(Tables.birds, "wre") == nil)
            #expect(
                try rows.get(Tables.birds, ["auk", "owl", "wren"]).map { $0?.name } == [
                    "Auk", nil, "Wren",
                ]
            )
            #expect(try rows.all(Tables.birds).map(\.key) == ["auk", "wren"])
            #expect(try rows.all(Tables.marks).map(\.key) == [-1, 5])
            #expect(try rows.get(Tables.marks, 5) == Nothing())
        }
    }

    @Test(arguments: Kind.allCases) func `shows what was true then`(kind: Kind) throws {
        try kind.withStore { store in
            try fold(into: store) { changes in
                changes.offset = 3
                changes[Tables.ringed, "a"] = Bird("first")
                changes.offset = 5
                changes[Tables.ringed, "a"]?.sightings = 5
            }
            try fold(into: store, at: 9) { changes in
                changes[Tables.ringed, "a"]?.name = "last"
                changes[Tables.ringed, "b"] = Bird("other")
            }
            let rows = reader(store)
            #expect(try rows.get(Tables.ringed, "a") == Bird("last", sightings: 5))
            #expect(try rows.get(Tables.ringed, "a", asOf: 2) == nil)
            #expect(try rows.get(Tables.ringed, "a", asOf: -1) == nil)
            #expect(try rows.get(Tables.ringed, "a", asOf: 4) == Bird("first"))
            #expect(try rows.get(Tables.ringed, "a", asOf: 5) == Bird("first", sightings: 5))
            #expect(
                try rows.get(Tables.ringed, ["b", "a"], asOf: 8) == [
                    nil, Bird("first", sightings: 5),
                ]
            )
            #expect(try rows.all(Tables.ringed, asOf: 8).map(\.row.sightings) == [5])
            #expect(try rows.all(Tables.ringed, asOf: .max).map(\.key) == ["a", "b"])
            #expect(try rows.all(Tables.ringed).map(\.row.name) == ["last", "other"])
        }
    }

    @Test(arguments: Kind.allCases) func `still tells the history of a row that was removed`(
        kind: Kind
    ) throws {
        try kind.withStore { store in
            try fold(into: store, at: 1) { $0[Tables.ringed, "a"] = Bird("here") }
            try fold(into: store, at: 2) { $0.remove(Tables.ringed, "a") }
            try fold(into: store, at: 4) { $0[Tables.ringed, "a"] = Bird("again") }
            try fold(into: store, at: 6) { $0[Tables.ringed, "a"] = nil }
            let rows = reader(store)
            #expect(try rows.get(Tables.ringed, "a") == nil)
            #expect(try rows.get(Tables.ringed, "a", asOf: 1) == Bird("here"))
            #expect(try rows.get(Tables.ringed, "a", asOf: 3) == nil)
            #expect(try rows.get(Tables.ringed, "a", asOf: 5) == Bird("again"))
            #expect(try rows.all(Tables.ringed).isEmpty)
            let history = try rows.history(of: "a", in: Tables.ringed)
            #expect(history.map(\.offset) == [6, 4, 2, 1])
            #expect(history.map { $0.row?.name } == [nil, "again", nil, "here"])
        }
    }

    @Test(arguments: Kind.allCases) func `keeps rows of no bytes apart from removed ones`(
        kind: Kind
    ) throws {
        try kind.withStore { store in
            try fold(into: store, at: 1) { changes in
                changes[Tables.stages, 1] = Nothing()
                changes[Tables.stages, 2] = Nothing()
            }
            try fold(into: store, at: 2) { $0.remove(Tables.stages, 1) }
            #expect(try reader(store).all(Tables.stages).map(\.key) == [2])
            #expect(try reader(store).all(Tables.stages, asOf: 1).map(\.key) == [1, 2])
        }
    }

    @Test(arguments: Kind.allCases) func `sees nothing of its neighbours`(kind: Kind) throws {
        try kind.withStore { store in
            let digest = Digest(of: Array("one".utf8))
            let shelves = [
                shelf, Shelf(generation: digest, partition: 6),
                Shelf(generation: digest, partition: 8),
                Shelf(generation: Digest(of: Array("two".utf8)), partition: 7),
            ]
            let tables = [UInt8.min, 1, 2, .max].map {
                Table<[UInt8], Bird>("\($0)", number: $0, keeps: .newest)
            }
            let keys: [[UInt8]] = [[], [0], [0, 0], [0, 1], [0xFF], [0xFF, 0xFF], [1]]
            for (place, shelf) in shelves.enumerated() {
                for table in tables {
                    try fold(into: store, on: shelf) { changes in
                        for key in keys {
                            changes[table, key] = Bird("\(place) \(table.name) \(key)")
                        }
                    }
                }
            }
            for (place, shelf) in shelves.enumerated() {
                for table in tables {
                    let rows = try reader(store, shelf).all(table)
                    #expect(rows.map(\.key) == keys.sorted { $0.lexicographicallyPrecedes($1) })
                    #expect(rows.allSatisfy { $0.row.name == "\(place) \(table.name) \($0.key)" })
                }
            }
            try store.removeAll(from: shelf.prefix, to: shelf.end, in: family)
            let left = try shelves.map { shelf in
                try tables.map { try reader(store, shelf).all($0).count }
            }
            #expect(left == [[0, 0, 0, 0]] + Array(repeating: [7, 7, 7, 7], count: 3))
        }
    }

    @Test(arguments: Kind.allCases) func `gives a range of its rows`(kind: Kind) throws {
        try kind.withStore { store in
            for offset in Int64(0) ..< 3 {
                try fold(into: store, at: offset) { changes in
                    for number in Int64(-5) ... 5 { changes[Tables.stages, number] = Nothing() }
                }
            }
            var seen: [Int64] = []
            try reader(store).scan(Tables.stages, from: -2, to: 3) { key, _ in
                seen.append(key)
                return key < 1
            }
            #expect(seen == [-2, -1, 0, 1])
        }
    }

    @Test func `that keeps only the newest refuses questions about the past`() throws {
        try Kind.memory.withStore { store in
            let rows = reader(store)
            #expect(throws: StoreError.self) { try rows.get(Tables.birds, "a", asOf: 3) }
            #expect(throws: StoreError.self) { try rows.all(Tables.birds, asOf: 3) }
            #expect(throws: StoreError.self) { try rows.history(of: "a", in: Tables.birds) }
        }
    }

    @Test func `names itself where it holds what is no row`() throws {
        try Kind.memory.withStore { store in
            try fold(into: store) {
                $0[Table<String, Int64>("numbers", number: 1, keeps: .newest), "a"] = 5
            }
            let error = #expect(throws: StoreError.self) {
                try reader(store).get(Tables.birds, "a")
            }
            guard case .corrupt(let message) = error else {
                Issue.record("Foreign bytes are damage, not \(String(describing: error)).")
                return
            }
            #expect(message.contains("birds"))
        }
    }
}
