internal import Bytes
internal import Documents
internal import Events
internal import Features
internal import JSON

/// What is declared, as it is shown: also where this release does not take it.
protocol ShownContent: DeclaredContent {
    var shown: JSONValue { get }
    /// Why this release does not use it; nil where it does.
    var fault: UnreadableDefinition? { get }
}

extension DefinitionText: ShownContent {
    var shown: JSONValue {
        do throws(JSONError) {
            let resource = try JSONValue(parsing: text)
            if resource["kind"]?.string == Definition.kind, resource["name"]?.string == name {
                return resource
            }
        } catch {
            // What cannot be read is shown as it stands.
        }
        return [
            "kind": .string(Definition.kind), "name": .string(name), "text": .string(text),
        ]
    }
}

extension FeatureCatalog.Declaration: ShownContent {
    var shown: JSONValue { definition.shown }
}

extension Declared where Content: ShownContent {
    /// A row of a list. `members`: What stands behind the name, of a `spec` as it is shown.
    func item(_ members: (_ spec: JSONValue) -> [(String, JSONValue)]) -> JSONValue {
        let shown = served.shown
        var item: [(String, JSONValue)] = [("name", shown["name"] ?? "")]
        item += members(shown["spec"] ?? .null)
        item.append(("owner", shown["owner"] ?? ""))
        item.append(("description", shown["description"] ?? ""))
        if let fault = served.fault {
            item.append(("unreadable", .string(fault.reason)))
        } else if let fault = next?.fault {
            item.append(("unreadable", .string("its change: \(fault.reason)")))
        }
        return .object(item)
    }

    /// The resource as it is served, with what is known of every declaration and `more`.
    func described(_ more: [(String, JSONValue)]) -> JSONValue {
        var status: [(String, JSONValue)] = [
            ("revision", .integer(revision)), ("declaredAt", .string(declaredAt.rfc3339)),
            ("actor", actor.map(JSONValue.string) ?? .null), ("actorVerified", false),
            ("generation", .string(served.generation.hex)),
        ]
        if let fault = served.fault { status.append(("unreadable", .string(fault.reason))) }
        if let next, let fault = next.fault {
            status.append(
                (
                    "change",
                    [
                        "generation": .string(next.generation.hex),
                        "unreadable": .string(fault.reason), "definition": next.shown,
                    ]
                )
            )
        }
        return .object((served.shown.object ?? []) + [("status", .object(status + more))])
    }
}
