internal import Archive
public import Bytes
internal import Datasets
internal import Engine
public import Evaluators
public import Events
public import Features
internal import ModelRegistry
public import Records
public import Serving
public import Store
internal import Streams
internal import Synchronization

/// A model version, ready to answer: what evaluates it, and what it reads.
public struct ServedModel: Sendable {
    public var model: String
    public var version: Int64
    public var artifact: Digest
    /// What the artifact is, by its name among the formats.
    public var format: String
    public var evaluator: any Evaluator
    public var plan: FeaturePlan
    /// The dataset version that it was trained on.
    public var dataset: String
    /// The field that names a row, and that its outcome carries too.
    public var id: String

    /// What is answered, less what only tells how the answer came about.
    public var outputNames: [String] {
        evaluator.outputNames.filter { !evaluator.details.contains($0) }
    }
}

/// An endpoint as it is declared now, with the version that it answers with now.
struct ReadyEndpoint: Sendable {
    struct Key: Hashable, Sendable {
        var name: String
        /// Of the stream whose records are answered; nil: requests.
        var stream: Digest?
    }

    var definition: EndpointDefinition
    var generation: Digest
    var served: ServedModel
}

/// Models that were made ready, by version and by the stream they answer for.
final class ModelCache: Sendable {
    private struct Key: Hashable {
        var model: String
        var version: Int64
        var artifact: Digest
        var rows: Digest
    }

    private let models = Mutex<[Key: ServedModel]>([:])

    func model(
        _ name: String,
        _ version: Int64,
        _ artifact: Digest,
        rows: Digest,
        orMake make: () throws -> ServedModel
    ) throws -> ServedModel {
        let key = Key(model: name, version: version, artifact: artifact, rows: rows)
        if let model = models.withLock({ $0[key] }) { return model }
        let model = try make()
        models.withLock { models in
            // A handful of versions answer at any time; the rest are made ready again when asked for.
            if models.count >= 32 { models.removeAll() }
            models[key] = model
        }
        return model
    }
}

extension Platform {
    /// An endpoint, ready to answer. Blocks the first time after a declaration or a promotion.
    func ready(
        _ name: String,
        answering stream: StreamDefinition? = nil
    ) throws -> ReadyEndpoint {
        let key = ReadyEndpoint.Key(name: name, stream: stream?.generation)
        return try readyEndpoints.value(of: key) {
            let declared = try endpoint(name, in: store)
            let definition = try declining { () throws(UnreadableDefinition) in
                try declared.served.read()
            }
            return ReadyEndpoint(
                definition: definition,
                generation: declared.served.generation,
                served: try servedModel(of: definition, answering: stream, in: store)
            )
        }
    }

    /// An endpoint that is declared; thrown otherwise: what to do about it.
    public func endpoint(
        _ name: String,
        in reader: any StoreReader
    ) throws -> EndpointCatalog.Entry {
        guard let entry = try EndpointCatalog.View(reader).endpoint(name) else {
            throw PlatformError.refused(ServingRefusal.unknownEndpoint(name))
        }
        return entry
    }

    /// The version that an endpoint answers with. Blocks the first time it is asked for a version.
    /// `stream`: Whose records are answered; nil: requests, which have the fields of the rows of the dataset.
    public func servedModel(
        of endpoint: EndpointDefinition,
        answering stream: StreamDefinition? = nil,
        in reader: any StoreReader
    ) throws -> ServedModel {
        let version = try version(of: endpoint, in: reader)
        do {
            return try servedModel(version, answering: stream, in: reader)
        } catch let error as ArchiveError {
            foundBroken(endpoint.name, error)
            throw error
        }
    }

    /// The version that an endpoint answers with.
    func version(
        of endpoint: EndpointDefinition,
        in reader: any StoreReader
    ) throws -> ModelVersion {
        let name = endpoint.model.model
        guard let number = try ModelCatalog.View(reader).version(of: endpoint.model) else {
            let stage = endpoint.model.description.dropFirst(name.count + 1)
            throw PlatformError.refused(ServingRefusal.noVersion(model: name, stage: "\(stage)"))
        }
        return try version(name, number, in: reader)
    }

    /// A version that was registered; thrown otherwise: what to do about it.
    func version(
        _ name: String,
        _ number: Int64,
        in reader: any StoreReader
    ) throws -> ModelVersion {
        guard let version = try ModelCatalog.View(reader).version(name, number) else {
            throw PlatformError.refused(ModelRefusal.unknownVersion(model: name, version: number))
        }
        return version
    }

