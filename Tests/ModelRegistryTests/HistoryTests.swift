import Bytes
import Chance
import Events
import Lab
import Logs
import ModelRegistry
import Projections
import Store
import Testing

@Suite struct `The catalog of models` {
    @Test func `tells what happened to a model, in order`() throws {
        let registry = try Registry()
        try registry.declare()
        try registry.register()
        try registry.register()
        for version in Int64(1) ... 2 {
            try registry.approve(version, by: "bob")
            try registry.promote(version)
        }
        try registry.rollBack()
        let items = try registry.view.history(lateArrival)
        #expect(items.map(\.position) == Array(0 ..< 8))
        #expect(items.map(\.at) == (0 ..< 8).map { Registry.start + .seconds($0) })
        #expect(items.map(\.actor) == ["ada", "ada", "ada", "bob", "ada", "bob", "ada", "eve"])
        #expect(
            items.map(\.kind) == [
                .declared, .registered, .registered, .approved, .promoted, .approved, .promoted,
                .rolledBack,
            ]
        )
        #expect(items.map(\.version) == [nil, 1, 2, 1, 1, 2, 2, 1])
        #expect(
            items.map(\.stage) == [
                nil, .development, .development, .production, .production, .production,
                .production, .production,
            ]
        )
        #expect(items.map(\.replaced) == [nil, nil, nil, nil, nil, nil, 1, 2])
        #expect(
            items.map(\.reason) == [
                "", "", "", "it is good", "it is better", "it is good", "it is better",
                "it was better",
            ]
        )
    }

    @Test func `is read as it was before and after each fact`() throws {
        let registry = try Registry()
        try registry.declare(definition(promotion: "{}"))
        try registry.register()
        try registry.register()
        try registry.promote(1, to: .test)
        try registry.promote(1)
        try registry.promote(2)
        try registry.rollBack()
        try registry.delete()
        let production = try (-1 ..< 8).map {
            try registry.view(asOf: $0).version(lateArrival, at: .production)?.version
        }
        #expect(production == [nil, nil, nil, nil, nil, 1, 2, 1, nil])
        let stages = try (-1 ..< 8).map {
            try registry.view(asOf: $0).version(lateArrival, 1)?.stage
        }
        #expect(
            stages == [
                nil, nil, .development, .development, .test, .production, .archived, .production,
                nil,
            ]
        )
        let counts = try (-1 ..< 8).map { try registry.view(asOf: $0).history(lateArrival).count }
        #expect(counts == Array(0 ... 8))
    }

    @Test func `read as of an offset is what whoever stopped there sees`() throws {
        let seed = newSeed()
        var random = SeededRandom(seed: seed)
        let author = try Registry()
        var then: [Seen] = []
        for _ in 0 ..< 150 {
            try author.feedAnything(&random)
            then.append(try Seen(author.view, of: Registry.names))
        }
        for offset in then.indices {
            let seen = try Seen(author.view(asOf: Int64(offset)), of: Registry.names)
            #expect(seen == then[offset], "seed \(seed), as of \(offset)")
        }
        #expect(try Seen(author.view(asOf: -1)) == Seen(Registry().view))
    }

    @Test func `has one digest whatever the size of the batches`() async throws {
        let seed = newSeed()
        var random = SeededRandom(seed: seed)
        let author = try Registry()
        // Something of every kind, and then whatever comes.
        try author.declare(definition(promotion: "{}"))
        try author.register()
        try author.register()
        try author.approve(2, by: "grace")
        try author.promote(1)
        try author.promote(2)
        try author.rollBack()
        try author.delete()
        for _ in 8 ..< 400 { try author.feedAnything(&random) }
        let log = try author.log()
        let sizes = [1, 1_000] + (0 ..< 8).map { _ in Int.random(in: 1 ... 90, using: &random) }
        let digests = try sizes.map { size in
            let store = MemoryStore()
            try store.open(ModelCatalog.family)
            try Replay(ModelCatalog(), of: Registry.partition, batchLimit: size)
                .fold(from: 0, to: 400, log: log, into: store)
            #expect(
                try Seen(ModelCatalog.View(store), of: Registry.names)
                    == Seen(author.view, of: Registry.names),
                "seed \(seed), batches of \(size)"
            )
            return try ModelCatalog().digest(of: 0, in: store)
        }
        #expect(digests[0] != nil)
        #expect(Set(digests).count == 1, "seed \(seed), batches of \(sizes)")
        let kinds = try Registry.names.flatMap { try author.view.history($0).map(\.kind) }
        #expect(Set(kinds) == Set(HistoryItem.Kind.allCases), "seed \(seed)")
    }
}

extension FoldDriver<ModelCatalog> {
    static let names = ["a", "ab", lateArrival]

    /// A fact of any kind, which makes sense or does not, under the next number or not.
    fileprivate func feedAnything(_ random: inout SeededRandom) throws {
        let name = Self.names.randomElement(using: &random) ?? lateArrival
        let last = try view.lastNumber(name)
        let version = Int64.random(in: max(1, last - 3) ... max(1, last) + 1, using: &random)
        let stage = [ModelEvent.Stage.test, .test, .production, .production, .archived]
            .randomElement(using: &random)
        let standing = try view.standing(name, at: stage.flatMap(Stage.init) ?? .test)
        let fact: ModelEvent =
            switch Int.random(in: 0 ..< 60, using: &random) {
            case 0 ..< 8: Facts.declared(name, definition(name, rounds: Int(last) + 1))
            case 8: Facts.deleted(name)
            case 9 ..< 25: Facts.registered(name, last + (Bool.random(using: &random) ? 1 : 2))
            case 25 ..< 35: Facts.approved(name, version, for: stage ?? .test)
            case 35 ..< 50:
                Facts.promoted(
                    name,
                    version,
                    to: stage ?? .test,
                    replacing: standing.holder ?? 0
                )
            default:
                Facts.rolledBack(
                    name,
                    at: stage ?? .test,
                    from: standing.holder ?? 0,
                    to: standing.former.last ?? version
                )
            }
        let next = (try view.tables.get(Arbiter.subjects, name) ?? 0) + 1
        try feed(
            fact,
            about: name,
            by: ["ada", "bob", nil].randomElement(using: &random) ?? nil,
            revision: Int.random(in: 0 ..< 10, using: &random) == 0 ? next + 1 : next
        )
    }
}

extension Stage {
    fileprivate init?(_ stage: ModelEvent.Stage) {
        switch stage {
        case .test: self = .test
        case .production: self = .production
        default: return nil
        }
    }
}
