import Chance
import Events
import Experiments
import FoundationEssentials
import Lab
import Logs
import Projections
import Store
import SwiftProtobuf
import Testing

@Suite struct `The ledger of runs` {
    private let models = ["a", "ab"]
    private let runs = ["r1", "r10", "r2", "s"]

    static let senseless: [ExperimentEvent] = [
        .with { $0.runStarted.run = "r1" },
        .with {
            $0.runStarted.run = "r2"
            $0.runStarted.datasetContent = Data([1])
        },
        metric("auc", .nan), metric("", 1), metric("auc", 1, step: -1),
        .with {
            $0.metricsLogged.run = "r2"
            $0.metricsLogged.metrics = [.with { $0.name = "auc" }]
        },
        .with { $0.runFinished.run = "r1" },
        .with {
            $0.runFinished.run = "r2"
            $0.runFinished.status = .succeeded
        },
        .with {
            $0.runFinished.run = "r1"
            $0.runFinished.status = .succeeded
            $0.runFinished.artifacts = [.with { $0.digest = Data([1]) }]
        },
    ]

    private static func metric(
        _ name: String,
        _ value: Double,
        step: Int64 = 0
    ) -> ExperimentEvent {
        .with {
            $0.metricsLogged.run = "r1"
            $0.metricsLogged.metrics = [
                .with { $0.name = "loss" },
                .with {
                    $0.name = name
                    $0.value = value
                    $0.step = step
                },
            ]
        }
    }

    @Test(arguments: senseless.indices)
    func `takes nothing from a fact that makes no sense, but its number`(_ index: Int) throws {
        let ledger = try Ledger()
        try ledger.start("r1", model: "a")
        let before = try Seen(ledger.view, models: models, runs: runs)
        let fact = Self.senseless[index]
        let run = try #require(fact.subject)
        try ledger.feed(fact, about: run)
        #expect(try Seen(ledger.view, models: models, runs: runs) == before)
        let number = try ledger.view.tables.get(Arbiter.subjects, run)
        #expect(number == (run == "r1" ? 2 : 1))
        try ledger.log("r1", Metric("auc", 0.5))
        #expect(try ledger.view.metrics("r1").count == 1, "Others go on behind it.")
    }

    @Test func `takes nothing from a fact under a number that is not the next, or of another run`()
        throws
    {
        let ledger = try Ledger()
        try ledger.start("r1", model: "a")
        let before = try Seen(ledger.view, models: models, runs: runs)
        try ledger.feed(Self.metric("auc", 1), revision: 3)
        try ledger.feed(Self.metric("auc", 1), revision: 1)
        try ledger.feed(Self.metric("auc", 1), about: "r2")
        #expect(try Seen(ledger.view, models: models, runs: runs) == before)
    }

    @Test func `read as of an offset is what whoever stopped there saw`() throws {
        let seed = newSeed()
        var random = SeededRandom(seed: seed)
        let ledger = try Ledger()
        var then: [Seen] = []
        for _ in 0 ..< 150 {
            try feedAnything(to: ledger, &random)
            then.append(try Seen(ledger.view, models: models, runs: runs))
        }
        for offset in then.indices {
            let seen = try Seen(ledger.view(asOf: Int64(offset)), models: models, runs: runs)
            #expect(seen == then[offset], "seed \(seed), as of \(offset)")
        }
    }

    @Test func `has one digest whatever the size of the batches`() async throws {
        let seed = newSeed()
        var random = SeededRandom(seed: seed)
        let ledger = try Ledger()
        for _ in 0 ..< 300 { try feedAnything(to: ledger, &random) }
        let log = try ledger.log()
        let sizes = [1, 1_000] + (0 ..< 8).map { _ in Int.random(in: 1 ... 90, using: &random) }
        let digests = try sizes.map { size in
            let store = MemoryStore()
            try store.open(RunLedger.family)
            try Replay(RunLedger(), of: Partition(RunLedger().topic, 0), batchLimit: size)
                .fold(from: 0, to: 300, log: log, into: store)
            let seen = try Seen(RunLedger.View(store), models: models, runs: runs)
            #expect(
                try seen == Seen(ledger.view, models: models, runs: runs),
                "seed \(seed), batches of \(size)"
            )
            return try RunLedger().digest(of: 0, in: store)
        }
        #expect(digests[0] != nil)
        #expect(Set(digests).count == 1, "seed \(seed), batches of \(sizes)")
    }

    /// A fact of any kind, which makes sense or does not, under the next number or not.
    private func feedAnything(to ledger: Ledger, _ random: inout SeededRandom) throws {
        let run = runs.randomElement(using: &random) ?? "s"
        let model = models.randomElement(using: &random) ?? "a"
        let value = Double.random(in: -1 ... 1, using: &random)
        let step = Int64.random(in: -1 ... 5, using: &random)
        let fact: ExperimentEvent =
            switch Int.random(in: 0 ..< 20, using: &random) {
            case 0 ..< 5:
                .with {
                    $0.runStarted.run = run
                    $0.runStarted.model = model
                }
            case 5:
                .with {
                    $0.runFinished.run = run
                    $0.runFinished.status = step < 2 ? .failed : .succeeded
                    $0.runFinished.artifacts = [
                        .with { $0.digest = Data(repeating: 1, count: 32) }
                    ]
                }
            default:
                .with {
                    $0.metricsLogged.run = run
                    $0.metricsLogged.metrics = [
                        .with {
                            $0.name = step % 2 == 0 ? "auc" : "loss"
                            $0.step = step
                            $0.value = value
                        }
                    ]
                }
            }
        let gap: Int64 = Int.random(in: 0 ..< 10, using: &random) == 0 ? 1 : 0
        try ledger.feed(
            fact,
            about: run,
            revision: try ledger.revision(of: run) + 1 + gap
        )
    }
}

extension ExperimentEvent {
    fileprivate var run: String {
        switch fact {
        case .runStarted(let fact): fact.run
        case .metricsLogged(let fact): fact.run
        case .runFinished(let fact): fact.run
        case nil: ""
        }
    }
}