    /// A version, ready to answer.
    func servedModel(
        _ version: ModelVersion,
        answering answered: StreamDefinition? = nil,
        in reader: any StoreReader
    ) throws -> ServedModel {
        let (name, number) = (version.model, version.version)
        let (dataset, plan) = try plan(
            ofDatasetVersion: version.dataset,
            over: answered,
            in: reader
        )
        return try models.model(name, number, version.artifact, rows: plan.rows.generation) {
            let format = try format(of: version)
            let evaluator = try format.read(try archive.bytes(of: version.artifact))
            let columns = plan.columns.map(\.name)
            guard evaluator.columns.fit(columns), version.columns == columns else {
                throw PlatformError.invalid(
                    "\(name)@\(number) takes other columns than \(version.dataset) has: train it again"
                )
            }
            return ServedModel(
                model: name,
                version: number,
                artifact: version.artifact,
                format: format.name,
                evaluator: evaluator,
                plan: plan,
                dataset: version.dataset,
                id: dataset.id
            )
        }
    }

    /// What the artifact of a version is; thrown where this release has nothing that reads it.
    private func format(of version: ModelVersion) throws -> ModelFormat {
        do throws(EvaluatorError) {
            return try ModelFormat.named(version.format)
        } catch {
            throw PlatformError.invalid("\(version.name): \(error)")
        }
    }

    /// The versions that models may be asked to answer by, with the rows that each was trained on: those that stand at
    /// a stage, those that a roll back would bring back there, and those that an endpoint answers with.
    static func servedVersions(
        in reader: any StoreReader
    ) throws -> [(name: String, rows: DatasetManifest)] {
        let models = ModelCatalog.View(reader)
        var versions: [(model: String, version: Int64)] = []
        for model in try models.models().map(\.served.name) {
            let production = try models.standing(model, at: .production).holder
            for stage in [Stage.test, .production] {
                let standing = try models.standing(model, at: stage)
                let back = standing.wayBack(at: stage, production: production)
                for version in [standing.holder, back].compactMap(\.self) {
                    versions.append((model, version))
                }
            }
        }
        for entry in try EndpointCatalog.View(reader).endpoints() {
            guard let model = entry.served.definition?.model,
                let version = try models.version(of: model)
            else { continue }
            versions.append((model.model, version))
        }
        let datasets = DatasetCatalog.View(reader)
        return try versions.compactMap { model, number in
            guard let version = try models.version(model, number),
                let reference = DatasetReference(version.dataset),
                let sealed = try datasets.version(reference.name, reference.version)
            else { return nil }
            return ("\(model)@\(number)", sealed.manifest)
        }
    }

    /// What a sealed version's definition reads, by the generations it was sealed with.
    /// `stream`: Whose records features are read for; nil: the one that the rows were made of.
    func plan(
        ofDatasetVersion reference: String,
        over stream: StreamDefinition? = nil,
        in reader: any StoreReader
    ) throws -> (DatasetDefinition, FeaturePlan) {
        let (name, number) = try datasetReference(reference)
        let catalog = DatasetCatalog.View(reader)
        let manifest = try catalog.version(name, number)?.manifest
        let sealed = manifest.map {
            DefinitionText<DatasetDefinition>(name, $0.definition, generation: $0.generation)
        }
        let definition = try sealed.map { sealed in try refusing { try sealed.read() } }
        let declared = try definition.flatMap { try StreamCatalog.View(reader).stream($0.rows) }
        guard let manifest, let definition,
            let stream = try stream
                ?? declared.map({ entry in
                    try refusing { try entry.served.read() }
                })
        else {
            throw PlatformError.invalid(
                "\(reference) is no sealed dataset version whose stream is declared"
            )
        }
        return (
            definition,
            try plan(
                definition,
                manifest.views.map { ($0.view, $0.generation) },
                over: stream,
                in: reader
            )
        )
    }

    /// `views`: The generations to read; nil: those that are served.
    func plan(
        _ definition: DatasetDefinition,
        _ views: [(view: String, generation: Digest)]?,
        over stream: StreamDefinition,
        in reader: any StoreReader
    ) throws -> FeaturePlan {
        let catalog = FeatureCatalog.View(reader)
        let generations = views.map {
            Dictionary($0.map { ($0.view, $0.generation) }, uniquingKeysWith: { first, _ in first })
        }
        return try FeaturePlan(
            definition.features,
            rows: stream,
            view: { name in
                guard let generations else { return try featureView(name, in: reader) }
                guard let generation = generations[name],
                    let declaration = try catalog.declaration(of: generation)
                else { return nil }
                return try self.views.value(of: declaration)
                    ?? refusing { try declaration.read() }
            },
            knownViews: try catalog.views().map(\.name)
        )
    }

    /// Reads `late_arrivals@2`.
    public func datasetReference(_ text: String) throws -> (name: String, version: Int64) {
        guard let reference = DatasetReference(text) else {
            throw PlatformError.invalid(
                "a dataset version is written NAME@N, such as late_arrivals@1, and not `\(text)`"
            )
        }
        return (reference.name, reference.version)
    }
}

extension ModelCatalog.View {
    /// The number that an endpoint's reference stands for by now; nil where no version stands at the stage.
    func version(of reference: EndpointDefinition.ModelReference) throws -> Int64? {
        switch reference.choice {
        case .version(let version): version
        case .stage(let stage):
            try Stage(rawValue: stage).flatMap { try version(reference.model, at: $0)?.version }
        }
    }
}
