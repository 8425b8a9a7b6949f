internal import Archive
public import Bytes
internal import Datasets
public import Engine
internal import Evaluators
internal import Events
internal import Experiments
internal import Logs
internal import ModelRegistry
internal import Projections
internal import Records
internal import Statistics
internal import Store
internal import Synchronization
public import Training
internal import Workers

/// What a training run made.
public struct TrainedVersion: Sendable {
    public var run: String
    public var version: Int64
    public var artifact: Digest
    public var metrics: [(name: String, value: Double)]
    public var effect: Effect
}

/// How a version, and the baseline that was trained on the same rows, do on rows of a dataset version.
public struct Evaluation: Sendable {
    public var rows: Int
    /// How many of them the version was trained on: of those it tells how well it remembers, and not how well it predicts.
    public var rowsTrainedOn: Int
    public var model: Quality
    public var baseline: Quality
}

extension Platform {
    /// Trains a version by the model's recipe, as a run, and registers it.
    public func train(
        _ name: String,
        on reference: String,
        codeRevision: String,
        environment: String,
        for caller: Caller
    ) async throws -> TrainedVersion {
        let reader = try store.snapshot()
        guard let entry = try ModelCatalog.View(reader).model(name) else {
            throw PlatformError.refused(ModelRefusal.unknownModel(name))
        }
        let model = try declining { () throws(UnreadableDefinition) in try entry.served.read() }
        let (dataset, number) = try datasetReference(reference)
        guard dataset == model.dataset else {
            throw PlatformError.invalid(
                "\(name) is trained on versions of \(model.dataset), and \(reference) is none"
            )
        }
        let version = try sealedVersion(dataset, number, in: reader)
        let recipe = Recipe(model.recipe)
        func start(_ run: String, for caller: Caller) async throws -> Effect {
            try await engine.execute(caller.step("start"), on: run, of: RunLedger()) { reader, _ in
                let known = try RunLedger.View(reader).run(run)
                let given = Run.Given(
                    model: name,
                    definition: entry.served.text,
                    dataset: reference,
                    datasetContent: version.manifest.contents.digest,
                    parameters: (recipe.settings
                        + (recipe.validate == nil ? [Recipe.usualValidation] : []))
                        .map { Run.Parameter($0.name, $0.value) },
                    codeRevision: codeRevision,
                    engine: Library.version,
                    environment: environment
                )
                return try declining { () throws(RunRefusal) in
                    try StartRun(run, given: given).decide(given: known)
                }
            }
        }
        // What was broken off is asked for again under the same key, and needs a run of its own.
        var (attempt, asking) = (0, caller)
        var run = (caller.keyedID ?? clock.newID()).description
        var started = try await start(run, for: asking)
        while case .repeated = started, let id = caller.part(attempt + 1).keyedID,
            try RunLedger.View(store).run(run)?.reason == Self.brokenOff
        {
            attempt += 1
            (run, asking) = (id.description, caller.part(attempt))
            started = try await start(run, for: asking)
        }
        if case .repeated = started,
            let trained = try await outcome(of: run, of: name, for: caller)
        {
            return trained
        }
        do {
            return try await finish(
                run,
                training: name,
                by: recipe,
                measuredBy: model.metrics,
                on: version,
                reference,
                for: asking,
                registering: caller.step("register")
            )
        } catch {
            await fail(run, because: "\(error)", for: asking.step("fail"))
            throw error
        }
    }

    /// The reason of a run that ended with its server.
    private static var brokenOff: String { "the server stopped" }

    /// What went wrong belongs to the run's history. It is told to whoever asked even where it does not come to stand
    /// there: the run may have ended before.
    private func fail(_ run: String, because reason: String, for caller: Caller) async {
        do {
            _ = try await engine.execute(caller, on: run, of: RunLedger()) { reader, _ in
                let known = try RunLedger.View(reader).run(run)
                guard known?.status == .running else { return nil as ExperimentEvent? }
                return try declining { () throws(RunRefusal) in
                    try FinishRun(run, .failed(reason)).decide(given: known)
                }
            }
        } catch {
            engine.notice(
                "the run \(run) failed (\(reason)), and that could not be written: \(error)"
            )
        }
    }

