internal import Datasets
internal import Documents
internal import Events
internal import Features
internal import Records
internal import Store

enum DatasetKind: DeclaredKind {
    typealias Definition = DatasetDefinition
    typealias Source = DatasetCatalog

    static let declarations = DatasetCatalog.datasets

    static func text(
        of content: DefinitionText<DatasetDefinition>
    ) -> DefinitionText<DatasetDefinition> { content }

    static let refersTo = [StreamKind.kind, FeatureViewKind.kind]

    static func references(
        of dataset: DatasetDefinition,
        among neighbours: Neighbours
    ) -> [Reference] {
        var references = [Reference(StreamKind.kind, dataset.rows, at: ["spec", "rows"])]
        if let label = dataset.label {
            references.append(
                Reference(StreamKind.kind, label.stream, at: ["spec", "label", "stream"])
            )
        }
        for (index, text) in dataset.features.enumerated() {
            let view = FeatureName(text) { neighbours.has(FeatureViewKind.kind, $0) }.view
            references.append(
                Reference(FeatureViewKind.kind, view, at: ["spec", "features", "\(index)"])
            )
        }
        return references
    }

    static func faults(
        of dataset: DatasetDefinition,
        among neighbours: Neighbours
    ) -> [DocumentProblem] {
        guard let rows = neighbours[StreamDefinition.self, dataset.rows] else { return [] }
        var faults: [DocumentProblem] = []
        func require(_ field: String, of stream: StreamDefinition, _ path: [String]) {
            guard stream.field(field) == nil else { return }
            faults.append(
                DocumentProblem(
                    path,
                    "Stream \(stream.name) has no field `\(field)`."
                        + Spelling.suggestion(for: field, among: stream.fields.map(\.name))
                )
            )
        }
        require(dataset.id, of: rows, ["spec", "id"])
        var labelField: StreamDefinition.Field?
        if let label = dataset.label,
            let stream = neighbours[StreamDefinition.self, label.stream]
        {
            require(label.match, of: rows, ["spec", "label", "match"])
            require(label.match, of: stream, ["spec", "label", "match"])
            require(label.value, of: stream, ["spec", "label", "value"])
            labelField = stream.field(label.value)
        }
        for (index, feature) in dataset.features.enumerated() {
            if let fault = neighbours.fault(of: feature, over: rows) {
                faults.append(DocumentProblem(["spec", "features", "\(index)"], fault))
            }
        }
        guard faults.isEmpty, dataset.label == nil || labelField != nil else { return faults }
        if let fault = dataset.filterFault(over: rows, label: labelField) {
            faults.append(DocumentProblem(["spec", "where"], fault))
        }
        do {
            // Whether the columns can stand beside each other.
            let plan = try neighbours.plan(of: dataset.features, over: rows)
            _ = try dataset.columns(plan, label: labelField)
        } catch let error as RowError {
            faults.append(DocumentProblem(["spec", "features"], "\(error)."))
        } catch {
            // A view is at fault, and says so where it is declared.
        }
        return faults
    }

    static func declare(_ dataset: DatasetDefinition, _ now: Declaring) throws -> DatasetEvent? {
        DeclareDataset(dataset).decide(given: try entry(dataset.name, in: now.reader))
    }

    static func delete(_ name: String) -> DatasetEvent { .deleted(name) }

    static func notes(
        _ dataset: DatasetDefinition,
        isNew: Bool,
        among neighbours: Neighbours,
        _ now: Declaring
    ) throws -> [String] {
        neighbours.trainingFault(of: dataset).map { ["no model can be trained on it: \($0)"] } ?? []
    }

    /// What a sealed version was made by.
    static func text(in manifest: DatasetManifest) -> DatasetDefinition? {
        DatasetDefinition(text: manifest.definition)
    }
}

extension Neighbours {
    /// Why training would refuse every version of a dataset, whatever its rows are; nil where it would not.
    func trainingFault(of dataset: DatasetDefinition) -> String? {
        guard let rows = self[StreamDefinition.self, dataset.rows] else { return nil }
        let label = dataset.label.flatMap { label in
            self[StreamDefinition.self, label.stream]?.field(label.value)
        }
        do {
            let columns = try dataset.columns(
                try plan(of: dataset.features, over: rows),
                label: label
            )
            _ = try TrainingMatrix(columns)
            return nil
        } catch let refusal as TrainingRefusal {
            return refusal.description
        } catch {
            // What does not fit otherwise is an error of the definition.
            return nil
        }
    }

    func plan(of features: [String], over rows: StreamDefinition) throws -> FeaturePlan {
        try FeaturePlan(
            features,
            rows: rows,
            view: { try self[FeatureViewDefinition.self, $0].map { try ready($0) } },
            knownViews: names(of: FeatureViewKind.kind)
        )
    }

    /// Why a dataset's feature cannot be read for the records of a stream; nil if it can.
    func fault(of feature: String, over rows: StreamDefinition) -> String? {
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
