internal import Datasets
internal import Documents
internal import Events
internal import Features
internal import Records
internal import Store
internal import Streams

enum StreamKind: DeclaredKind {
    typealias Definition = StreamDefinition
    typealias Source = StreamCatalog

    static let declarations = StreamCatalog.definitions

    static func text(
        of content: DefinitionText<StreamDefinition>
    ) -> DefinitionText<StreamDefinition> { content }

    static func declare(_ definition: StreamDefinition, _ now: Declaring) throws -> StreamEvent? {
        try DeclareStream(definition).decide(
            given: try entry(definition.name, in: now.reader),
            existingPartitions: now.topics[definition.topic]
        )
    }

    static func check(_ definition: StreamDefinition, _ now: Declaring) throws {
        _ = try declare(definition, now)
    }

    static func notes(
        _ stream: StreamDefinition,
        isNew: Bool,
        among neighbours: Neighbours,
        _ now: Declaring
    ) throws -> [String] {
        guard isNew, let held = now.held[stream.topic], held > 0 else { return [] }
        return [
            "the topic \(stream.topic) is there already, and what it holds (\(held) offsets) is taken in from its beginning"
        ]
    }

    static func delete(_ name: String) -> StreamEvent { .deleted(name) }

    static func versions(with name: String, in reader: any StoreReader) throws -> [String] {
        let catalog = FeatureCatalog.View(reader)
        return try Platform.trainedVersions(in: reader) { rows in
            if DatasetKind.text(in: rows)?.rows == name { return true }
            return try rows.views.contains { view in
                try catalog.declaration(of: view.generation)
                    .flatMap(\.definition.definition?.streamName) == name
            }
        }
    }
}