    /// Ends the runs that nobody trains any more: they were broken off with the server before.
    func endOrphanedRuns() async {
        let caller = Caller(actor: Engine.ownName, route: "orphan")
        do {
            for run in try RunLedger.View(store).runs() where run.status == .running {
                await fail(run.id, because: Self.brokenOff, for: caller)
            }
        } catch {
            engine.notice("whether a run was broken off is not known: \(error)")
        }
    }

    /// What came of a run that was asked for before under the same key; nil while it goes on, or where it was broken off.
    private func outcome(
        of run: String,
        of name: String,
        for caller: Caller
    ) async throws -> TrainedVersion? {
        let known = try RunLedger.View(store).run(run)
        if let known, known.status == .failed { throw PlatformError.invalid(known.reason) }
        let versions = try ModelCatalog.View(store).versions(name)
        guard let version = versions.last(where: { $0.run == run }) else { return nil }
        let effect = try await engine.execute(caller.step("register"), on: name, of: ModelCatalog())
        {
            _,
            _ -> ModelEvent? in nil
        }
        return TrainedVersion(
            run: run,
            version: version.version,
            artifact: version.artifact,
            metrics: version.metrics.map { ($0.name, $0.value) },
            effect: effect
        )
    }

    private func finish(
        _ run: String,
        training name: String,
        by recipe: Recipe,
        measuredBy measures: [ModelDefinition.Metric],
        on version: DatasetVersion,
        _ reference: String,
        for caller: Caller,
        registering: Caller
    ) async throws -> TrainedVersion {
        let (result, baseline) = try await engine.longPool.run { [self] in
            let table = try trainingTable(of: version)
            let result: TrainingResult
            do throws(TrainingError) {
                result = try Training.train(table, by: recipe, measuredBy: measures) {
                    engine.isEnding
                }
            } catch {
                throw PlatformError.invalid("training \(name) on \(reference): \(error)")
            }
            _ = try archive.put(result.artifact)
            return (result, try archive.put(result.baseline.artifact()))
        }
        let metrics = result.metrics
        _ = try await engine.execute(caller.step("metrics"), on: run, of: RunLedger()) {
            reader,
            _ in
            let known = try RunLedger.View(reader).run(run)
            return try declining { () throws(RunRefusal) in
                try LogMetrics(
                    run,
                    result.rounds + metrics.map { Experiments.Metric($0.name, $0.value) }
                )
                .decide(given: known)
            }
        }
        let artifacts = [
            Run.Artifact(
                "model.json",
                digest: result.artifactDigest,
                byteCount: Int64(result.artifact.count)
            ),
            Run.Artifact(
                "baseline.json",
                digest: baseline,
                byteCount: Int64(result.baseline.artifact().count)
            ),
        ]
        _ = try await engine.execute(caller.step("finish"), on: run, of: RunLedger()) { reader, _ in
            let known = try RunLedger.View(reader).run(run)
            return try declining { () throws(RunRefusal) in
                try FinishRun(run, .succeeded, artifacts: artifacts).decide(given: known)
            }
        }
        let effect = try await engine.execute(registering, on: name, of: ModelCatalog()) {
            reader,
            _ in
            let view = ModelCatalog.View(reader)
            let command = RegisterVersion(
                of: name,
                run: run,
                artifact: result.artifactDigest,
                format: result.format,
                baseline: baseline,
                dataset: reference,
                datasetContent: version.manifest.contents.digest,
                columns: result.columns,
                metrics: metrics.map { ModelVersion.Metric($0.name, $0.value) }
            )
            let entry = try view.model(name)
            let last = try view.lastNumber(name)
            return try declining { () throws(ModelRefusal) in
                try command.decide(given: entry, lastNumber: last)
            }
        }
        let versions = try ModelCatalog.View(store).versions(name)
        guard let made = versions.last(where: { $0.run == run }) else {
            throw PlatformError.conflict("\(name) was deleted while it was trained")
        }
        return TrainedVersion(
            run: run,
            version: made.version,
            artifact: result.artifactDigest,
            metrics: metrics,
            effect: effect
        )
    }

