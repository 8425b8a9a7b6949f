import Archive
import Bytes
import Datasets
import Events
import Experiments
import Logs
import ModelRegistry
import Store
import Testing
import Training

@testable import Engine
@testable import Platform

@Suite struct `A model's life` {
    @Test func `begins with a run that says what it was given, what came out and what it made`()
        async throws
    {
        let archive = MemoryArchive()
        let stand = try await Airport.open(memoryLog(), archive: archive)
        let dataset = try await stand.seal()
        let trained = try await stand.train()
        let run = try #require(try stand.runs.run(trained.run))
        #expect(run.status == .succeeded)
        #expect(run.reason.isEmpty)
        #expect(run.given.dataset == "late@1")
        #expect(run.given.datasetContent == dataset.manifest.contents.digest)
        #expect(run.given.parameters.contains(Run.Parameter("max_depth", "3")))
        #expect(run.artifacts.map(\.name) == ["model.json", "baseline.json"])
        for artifact in run.artifacts {
            #expect(try archive.bytes(of: artifact.digest).count == Int(artifact.byteCount))
        }
        #expect(
            try stand.runs.metrics(run.id).first { $0.name == "train_log_loss" }?.points.count == 5
        )
        let version = try #require(try stand.models.version("lateness", 1))
        #expect(version.run == run.id)
        #expect(version.artifact == trained.artifact)
        #expect(version.dataset == "late@1")
        #expect(version.columns == dataset.manifest.columns.features.map(\.name))
        #expect(version.stage == .development)
        #expect(
            version.metrics.map(\.name) == [
                "log_loss", "auc", "baseline_log_loss", "baseline_auc",
            ],
            "The model asks for those, and for no more."
        )
        #expect(
            try stand.runs.metrics(run.id).map(\.name).sorted() == [
                "auc", "baseline_auc", "baseline_log_loss", "log_loss", "train_log_loss",
                "validation_log_loss",
            ]
        )
        let evaluation = try await stand.platform.evaluate("lateness", 1, on: "late@1")
        #expect(evaluation.rows == Int(dataset.manifest.contents.rows))
        #expect(evaluation.rowsTrainedOn == evaluation.rows)
        #expect(evaluation.model.figures.map(\.name) == ["log_loss", "auc"])
        #expect(
            try #require(evaluation.model["log_loss"]) < #require(evaluation.baseline["log_loss"])
        )
        stand.stop()
    }

    @Test func `is judged with a word on how many of the rows it has seen before`() async throws {
        let stand = try await Airport.open(memoryLog())
        defer { stand.stop() }
        let middle = Airport.start + .seconds(Int64(Airport.flightCount / 2) * 1_800)
        let first = try await stand.seal(to: middle)
        _ = try await stand.train()
        let second = try await stand.seal(from: middle)
        let both = try await stand.seal()
        for (dataset, rows, seen) in [
            (1, first.manifest.contents.rows, first.manifest.contents.rows),
            (2, second.manifest.contents.rows, 0),
            (3, both.manifest.contents.rows, first.manifest.contents.rows),
        ] {
            let found = try await stand.platform.evaluate("lateness", 1, on: "late@\(dataset)")
            #expect(found.rows == Int(rows))
            #expect(found.rowsTrainedOn == Int(seen), "late@\(dataset)")
        }
    }

    @Test
    func
        `has metrics where its recipe says nothing of a validation, and its run says by which rows`()
        async throws
    {
        let stand = try await Airport.open(memoryLog())
        defer { stand.stop() }
        let model = Airport.model().replacing("validate: 1d", with: "")
        try #require(model != Airport.model())
        try await stand.apply(model)
        _ = try await stand.seal()
        let trained = try await stand.train()
        #expect(trained.metrics.map(\.name).contains("baseline_log_loss"))
        let run = try #require(try stand.runs.run(trained.run))
        #expect(
            run.given.parameters.contains(.init("validate", "the last fifth of the rows"))
        )
    }

    @Test
    func `ends before a stage where other rows are sealed under the name that it was trained on`()
        async throws
    {
        let stand = try await Airport.open(memoryLog())
        defer { stand.stop() }
        let dataset = try await stand.seal()
        _ = try await stand.train()
        let known = try #require(try stand.models.version("lateness", 1))
        for content in [Digest(of: Array("other rows".utf8)), dataset.manifest.contents.digest] {
            _ = try await stand.platform.engine.execute(
                .anybody,
                on: "lateness",
                of: ModelCatalog()
            ) {
                reader,
                _ in
                let view = ModelCatalog.View(reader)
                let command = RegisterVersion(
                    of: "lateness",
                    run: known.run,
                    artifact: known.artifact,
                    format: known.format,
                    baseline: known.baseline,
                    dataset: known.dataset,
                    datasetContent: content,
                    columns: known.columns,
                    metrics: []
                )
                let entry = try view.model("lateness")
                let last = try view.lastNumber("lateness")
                return try declining { () throws(ModelRefusal) in
                    try command.decide(given: entry, lastNumber: last)
                }
            }
        }
        let why = try await refusal { try await stand.promote(2) }
        #expect(why.contains("lateness@2 has no sealed dataset version behind it"), "\(why)")
        try await stand.promote(3)
        #expect(try stand.models.version("lateness", at: .production)?.version == 3)
    }

    @Test func `gives the same bytes for the same rows and recipe`() async throws {
        let stand = try await Airport.open(memoryLog())
        _ = try await stand.seal()
        let one = try await stand.train()
        let two = try await stand.train()
        #expect(one.artifact == two.artifact)
        #expect(one.run != two.run)
        #expect([one.version, two.version] == [1, 2])
        stand.stop()
    }

    @Test func `has one run for one key`() async throws {
        let log = memoryLog()
        let stand = try await Airport.open(log)
        _ = try await stand.seal()
        let first = try await stand.train(for: .keyed("k"))
        let facts = try log.bounds(of: Partition(RunLedger().topic, 0))
        let second = try await stand.train(for: .keyed("k"))
        #expect(second.run == first.run)
        #expect(second.version == first.version)
        #expect(second.artifact == first.artifact)
        #expect(second.effect.position == first.effect.position)
        #expect(second.metrics.map(\.value) == first.metrics.map(\.value))
        #expect(try log.bounds(of: Partition(RunLedger().topic, 0)) == facts)
        #expect(try stand.runs.runs(model: "lateness").count == 1)
        #expect(try stand.models.versions("lateness").count == 1)
        await #expect(throws: PlatformError.self, "Another body under the key is another request.")
        {
            _ = try await stand.train(for: .keyed("k", body: "another"))
        }
        stand.stop()
    }

    @Test func `keeps a run that failed, with the reason`() async throws {
        let stand = try await Airport.open(memoryLog())
        try await stand.apply(Airport.dataset(where: "label == true"))
        _ = try await stand.seal()
        let why = try await refusal { _ = try await stand.train(for: .keyed("k")) }
        #expect(why.contains("Every label of "), "\(why)")
        let runs = try stand.runs.runs(model: "lateness")
        #expect(runs.map(\.status) == [.failed])
        #expect(runs.first?.reason == why)
        #expect(try stand.models.versions("lateness").isEmpty)
        // Asked again under the key, the answer is the one that was given then.
        #expect(try await refusal { _ = try await stand.train(for: .keyed("k")) } == why)
        #expect(try stand.runs.runs(model: "lateness").count == 1)
        stand.stop()
    }

    @Test func `ends a run that its server did not live to end`() async throws {
        let log = memoryLog()
        let archive = MemoryArchive()
        let stand = try await Airport.open(log, archive: archive)
        _ = try await stand.seal()
        let trained = try await stand.train(for: .keyed("k"))
        stand.stop()
        // As if the server had been killed before the end: of the run nothing is there but its start.
        let other = try await log.copy { position, record in
            position.partition.topic == RunLedger().topic && position.offset > 0
                || position.partition.topic == ModelCatalog().topic && position.offset > 0
                ? nil : record
        }
        let second = try await Stand.start(other, archive: archive, seed: 2)
        let run = try #require(try second.runs.run(trained.run))
        #expect(run.status == .failed)
        #expect(run.reason == "the server stopped")
        second.stop()
        let end = try other.bounds(of: Partition(RunLedger().topic, 0)).upperBound
        #expect(end == 2)
        let third = try await Stand.start(other, archive: archive, seed: 3)
        #expect(try other.bounds(of: Partition(RunLedger().topic, 0)).upperBound == end)
        // Whoever asked for it asks again, and gets what was asked for.
        let again = try await third.train(for: .keyed("k"))
        #expect(again.artifact == trained.artifact)
        #expect(again.run != trained.run)
        #expect(try await third.train(for: .keyed("k")).run == again.run)
        #expect(try third.models.versions("lateness").map(\.run) == [again.run])
        try await third.settle()
        try await third.expectProof()
        third.stop()
    }

    @Test func `says why it was not registered, though the run itself succeeded`() async throws {
        let log = OrderlyLog(memoryLog())
        let stand = try await Airport.open(log)
        _ = try await stand.seal()
        log.refuses(ModelCatalog().topic)
        await #expect("the log does not take the version") {
            _ = try await stand.train()
        } throws: { error in
            if case PlatformError.unavailable = error { true } else { false }
        }
        #expect(try stand.runs.runs(model: "lateness").map(\.status) == [.succeeded])
        stand.stop()
    }

    @Test func `keeps a run whose rows were damaged in the archive`() async throws {
        let archive = MemoryArchive()
        let stand = try await Airport.open(memoryLog(), archive: archive)
        let version = try await stand.seal()
        let chunk = try #require(version.manifest.contents.chunks.first).digest
        var bytes = try archive.bytes(of: chunk)
        bytes[bytes.count / 2] ^= 1
        archive.damage(chunk, with: bytes)
        await #expect(throws: (any Error).self) { _ = try await stand.train() }
        let run = try #require(try stand.runs.runs(model: "lateness").first)
        #expect(run.status == .failed)
        #expect(run.reason.contains(chunk.description), "\(run.reason)")
        stand.stop()
    }

    @Test func `begins with no run where the dataset is not sealed, or another one`() async throws {
        let stand = try await Airport.open(memoryLog())
        for (dataset, words) in [
            ("late@1", "has no version 1"), ("late", "is written NAME@N"),
            ("other@1", "is trained on versions of late"),
        ] {
            let why = try await refusal { _ = try await stand.train(on: dataset) }
            #expect(why.contains(words), "\(why)")
        }
        #expect(try stand.runs.runs().isEmpty)
        stand.stop()
    }

    @Test func `goes to production with somebody else's approval, and back`() async throws {
        let stand = try await Airport.open(memoryLog())
        _ = try await stand.seal()
        for _ in 0 ..< 2 { _ = try await stand.train() }
        func promote(_ version: Int64) async throws {
            _ = try await stand.platform.promote(
                "lateness",
                version,
                to: .production,
                reason: "it is better",
                caller: .anybody
            )
        }
        let lonely = try await refusal { try await promote(1) }
        #expect(lonely.contains("lateness@1 has no approval for production"), "\(lonely)")
        _ = try await stand.platform.approve(
            "lateness",
            1,
            for: .production,
            reason: "it is mine",
            caller: .anybody
        )
        let own = try await refusal { try await promote(1) }
        #expect(own.contains("ada's own not counted"), "\(own)")
        try await stand.promote(1)
        #expect(try stand.models.version("lateness", at: .production)?.version == 1)
        try await stand.promote(2)
        #expect(try stand.models.versions("lateness").map(\.stage) == [.archived, .production])
        _ = try await stand.platform.rollBack(
            "lateness",
            .production,
            reason: "it drifts",
            caller: .anybody
        )
        #expect(try stand.models.versions("lateness").map(\.stage) == [.production, .archived])
        let further = try await refusal {
            _ = try await stand.platform.rollBack(
                "lateness",
                .production,
                reason: "",
                caller: .anybody
            )
        }
        #expect(further.contains("no other version stood at production"), "\(further)")
        try await stand.settle()
        try await stand.expectProof()
        stand.stop()
    }
}

extension Stand {
    var runs: RunLedger.View { RunLedger.View(store) }
    var models: ModelCatalog.View { ModelCatalog.View(store) }
}
