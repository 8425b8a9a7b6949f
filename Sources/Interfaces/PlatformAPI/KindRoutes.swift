internal import Documents
internal import Engine
internal import Events
internal import HTTP
internal import HTTPTypes
internal import Hummingbird
internal import JSON
internal import Platform

/// Listing, describing and deleting resources of kinds that wings bring.
extension PlatformAPI {
    var joinedCommands: [Command] { platform.kinds.joined.flatMap { commands(of: $0) } }

    private func commands<K: DeclaredKind>(of kind: K.Type) -> [Command] {
        let (plural, path) = ("\(K.word)s", "/api/v1/\(K.word)s")
        let name = Parameter.path("name", "The \(K.kind).")
        return [
            Command(
                "\(plural).list",
                .get,
                path,
                "resources of the kind \(K.kind)",
                .reads,
                [Self.asOf],
                errors: [.notFound]
            ) { call in
                try await list(kind, call.request)
            },
            Command(
                "\(plural).describe",
                .get,
                "\(path)/{name}",
                "a \(K.kind) with its status",
                .reads,
                [name, Self.asOf],
                errors: [.notFound]
            ) { call in
                try await describe(kind, call.name, call.request)
            },
            Command(
                "\(plural).delete",
                .delete,
                "\(path)/{name}",
                "deletes a \(K.kind) that nothing uses",
                .decides,
                [name],
                errors: [.notFound]
            ) { call in
                try await delete(K.kind, call.name, call.request)
            },
        ]
    }

    private static let asOf = Parameter.query(
        "as_of",
        "A position of the control topic, or an instant (RFC 3339): as it was then."
    )

    private func list<K: DeclaredKind>(
        _ kind: K.Type,
        _ request: Request
    ) async throws -> Response {
        let moment = try await moment(of: K.Source(), request)
        let entries = try K.entries(in: platform.store, asOf: moment)
        return Response.json([
            "items": .array(
                entries.map { _, entry in
                    let entry = K.texts(of: entry)
                    return entry.item { _ in entry.served.definition.map(K.columns) ?? [] }
                }
            )
        ])
    }

    private func describe<K: DeclaredKind>(
        _ kind: K.Type,
        _ name: String,
        _ request: Request
    ) async throws -> Response {
        let moment = try await moment(of: K.Source(), request)
        guard let entry = try K.entry(name, in: platform.store, asOf: moment) else {
            let known = try K.entries(in: platform.store, asOf: moment).map(\.name)
            throw PlatformError.refused(UnknownResource(kind: K.kind, name: name, known: known))
        }
        let status = try K.status(of: name, in: platform.store, asOf: moment)
        return Response.json(K.texts(of: entry).described(status))
    }
}

extension DeclaredKind {
    /// What is declared, as its texts say.
    fileprivate static func texts(
        of entry: Declared<Content>
    ) -> Declared<DefinitionText<Definition>> {
        Declared(
            text(of: entry.served),
            next: entry.next.map { text(of: $0) },
            revision: entry.revision,
            declaredAt: entry.declaredAt,
            actor: entry.actor
        )
    }
}