    /// The rows of a sealed version as an engine takes them. Blocks.
    func trainingTable(of version: DatasetVersion) throws -> TrainingTable {
        var matrix = try TrainingMatrix(version.manifest.columns)
        var reader = DatasetReader(version.manifest, in: archive)
        while let rows = try reader.nextChunk() {
            try engine.goesOn()
            try matrix.append(rows)
        }
        return TrainingTable(
            columns: matrix.columns,
            rows: matrix.values,
            labels: matrix.labels,
            times: matrix.times
        )
    }

    /// How a version and its baseline do on the rows of a dataset version.
    public func evaluate(
        _ name: String,
        _ number: Int64,
        on reference: String
    ) async throws -> Evaluation {
        let reader = try store.snapshot()
        let model = try version(name, number, in: reader)
        let served = try await engine.pool.run { [self] in try servedModel(model, in: reader) }
        let (dataset, datasetNumber) = try datasetReference(reference)
        let version = try sealedVersion(dataset, datasetNumber, in: reader)
        guard let baselineDigest = model.baseline else {
            throw PlatformError.invalid(
                "\(name)@\(number) was registered without a baseline to compare it with"
            )
        }
        let declared = try ModelCatalog.View(reader).model(name)?.served.definition
        let metrics = declared?.metrics ?? ModelDefinition.Metric.usual
        let outputs = served.evaluator.outputNames
        for metric in metrics where !outputs.contains(metric.reads) {
            throw PlatformError.invalid(
                "`\(metric.name)` judges the output `\(metric.reads)`, and \(name)@\(number) "
                    + "gives \(outputs.joined(separator: ", "))"
            )
        }
        guard version.manifest.columns.features.map(\.name) == model.columns else {
            throw PlatformError.invalid(
                "\(reference) has other columns than \(name)@\(number) takes"
            )
        }
        return try await engine.longPool.run { [self] in
            let table = try trainingTable(of: version)
            let baseline = try LogisticModel(artifact: try archive.bytes(of: baselineDigest))
            let known = try trainedSpan(of: model, on: version, in: reader)
            func quality(_ evaluator: any Evaluator) -> Quality {
                Quality(by: metrics, table.labels) {
                    evaluator.values(of: $0, rows: table.rows, count: table.rowCount)
                }
            }
            return Evaluation(
                rows: table.rowCount,
                rowsTrainedOn: table.times.count { known?.contains($0) ?? false },
                model: quality(served.evaluator),
                baseline: quality(baseline)
            )
        }
    }

    /// The span whose rows, of those of a dataset version, a model version was trained on; nil where it saw none of them.
    private func trainedSpan(
        of model: ModelVersion,
        on version: DatasetVersion,
        in reader: any StoreReader
    ) throws -> Range<Instant>? {
        let manifest = version.manifest
        if manifest.contents.digest == model.datasetContent { return manifest.from ..< manifest.to }
        // Versions of one dataset that overlap have rows of the same events.
        guard let dataset = DatasetReference(model.dataset), dataset.name == version.dataset,
            let trained = try DatasetCatalog.View(reader).version(dataset.name, dataset.version)?
                .manifest
        else { return nil }
        return trained.from ..< trained.to
    }
}

extension Recipe {
    init(_ recipe: ModelDefinition.Recipe) {
        self.init(
            engine: recipe.engine.rawValue,
            rounds: recipe.rounds,
            seed: recipe.seed,
            parameters: recipe.parameters.map { Parameter($0.name, $0.value) },
            validate: recipe.validate
        )
    }
}

extension TrainingResult {
    /// The figures of each round, under the names that the field has for them.
    fileprivate var rounds: [Experiments.Metric] {
        metricsByRound.flatMap { round in
            let step = Int64(round.round)
            var figures = [Experiments.Metric("train_log_loss", step: step, round.trainLogLoss)]
            if let loss = round.validationLogLoss {
                figures.append(Experiments.Metric("validation_log_loss", step: step, loss))
            }
            return figures
        }
    }

    /// What the validation says of the model and of the baseline.
    fileprivate var metrics: [(name: String, value: Double)] {
        guard let validation else { return [] }
        var figures: [(name: String, value: Double)] = []
        for (prefix, quality) in [("", validation.model), ("baseline_", validation.baseline)] {
            for figure in quality.figures {
                if let value = figure.value { figures.append((prefix + figure.name, value)) }
            }
        }
        return figures
    }
}
