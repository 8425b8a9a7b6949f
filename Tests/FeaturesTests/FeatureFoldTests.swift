import Bytes
import Features
import Logs
import Projections
import Records
import Store
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
}
