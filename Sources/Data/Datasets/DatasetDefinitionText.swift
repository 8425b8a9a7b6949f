internal import Bytes
internal import JSON

extension DatasetDefinition {
    /// Reads the canonical JSON that a fact holds; nil where it is none that a release writes.
    init?(text: String) {
        let json: JSONValue
        do throws(JSONError) {
            json = try JSONValue(parsing: text)
        } catch {
            return nil
        }
        guard json["kind"] == "Dataset", let name = json["name"]?.string, let spec = json["spec"],
            let rows = spec["rows"]?.string, let id = spec["id"]?.string
        else { return nil }
        var features: [String] = []
        for value in spec["features"]?.array ?? [] {
            guard let feature = value.string else { return nil }
            features.append(feature)
        }
        var label: Label?
        if let json = spec["label"], !json.isNull {
            label = Label(json)
            if label == nil { return nil }
        }
        self.init(
            name: name,
            description: json["description"]?.string ?? "",
            owner: json["owner"]?.string ?? "",
            rows: rows,
            id: id,
            features: features,
            label: label,
            filter: spec["where"]?.string
        )
    }
}

extension DatasetDefinition.Label {
    fileprivate init?(_ json: JSONValue) {
        guard let stream = json["stream"]?.string, let match = json["match"]?.string,
            let value = json["value"]?.string,
            let within = json["within"]?.string.flatMap({ TimeSpan($0) })
        else { return nil }
        self.init(stream: stream, match: match, value: value, within: within)
    }
}
