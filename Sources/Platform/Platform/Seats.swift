internal import Bytes
internal import Datasets
public import Engine
internal import Events
internal import Features
internal import Projections
internal import Records
internal import Serving
public import Store
internal import Streams

/// Which projections have seats, with the partitions of each: whatever is declared, and as the catalogs in a store say.
extension Platform {
    /// Those of declared streams, views and endpoints.
    public func declared(in reader: any StoreReader) throws -> [Folding] {
        let intakes = try StreamCatalog.View(reader).streams().flatMap(\.definitions)
            .map { (Intake($0) as any Projection, $0.partitions) }
        let views = try Self.seatedViews(
            FeatureCatalog.View(reader).views().map(\.entry),
            in: reader,
            reading: \.view
        ).values
            .map { (FeatureFold($0) as any Projection, $0.stream.partitions) }
        let queues = try Self.answeringEndpoints(in: reader).map(\.queue)
            .map { ($0 as any Projection, $0.stream.partitions) }
        let publications = try Self.publications(in: reader).sorted { $0.key < $1.key }.map(\.value)
        let published = Dictionary(
            publications.map { ($0.publish.topic, $0.publish.partitions) },
            uniquingKeysWith: { first, _ in first }
        ).sorted { $0.key < $1.key }.map { (PublicationLedger($0) as any Projection, $1) }
        return intakes + views + queues + published
            + publications.map { ($0.queue as any Projection, $0.partitions) }
    }

    /// The views of streams that are served, or being built, or that a model that may answer was trained with.
    static func seatedViews(
        _ entries: [FeatureCatalog.Entry],
        in reader: any StoreReader,
        reading read: (FeatureCatalog.Declaration) -> FeatureView?
    ) throws -> [Digest: StreamView] {
        let catalog = FeatureCatalog.View(reader)
        var declarations = entries.flatMap { [$0.served, $0.next].compactMap(\.self) }
        for view in try servedVersions(in: reader).flatMap(\.rows.views) {
            if let known = try catalog.declaration(of: view.generation) {
                declarations.append(known)
            }
        }
        var views: [Digest: StreamView] = [:]
        for declaration in declarations where views[declaration.generation] == nil {
            if case .stream(let view) = read(declaration) { views[declaration.generation] = view }
        }
        return views
    }

    /// An endpoint that answers without being asked.
    struct AnsweringEndpoint {
        var definition: EndpointDefinition
        var answer: EndpointDefinition.Answer
        var generation: Digest
        var queue: AnswerQueue
        /// Of all that the thread that answers is made of.
        var key: String
    }

    static func answeringEndpoints(in reader: any StoreReader) throws -> [AnsweringEndpoint] {
        try EndpointCatalog.View(reader).endpoints().compactMap { entry in
            let declared = entry.served
            guard let definition = declared.definition, let answer = definition.answer,
                let stream = try StreamCatalog.View(reader).stream(answer.stream)?.served.definition
            else { return nil }
            return AnsweringEndpoint(
                definition: definition,
                answer: answer,
                generation: declared.generation,
                queue: AnswerQueue(
                    endpoint: declared.name,
                    generation: declared.generation,
                    stream: stream,
                    from: answer.from
                ),
                key:
                    "\(declared.name) \(declared.text) \(stream.generation.hex) \(stream.partitions)"
            )
        }
    }
}

extension StreamCatalog.Entry {
    /// What is served, and what is being built.
    var definitions: [StreamDefinition] { [served, next].compactMap(\.self?.definition) }
}
