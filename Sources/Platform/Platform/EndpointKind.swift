internal import Datasets
internal import Documents
internal import Events
internal import ModelRegistry
internal import Records
internal import Serving
internal import Store

enum EndpointKind: DeclaredKind {
    typealias Definition = EndpointDefinition
    typealias Source = EndpointCatalog

    static let declarations = EndpointCatalog.definitions

    static func text(
        of content: DefinitionText<EndpointDefinition>
    ) -> DefinitionText<EndpointDefinition> { content }

    static let refersTo = [ModelKind.kind, StreamKind.kind]

    static func references(
        of endpoint: EndpointDefinition,
        among neighbours: Neighbours
    ) -> [Reference] {
        var references = [Reference(ModelKind.kind, endpoint.model.model, at: ["spec", "model"])]
        if let answer = endpoint.answer {
            references.append(
                Reference(StreamKind.kind, answer.stream, at: ["spec", "answer", "stream"])
            )
        }
        return references
    }

    static func faults(
        of endpoint: EndpointDefinition,
        among neighbours: Neighbours
    ) -> [DocumentProblem] {
        guard let answer = endpoint.answer,
            let stream = neighbours[StreamDefinition.self, answer.stream]
        else { return [] }
        if endpoint.publish?.topic == stream.topic {
            return [
                DocumentProblem(
                    ["spec", "publish", "topic"],
                    "the records of `\(stream.topic)` are answered, and each answer would be one more."
                )
            ]
        }
        // What does not fit the rows of the dataset either is said where that is declared.
        guard let model = neighbours[ModelDefinition.self, endpoint.model.model],
            let dataset = neighbours[DatasetDefinition.self, model.dataset],
            dataset.rows != stream.name,
            DatasetKind.allFaults(of: dataset, among: neighbours).isEmpty
        else { return [] }
        return dataset.features.compactMap { feature in
            neighbours.fault(of: feature, over: stream).map {
                DocumentProblem(["spec", "answer", "stream"], $0)
            }
        }
    }

    static func declare(
        _ endpoint: EndpointDefinition,
        _ now: Declaring
    ) throws -> EndpointEvent? {
        DeclareEndpoint(endpoint).decide(given: try entry(endpoint.name, in: now.reader))
    }

    static func delete(_ name: String) -> EndpointEvent { .deleted(name) }

    static func notes(
        _ endpoint: EndpointDefinition,
        isNew: Bool,
        among neighbours: Neighbours,
        _ now: Declaring
    ) throws -> [String] {
        let (name, models) = (endpoint.model.model, ModelCatalog.View(now.reader))
        let unpublished =
            endpoint.publish.flatMap { publish in
                now.topics[publish.topic].flatMap { misfit(of: publish, $0) }
            }.map { ["Nothing is published: \($0)."] } ?? []
        switch endpoint.model.choice {
        case .version(let version):
            guard try models.version(name, version) == nil else { return unpublished }
            return unpublished + [
                ModelRefusal.unknownVersion(model: name, version: version).description
            ]
        case .stage(let stage):
            guard try models.version(of: endpoint.model) == nil else { return unpublished }
            return unpublished + [ServingRefusal.noVersion(model: name, stage: stage).description]
        }
    }

    /// Why a topic is not as an endpoint says; nil: it is.
    static func misfit(
        of publish: EndpointDefinition.Publish,
        _ partitions: Int32
    ) -> String? {
        guard partitions != publish.partitions else { return nil }
        return
            "the topic \(publish.topic) has another number of partitions. Say `partitions: \(partitions)`"
    }
}
