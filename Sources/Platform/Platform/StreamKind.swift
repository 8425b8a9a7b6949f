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
