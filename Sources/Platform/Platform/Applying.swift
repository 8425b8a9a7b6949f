internal import Bytes
public import Datasets
internal import Documents
internal import Events
public import Features
public import Logs
public import ModelRegistry
internal import Projections
public import Records
public import Serving
internal import Store
internal import Streams
internal import Training

/// A definition of any kind.
public enum Declaration: Sendable {
    case stream(StreamDefinition)
    case view(FeatureViewDefinition)
    case dataset(DatasetDefinition)
    case model(ModelDefinition)
    case endpoint(EndpointDefinition)

    public var kind: String {
        switch self {
        case .stream: "Stream"
        case .view: "FeatureView"
        case .dataset: "Dataset"
        case .model: "Model"
        case .endpoint: "Endpoint"
        }
    }

    public var name: String {
        switch self {
        case .stream(let definition): definition.name
        case .view(let definition): definition.name
        case .dataset(let definition): definition.name
        case .model(let definition): definition.name
        case .endpoint(let definition): definition.name
        }
    }

    /// What others refer to comes first.
    fileprivate var order: Int {
        switch self {
        case .stream: 0
        case .view: 1
        case .dataset: 2
        case .model: 3
        case .endpoint: 4
        }
    }
}

/// Something in a definition that does not fit the others.
public struct DeclarationProblem: Sendable, Hashable {
    /// Which of the definitions, counted from 0.
    public var index: Int
    /// The keys that lead to what is wrong.
    public var path: [String]
    public var message: String
}

/// What `apply` did with one definition.
public struct ApplyResult: Sendable {
    public var kind: String
    public var name: String
    public var applied: Platform.Applied
    public var position: Position?
    /// What follows, such as a backfill.
    public var note: String?
}

extension Platform {
    /// Declares everything, or nothing where something does not fit.
    /// `isDryRun`: Only says what would be done.
    public func apply(
        _ declarations: [Declaration],
        for caller: Caller,
        isDryRun: Bool = false
    ) async throws -> [ApplyResult] {
        let reader = try store.snapshot()
        let problems = try Neighbourhood(declarations, self, reader).problems()
        guard problems.isEmpty else { throw PlatformError.doesNotFit(problems) }
        var results: [Int: ApplyResult] = [:]
        let streams = declarations.enumerated().compactMap { index, declaration in
            if case .stream(let definition) = declaration { (index, definition) } else { nil }
        }
        let applied = try await apply(streams.map(\.1), for: caller, isDryRun: isDryRun)
        for ((index, _), result) in zip(streams, applied) {
            results[index] = ApplyResult(
                kind: "Stream",
                name: result.name,
                applied: result.applied,
                position: result.effect.position
            )
        }
        let others = declarations.enumerated().sorted {
            ($0.element.order, $0.offset) < ($1.element.order, $1.offset)
        }
        for (index, declaration) in others where declaration.order > 0 {
            let expected = try self.expected(of: declaration, in: reader)
            var result = ApplyResult(
                kind: declaration.kind,
                name: declaration.name,
                applied: expected
            )
            if !isDryRun {
                let effect = try await declare(declaration, for: caller.part(index))
                result.position = effect.position
                if case .repeated = effect, expected == .unchanged { result.applied = .changed }
            }
            if case .view(let view) = declaration, expected == .changed {
                result.note = try changeNote(of: view, in: reader)
            }
            results[index] = result
        }
        if !isDryRun { await fitSeats() }
        return declarations.indices.compactMap { results[$0] }
    }

    private func declare(_ declaration: Declaration, for caller: Caller) async throws -> Effect {
        switch declaration {
        case .stream: .unchanged
        case .view(let definition): try await declare(definition, for: caller)
        case .dataset(let definition): try await declare(definition, for: caller)
        case .model(let definition): try await declare(definition, for: caller)
        case .endpoint(let definition): try await declare(definition, for: caller)
        }
    }

    private func expected(
        of declaration: Declaration,
        in reader: any StoreReader
    ) throws -> Applied {
        let (old, new): (String?, String) =
            switch declaration {
            case .stream(let definition): (nil, definition.canonicalText)
            case .view(let definition):
                try (
                    FeatureCatalog.View(reader).view(definition.name).map {
                        ($0.next ?? $0.served).definition
                    }, definition.canonicalText
                )
            case .dataset(let definition):
                try (
                    DatasetCatalog.View(reader).dataset(definition.name)?.text,
                    definition.canonicalText
                )
            case .model(let definition):
                try (
                    ModelCatalog.View(reader).model(definition.name)?.definitionText,
                    definition.canonicalText
                )
            case .endpoint(let definition):
                try (
                    EndpointCatalog.View(reader).endpoint(definition.name)?.text,
                    definition.canonicalText
                )
            }
        return old == nil ? .created : old == new ? .unchanged : .changed
    }

