import Bytes
import JSON

/// Lists that take more than one question.
struct Lists {
    let client: Client
    let options: ListOptions

    /// The versions of all models, those of a model in order.
    func versions(_ query: String) async throws -> JSONValue {
        let models = try await client.ask(.GET, Kind.model.path + query)["items"]?.array ?? []
        let asked = options.filters.last { $0.name == "model" }?.text
        var versions: [JSONValue] = []
        for name in models.compactMap({ $0["name"]?.string }) where asked ?? name == name {
            let model = try await client.ask(.GET, "\(Kind.model.path)/\(name.urlEncoded)\(query)")
            versions += model["status"]?["versions"]?.array ?? []
        }
        let columns = [
            "name", "model", "version", "stage", "dataset", "run", "registeredAt", "actor",
        ]
        let items = versions.map { version in
            JSONValue.object(columns.map { ($0, version[$0] ?? .null) })
        }
        return try options.list(items, timeField: Kind.version.timeField)
    }

    /// The newest predictions, the last first.
    func predictions() async throws -> JSONValue {
        let limit = options.limit ?? 20
        // Each partition has as many as that, and one more says that there are more.
        let query = options.chooses ? "" : "?from=-\(limit + 1)"
        var newest: [(time: Instant, item: JSONValue)] = []
        var isCut = false
        try await client.lines(
            "/api/v1/events/tributary.predictions\(query)",
            to: "send the predictions"
        ) { line in
            let event = try JSONValue(parsing: line)
            guard let item = Self.prediction(event) else { return }
            try options.checkFields(of: [item])
            guard options.fits(item, timeField: Kind.prediction.timeField) else { return }
            let time = item["decidedAt"]?.string.flatMap { Instant(rfc3339: $0) }
            newest.append((time ?? .distantPast, item))
            guard newest.count > 2 * limit + 1_000 else { return }
            newest = Self.last(limit, of: newest)
            isCut = true
        }
        if newest.count > limit { isCut = true }
        let items = Self.last(limit, of: newest).map(\.item)
        return .object([("items", .array(items))] + (isCut ? [("more", true)] : []))
    }

    private static func last(
        _ count: Int,
        of items: [(time: Instant, item: JSONValue)]
    ) -> [(time: Instant, item: JSONValue)] {
        Array(items.sorted { $0.time > $1.time }.prefix(count))
    }

    /// Facts of 0.1 have no list of outputs. Null where the model gives none.
    private static func probability(of fact: JSONValue) -> JSONValue {
        guard let outputs = fact["outputs"]?.array else { return fact["probability"] ?? .number(0) }
        let output = outputs.first { $0["name"]?.string == "probability" }
        return output?["values"]?.array?.first ?? .null
    }

    /// Of a record of the topic; nil: it is none.
    private static func prediction(_ event: JSONValue) -> JSONValue? {
        guard let fact = event["fact"]?["predicted"] else { return nil }
        // Protobuf's JSON has integers of 64 bits as texts, and leaves out what is false or zero.
        let at = fact["atUs"]?.string.flatMap(Int64.init) ?? 0
        let version = fact["version"]?.string.flatMap(Int64.init) ?? 0
        return [
            "id": event["id"] ?? .null, "endpoint": fact["endpoint"] ?? "",
            "model": fact["model"] ?? "", "version": .integer(version),
            "subject": fact["id"] ?? "",
            "probability": probability(of: fact),
            "at": .string(Instant(microseconds: at).rfc3339),
            "complete": fact["complete"] ?? false, "decidedAt": event["time"] ?? .null,
        ]
    }
}
