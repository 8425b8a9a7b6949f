internal import Datasets
internal import Documents
internal import Events
internal import Features
internal import Records
internal import Store
internal import Streams

enum FeatureViewKind: DeclaredKind {
    typealias Definition = FeatureViewDefinition
    typealias Source = FeatureCatalog

    static let declarations = FeatureCatalog.definitions

    static func text(
        of content: FeatureCatalog.Declaration
    ) -> DefinitionText<FeatureViewDefinition> { content.definition }

    static let refersTo = [StreamKind.kind]

    static func references(
        of view: FeatureViewDefinition,
        among neighbours: Neighbours
    ) -> [Reference] {
        view.streamName.map { [Reference(StreamKind.kind, $0, at: ["spec", "stream"])] } ?? []
    }

    static func faults(
        of view: FeatureViewDefinition,
        among neighbours: Neighbours
    ) -> [DocumentProblem] {
        do throws(FeatureViewProblems) {
            _ = try neighbours.ready(view)
            return []
        } catch {
            return error.list.map { DocumentProblem($0.path, $0.message) }
        }
    }

    static func declare(
        _ view: FeatureViewDefinition,
        _ now: Declaring
    ) throws -> FeatureEvent? {
        let stream = try view.streamName.flatMap {
            try StreamCatalog.View(now.reader).stream($0)?.newest.definition
        }
        return try DeclareView(view, over: stream)
            .decide(given: try entry(view.name, in: now.reader))
    }

    static func delete(_ name: String) -> FeatureEvent { .deleted(name) }

    static func note(
        _ view: FeatureViewDefinition,
        after former: FeatureViewDefinition
    ) -> String? {
        let added = Set(view.columnNames).subtracting(former.columnNames).sorted()
        let removed = Set(former.columnNames).subtracting(view.columnNames).sorted()
        let changes = added.map { "+\($0)" } + removed.map { "−\($0)" }
        return (changes.isEmpty ? "" : changes.joined(separator: ", ") + "; ")
            + "backfills, then switches"
    }

    static func versions(with name: String, in reader: any StoreReader) throws -> [String] {
        try Platform.trainedVersions(in: reader) { $0.views.contains { $0.view == name } }
    }
}

extension Neighbours {
    /// A view over its stream.
    func ready(_ view: FeatureViewDefinition) throws(FeatureViewProblems) -> FeatureView {
        try FeatureView(view, over: view.streamName.flatMap { self[StreamDefinition.self, $0] })
    }
}
