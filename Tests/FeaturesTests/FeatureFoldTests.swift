import Bytes
import Chance
import Features
import Logs
import Projections
import Records
import Store
import Synchronization
import Testing

/// Whatever the records and the view, what is read is what a search through plain arrays gives.
@Suite struct `The features of a stream` {
    private let entities = RandomSightings.entities + ["nobody"]

    @Test func `are what a search through all records gives, bit for bit`() throws {
        let seed = newSeed()
        var random = SeededRandom(seed: seed)
        var met = 0
        for round in 0 ..< 40 {
            let scene = try RandomSightings(using: &random)
            let reader = FeatureReader(
                FeatureFold(scene.view),
                in: try scene.fold(using: &random)
            )
            for _ in 0 ..< 40 {
                let entity = Array((entities.randomElement(using: &random) ?? "").utf8)
                let instant = scene.instant(using: &random)
                let cut = Bool.random(using: &random) ? scene.cut(using: &random) : nil
                let read = try reader.read(entity, at: instant, cut: cut, withRecords: true)
                let expected = scene.model.read(entity, at: instant, cut: cut)
                let note = "seed \(seed), round \(round), at \(instant), cut \(cut ?? [])"
                try #require(read.records.count == scene.view.columns.count)
                for (index, column) in scene.view.columns.enumerated() {
                    #expect(
                        read.values[index].exactBytes == expected.values[index].exactBytes,
                        "\(note): \(column) is \(read.values[index]), not \(expected.values[index])"
                    )
                    #expect(
                        read.records[index].sorted() == expected.records[index].sorted(),
                        "\(note): \(column)"
                    )
                    met += expected.records[index].count
                }
            }
        }
        #expect(met > 1_000, "Seed \(seed) met too few records to prove anything.")
    }

    @Test func `have one digest whatever the size of the batches`() throws {
        let seed = newSeed()
        var random = SeededRandom(seed: seed)
        for round in 0 ..< 10 {
            let scene = try RandomSightings(using: &random)
            let fold = FeatureFold(scene.view)
            let digests = try (0 ..< 4).map { _ in
                let store = try scene.fold(using: &random)
                return try scene.records.indices.map {
                    try fold.digest(of: Int32($0), in: store)
                }
            }
            #expect(Set(digests).count == 1, "seed \(seed), round \(round)")
        }
    }

    @Test func `at a cut are those of a log that ends there`() throws {
        let seed = newSeed()
        var random = SeededRandom(seed: seed)
        for round in 0 ..< 20 {
            let scene = try RandomSightings(using: &random)
            let fold = FeatureFold(scene.view)
            let cut = scene.cut(using: &random)
            let whole = FeatureReader(fold, in: try scene.fold(using: &random))
            let short = FeatureReader(fold, in: try scene.fold(below: cut, using: &random))
            for _ in 0 ..< 20 {
                let entity = Array((entities.randomElement(using: &random) ?? "").utf8)
                let instant = scene.instant(using: &random)
                #expect(
                    try whole.read(entity, at: instant, cut: cut, withRecords: true)
                        == short.read(entity, at: instant, withRecords: true),
                    "seed \(seed), round \(round), at \(instant), cut \(cut)"
                )
            }
        }
    }

    @Test func `come out again of the records behind them alone`() throws {
        let seed = newSeed()
        var random = SeededRandom(seed: seed)
        for round in 0 ..< 20 {
            let scene = try RandomSightings(using: &random)
            let reader = FeatureReader(
                FeatureFold(scene.view),
                in: try scene.fold(using: &random)
            )
            for _ in 0 ..< 10 {
                let entity = Array((entities.randomElement(using: &random) ?? "").utf8)
                let instant = scene.instant(using: &random)
                let read = try reader.read(entity, at: instant, withRecords: true)
                func again(_ positions: [Position]) -> [[UInt8]] {
                    let records = Set(positions).sorted().map { ($0, scene.record(at: $0)) }
                    return scene.view.read(entity, at: instant, from: records)
                        .values.map(\.exactBytes)
                }
                let note: Comment = "seed \(seed), round \(round), at \(instant)"
                let values = read.values.map(\.exactBytes)
                #expect(again(Array(read.records.joined())) == values, note)
                for (index, records) in read.records.enumerated() {
                    #expect(again(records)[index] == values[index], note)
                }
            }
        }
    }

    /// A window of a second makes stretches of a second, and eighty years have many.
    @Test func `of somebody whom nobody has seen are found out in a few looks`() throws {
        let ttl = TimeSpan.seconds(80 * 365 * 86_400)
        let features: [FeatureViewDefinition.Aggregate] = [
            .init("recent", .count, of: nil, over: [.seconds(1)]),
            .init("last", .last, of: "n", over: []),
        ]
        for ttl in [ttl, nil] {
            let view = try Sightings.view(features, ttl: ttl)
            let counted = CountedScans(try Sightings.store())
            let reader = FeatureReader(FeatureFold(view), in: counted)
            #expect(try reader.read([0x61], at: Sightings.start).values == [.int(0), .null])
            #expect(counted.count.load(ordering: .relaxed) < 25)
        }
    }

    @Test func `are read at any instant and over any width`() throws {
        let longest = TimeSpan(microseconds: .max)
        let features: [FeatureViewDefinition.Aggregate] = [
            .init("count", .count, of: nil, over: [.seconds(1), longest]),
            .init("last", .last, of: "n", over: []),
        ]
        for ttl in [longest, nil] {
            let fold = FeatureFold(try Sightings.view(features, ttl: ttl))
            let reader = FeatureReader(fold, in: try Sightings.store())
            for instant: Int64 in [.min, .min + 1, -2, -1, 0, 1, .max] {
                let read = try reader.read([0x61], at: Instant(microseconds: instant))
                #expect(read.values == [.int(0), .int(0), .null])
            }
        }
    }

    @Test func `ignore records of a partition that the stream does not have`() throws {
        let view = try Sightings.view([.init("last", .last, of: "n", over: [])])
        let record = Record(
            offset: 0,
            timestamp: Sightings.received,
            key: nil,
            value: Array(
                #"{"id":1,"at":"2013-07-01T00:00:00Z","who":"a","part":1,"n":7}"#.utf8
            )[...]
        )
        for (partition, value) in [(0, .int(7)), (1, .null), (-1, .null)] as [(Int32, FieldValue)] {
            let position = Position(Partition("sightings", partition), 0)
            let read = view.read(
                [0x61],
                at: Sightings.start + .day,
                from: [(position, record)]
            )
            #expect(read.values == [value])
        }
    }
}

/// A store that counts how often it is looked through.
private final class CountedScans: StoreReader {
    let count = Atomic(0)
    private let store: MemoryStore

    init(_ store: MemoryStore) { self.store = store }

    func value(of key: [UInt8], in family: Family) throws(StoreError) -> [UInt8]? {
        try store.value(of: key, in: family)
    }

    func values(of keys: [[UInt8]], in family: Family) throws(StoreError) -> [[UInt8]?] {
        try store.values(of: keys, in: family)
    }

    func scan(
        _ family: Family,
        from lower: [UInt8],
        to upper: [UInt8]?,
        _ body: (_ key: RawSpan, _ value: RawSpan) throws(StoreError) -> Bool
    ) throws(StoreError) {
        count.add(1, ordering: .relaxed)
        try store.scan(family, from: lower, to: upper, body)
    }
}