    private func changeNote(
        of view: FeatureViewDefinition,
        in reader: any StoreReader
    ) throws -> String? {
        guard let served = try FeatureCatalog.View(reader).view(view.name)?.served,
            let former = FeatureViewDefinition(text: served.definition)
        else { return nil }
        let added = Set(view.columnNames).subtracting(former.columnNames).sorted()
        let removed = Set(former.columnNames).subtracting(view.columnNames).sorted()
        let changes =
            added.map { "+\($0)" } + removed.map { "−\($0)" }
        return (changes.isEmpty ? "" : changes.joined(separator: ", ") + "; ")
            + "backfills, then switches"
    }
}

/// What a set of definitions refers to: what is declared already, and what is declared along with it.
private struct Neighbourhood {
    let declarations: [Declaration]
    let platform: Platform
    let reader: any StoreReader
    private var streams: [String: StreamDefinition] = [:]
    private var views: [String: FeatureViewDefinition] = [:]
    private var datasets: [String: DatasetDefinition] = [:]
    /// The dataset of each.
    private var models: [String: String] = [:]

    init(_ declarations: [Declaration], _ platform: Platform, _ reader: any StoreReader) throws {
        self.declarations = declarations
        self.platform = platform
        self.reader = reader
        for entry in try StreamCatalog.View(reader).streams() {
            streams[entry.definition.name] = entry.next ?? entry.definition
        }
        for (name, entry) in try FeatureCatalog.View(reader).views() {
            views[name] = FeatureViewDefinition(text: (entry.next ?? entry.served).definition)
        }
        for entry in try DatasetCatalog.View(reader).datasets() {
            datasets[entry.name] = entry.definition
        }
        for entry in try ModelCatalog.View(reader).models() {
            models[entry.definition.name] = entry.definition.dataset
        }
        for declaration in declarations {
            switch declaration {
            case .stream(let definition): streams[definition.name] = definition
            case .view(let definition): views[definition.name] = definition
            case .dataset(let definition): datasets[definition.name] = definition
            case .model(let definition): models[definition.name] = definition.dataset
            case .endpoint: break
            }
        }
    }

    func problems() -> [DeclarationProblem] {
        var problems: [DeclarationProblem] = []
        for (index, declaration) in declarations.enumerated() {
            let found: [(path: [String], message: String)] =
                switch declaration {
                case .stream: []
                case .view(let definition): faults(of: definition)
                case .dataset(let definition): faults(of: definition)
                case .model(let definition): faults(of: definition)
                case .endpoint(let definition): faults(of: definition)
                }
            problems += found.map {
                DeclarationProblem(
                    index: index,
                    path: $0.path,
                    message: "\(declaration.kind) \(declaration.name): \($0.message)"
                )
            }
        }
        return problems + leftBehind()
    }

    /// What is declared already, is not declared anew, and would not fit any more.
    private func leftBehind() -> [DeclarationProblem] {
        let declared = Dictionary(
            declarations.enumerated().map { ("\($1.kind) \($1.name)", $0) },
            uniquingKeysWith: { first, _ in first }
        )
        var problems: [DeclarationProblem] = []
        func report(
            _ subject: String,
            _ faults: [(path: [String], message: String)],
            because causes: [String]
        ) {
            guard declared[subject] == nil,
                let index = causes.compactMap({ declared[$0] }).first
            else { return }
            problems += faults.map {
                DeclarationProblem(
                    index: index,
                    path: ["spec"],
                    message: "\(declarations[index].kind) \(declarations[index].name): "
                        + "\(subject) would not fit any more: \($0.message)"
                )
            }
        }
        for (name, view) in views.sorted(by: { $0.key < $1.key }) {
            guard let stream = view.streamName else { continue }
            report("FeatureView \(name)", faults(of: view), because: ["Stream \(stream)"])
        }
        for (name, dataset) in datasets.sorted(by: { $0.key < $1.key }) {
            let streams = [dataset.rows, dataset.label?.stream].compactMap(\.self)
            let names = Set(views.keys)
            let views = dataset.features.map { FeatureName($0, isView: names.contains).view }
            report(
                "Dataset \(name)",
                faults(of: dataset),
                because: streams.map { "Stream \($0)" } + views.map { "FeatureView \($0)" }
            )
        }
        return problems
    }

    private func unknown(_ kind: String, _ name: String, _ known: some Collection<String>) -> String
    {
        "there is no \(kind) `\(name)`.\(Spelling.suggestion(for: name, among: known.sorted()))"
    }

