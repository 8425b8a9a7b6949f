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
}
