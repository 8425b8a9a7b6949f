import JSON

/// What a version of a model stays with, whatever is declared since: the dataset version that it was trained on, and the
/// definitions of the views by which that was made.
struct Pinning {
    let client: Client

    /// What is described, with what it is pinned to.
    func added(to described: JSONValue, of kind: Kind) async throws -> JSONValue {
        switch kind {
        case .version:
            return described.adding("pinned", try await pinned(described))
        case .model:
            let versions = described["status"]?["versions"]?.array ?? []
            let standing = described["status"]?["stages"]?.object?.map(\.1) ?? []
            var pins: [(String, JSONValue)] = []
            for version in versions where standing.contains(version["version"] ?? .null) {
                pins.append((version["name"]?.plain ?? "", try await pinned(version)))
            }
            return described.addingToStatus("pinned", .object(pins))
        case .endpoint:
            guard let serving = described["status"]?["serving"], let name = serving["name"]?.string,
                let number = serving["version"]?.integer
            else { return described }
            let path = "\(Kind.version.path)/\("\(name)@\(number)".urlEncoded)"
            let version = try await client.ask(.GET, path)
            let pin = try await pinned(version).object ?? []
            return described.addingToStatus(
                "pinned",
                .object([("version", version["name"] ?? .null)] + pin)
            )
        default: return described
        }
    }

    private func pinned(_ version: JSONValue) async throws -> JSONValue {
        let dataset = version["dataset"]?.string ?? ""
        let sealed: JSONValue
        do {
            sealed = try await client.ask(.GET, "\(Kind.dataset.path)/\(dataset.urlEncoded)")
        } catch Failure.refused(let why, let problem) where problem?.isNotFound == true {
            return ["dataset": .string(dataset), "views": .string(why)]
        }
        var views: [(String, JSONValue)] = []
        for (name, generation) in sealed["views"]?.object ?? [] {
            views.append(
                (
                    name,
                    [
                        "generation": generation,
                        // Whether the view is still declared so.
                        "current": .bool(try await generationNow(of: name) == generation),
                    ]
                )
            )
        }
        return [
            "dataset": .string(dataset), "content": version["datasetContent"] ?? .null,
            "views": .object(views),
        ]
    }

    /// Null where there is no such view any more.
    private func generationNow(of view: String) async throws -> JSONValue {
        do {
            return try await client.ask(.GET, "\(Kind.featureview.path)/\(view.urlEncoded)")[
                "status"
            ]?["generation"] ?? .null
        } catch Failure.refused(_, let problem) where problem?.isNotFound == true {
            return .null
        }
    }
}

extension JSONValue {
    /// Of a problem that the server answered.
    fileprivate var isNotFound: Bool { self["type"]?.string == "notFound" }

    fileprivate func adding(_ name: String, _ value: JSONValue) -> JSONValue {
        .object((object ?? []) + [(name, value)])
    }

    fileprivate func addingToStatus(_ name: String, _ value: JSONValue) -> JSONValue {
        .object(
            (object ?? []).map { ($0.0, $0.0 == "status" ? $0.1.adding(name, value) : $0.1) }
        )
    }
}