    private func faults(of view: FeatureViewDefinition) -> [(path: [String], message: String)] {
        if let name = view.streamName, streams[name] == nil {
            return [(["spec", "stream"], unknown("Stream", name, streams.keys))]
        }
        do throws(FeatureViewProblems) {
            _ = try FeatureView(view, over: view.streamName.flatMap { streams[$0] })
            return []
        } catch {
            return error.list.map { ($0.path, $0.message) }
        }
    }

    private func faults(of dataset: DatasetDefinition) -> [(path: [String], message: String)] {
        guard let rows = streams[dataset.rows] else {
            return [(["spec", "rows"], unknown("Stream", dataset.rows, streams.keys))]
        }
        var faults: [(path: [String], message: String)] = []
        func require(_ field: String, of stream: StreamDefinition, _ path: [String]) {
            guard stream.field(field) == nil else { return }
            let names = stream.fields.map(\.name)
            faults.append(
                (
                    path,
                    "Stream \(stream.name) has no field `\(field)`."
                        + Spelling.suggestion(for: field, among: names)
                )
            )
        }
        require(dataset.id, of: rows, ["spec", "id"])
        if let label = dataset.label {
            require(label.match, of: rows, ["spec", "label", "match"])
            if let stream = streams[label.stream] {
                require(label.match, of: stream, ["spec", "label", "match"])
                require(label.value, of: stream, ["spec", "label", "value"])
            } else {
                faults.append(
                    (["spec", "label", "stream"], unknown("Stream", label.stream, streams.keys))
                )
            }
        }
        for (index, feature) in dataset.features.enumerated() {
            if let fault = fault(of: feature, over: rows) {
                faults.append((["spec", "features", "\(index)"], fault))
            }
        }
        guard faults.isEmpty else { return faults }
        if let fault = dataset.filterFault(over: rows, label: label(of: dataset)) {
            faults.append((["spec", "where"], fault))
        }
        if let fault = columnFault(of: dataset, over: rows) {
            faults.append((["spec", "features"], fault))
        }
        return faults
    }

    private func label(of dataset: DatasetDefinition) -> StreamDefinition.Field? {
        dataset.label.flatMap { streams[$0.stream]?.field($0.value) }
    }

    private func faults(of model: ModelDefinition) -> [(path: [String], message: String)] {
        var faults: [(path: [String], message: String)] = []
        for fault in Recipe(model.recipe).faults {
            let place = fault.parameter.map { ["parameters", $0] } ?? []
            faults.append((["spec", "recipe"] + place, "\(fault)"))
        }
        if datasets[model.dataset] == nil {
            faults.append((["spec", "dataset"], unknown("Dataset", model.dataset, datasets.keys)))
        }
        return faults
    }

    private func faults(of endpoint: EndpointDefinition) -> [(path: [String], message: String)] {
        var faults: [(path: [String], message: String)] = []
        if models[endpoint.model.model] == nil {
            faults.append((["spec", "model"], unknown("Model", endpoint.model.model, models.keys)))
        }
        guard let answer = endpoint.answer else { return faults }
        let path = ["spec", "answer", "stream"]
        guard let stream = streams[answer.stream] else {
            return faults + [(path, unknown("Stream", answer.stream, streams.keys))]
        }
        // What does not fit the rows of the dataset either is said where that is declared.
        guard let dataset = models[endpoint.model.model].flatMap({ datasets[$0] }),
            let rows = streams[dataset.rows], self.faults(of: dataset).isEmpty
        else { return faults }
        for feature in dataset.features where rows.name != stream.name {
            if let fault = fault(of: feature, over: stream) { faults.append((path, fault)) }
        }
        return faults
    }

    /// Why the columns of a dataset's rows cannot stand beside each other; nil if they can.
    private func columnFault(of dataset: DatasetDefinition, over rows: StreamDefinition) -> String?
    {
        do {
            _ = try dataset.columns(
                try plan(of: dataset.features, over: rows),
                label: label(of: dataset)
            )
            return nil
        } catch let error as RowError {
            return "\(error)."
        } catch {
            // A view is at fault, and says so where it is declared.
            return nil
        }
    }

    private func plan(of features: [String], over rows: StreamDefinition) throws -> FeaturePlan {
        try FeaturePlan(
            features,
            rows: rows,
            view: { name in
                guard let view = views[name] else { return nil }
                return try FeatureView(view, over: view.streamName.flatMap { streams[$0] })
            },
            knownViews: views.keys.sorted()
        )
    }

    /// Why a dataset's feature cannot be read for the records of a stream; nil if it can.
    private func fault(of feature: String, over rows: StreamDefinition) -> String? {
        do {
            _ = try plan(of: [feature], over: rows)
            return nil
        } catch let fault as FeaturePlan.Fault {
            return fault.message
        } catch {
            // The view itself is at fault, and says so where it is declared.
            return nil
        }
    }
}
