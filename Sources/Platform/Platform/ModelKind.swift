internal import Datasets
internal import Documents
internal import Events
internal import ModelRegistry
internal import Store
internal import Training

enum ModelKind: DeclaredKind {
    typealias Definition = ModelDefinition
    typealias Source = ModelCatalog

    static let declarations = ModelCatalog.models

    static func text(
        of content: DefinitionText<ModelDefinition>
    ) -> DefinitionText<ModelDefinition> { content }

    static let refersTo = [DatasetKind.kind]

    static func references(
        of model: ModelDefinition,
        among neighbours: Neighbours
    ) -> [Reference] {
        [Reference(DatasetKind.kind, model.dataset, at: ["spec", "dataset"])]
    }

    static func faults(
        of model: ModelDefinition,
        among neighbours: Neighbours
    ) -> [DocumentProblem] {
        Recipe(model.recipe).faults.map { fault in
            let place = fault.parameter.map { ["parameters", $0] } ?? []
            return DocumentProblem(["spec", "recipe"] + place, "\(fault)")
        }
    }

    static func declare(_ model: ModelDefinition, _ now: Declaring) throws -> ModelEvent? {
        DeclareModel(model).decide(given: try entry(model.name, in: now.reader))
    }

    static func delete(_ name: String) -> ModelEvent { .deleted(name) }

    static func notes(
        _ model: ModelDefinition,
        isNew: Bool,
        among neighbours: Neighbours,
        _ now: Declaring
    ) throws -> [String] {
        var notes: [String] = []
        let dataset = neighbours[DatasetDefinition.self, model.dataset]
        if let fault = dataset.flatMap({ neighbours.trainingFault(of: $0) }) {
            notes.append("it cannot be trained on \(model.dataset): \(fault)")
        }
        if try DatasetCatalog.View(now.reader).versions(model.dataset).isEmpty {
            notes.append(
                "\(model.dataset) has no sealed version to train it on yet: "
                    + "tributary dataset seal \(model.dataset) --from INSTANT --to INSTANT"
            )
        }
        return notes
    }
}
