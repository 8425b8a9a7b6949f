internal import Bytes
public import JSON
public import Logs

extension StreamDefinition {
    /// The definition as the resource that declares it, with every default written out.
    public var json: JSONValue {
        var spec: [(String, JSONValue)] = [
            ("topic", .string(topic)), ("partitions", .integer(Int64(partitions))),
            ("retention", .string(retention.text)), ("format", .string(format.rawValue)),
            ("key", .string(key)),
            ("time", .string(time)),
        ]
        if let identity { spec.append(("identity", .string(identity))) }
        spec.append(("lateness", .string(lateness.description)))
        if let idle { spec.append(("idle", .string(idle.description))) }
        if let notBefore { spec.append(("notBefore", .string(notBefore.rfc3339))) }
        if let notAfter { spec.append(("notAfter", .string(notAfter.rfc3339))) }
        spec.append(("fields", .object(fields.map { ($0.name, $0.json) })))
        return [
            "kind": "Stream", "name": .string(name), "description": .string(description),
            "owner": .string(owner),
            "spec": .object(spec),
        ]
    }

    /// Reads what `json` writes. The first thing that is wrong is thrown.
    public init(json: JSONValue) throws(Problem) {
        guard json["kind"] == "Stream" else { throw Problem(["kind"], "it is not `Stream`.") }
        guard let spec = json["spec"] else { throw Problem(["spec"], "it is missing.") }
        func text(
            _ key: String,
            of value: JSONValue,
            _ path: [String] = []
        ) throws(Problem) -> String {
            guard let text = value[key]?.string else {
                throw Problem(path + [key], "it is no text.")
            }
            return text
        }
        func optional<Value>(_ key: String, _ read: (String) -> Value?) throws(Problem) -> Value? {
            guard spec[key] != nil else { return nil }
            guard let value = read(try text(key, of: spec, ["spec"])) else {
                throw Problem(["spec", key], "it cannot be read.")
            }
            return value
        }
        func required<Value>(_ key: String, _ read: (String) -> Value?) throws(Problem) -> Value {
            guard let value = try optional(key, read) else {
                throw Problem(["spec", key], "it is missing.")
            }
            return value
        }
        guard let partitions = spec["partitions"]?.integer.flatMap({ Int32(exactly: $0) }) else {
            throw Problem(["spec", "partitions"], "it is no count.")
        }
        guard let members = spec["fields"]?.object else {
            throw Problem(["spec", "fields"], "it is no object.")
        }
        var fields: [Field] = []
        for (name, value) in members {
            guard let field = Field(name, json: value) else {
                throw Problem(["spec", "fields", name], "it is no field type.")
            }
            fields.append(field)
        }
        self.init(
            name: try text("name", of: json),
            description: try text("description", of: json),
            owner: try text("owner", of: json),
            topic: try required("topic") { $0 },
            partitions: partitions,
            retention: try required("retention", Retention.init(text:)),
            format: try required("format", Format.init(rawValue:)),
            key: try required("key") { $0 },
            time: try required("time") { $0 },
            identity: try optional("identity") { $0 },
            lateness: try required("lateness") { TimeSpan($0) },
            idle: try optional("idle") { TimeSpan($0) },
            notBefore: try optional("notBefore") { Instant(rfc3339: $0) },
            notAfter: try optional("notAfter") { Instant(rfc3339: $0) },
            fields: fields
        )
        if let problem = problems.first { throw problem }
    }
}

extension StreamDefinition.Field {
    /// `"int64"`, `"string?"`, or an object where there is more to say.
    public var json: JSONValue {
        let type = JSONValue.string(type.rawValue + (isOptional ? "?" : ""))
        return oneOf.isEmpty ? type : ["type": type, "oneOf": .array(oneOf.map(JSONValue.string))]
    }

    init?(_ name: String, json: JSONValue) {
        guard let shorthand = json.string ?? json["type"]?.string,
            var field = Self(name, shorthand: shorthand)
        else {
            return nil
        }
        for value in json["oneOf"]?.array ?? [] {
            guard let text = value.string else { return nil }
            field.oneOf.append(text)
        }
        self = field
    }

    /// Reads `int64` or `string?`; nil where there is no such type.
    public init?(_ name: String, shorthand: String) {
        let isOptional = shorthand.hasSuffix("?")
        guard let type = FieldType(rawValue: isOptional ? String(shorthand.dropLast()) : shorthand)
        else { return nil }
        self.init(name, type, isOptional: isOptional)
    }
}

extension StreamDefinition {
    public static let defaultRetention = Retention.forever

    /// Reads what a resource says of retention: `forever`, or a length of time longer than none.
    public static func retention(_ text: String) -> Retention? {
        if text == "forever" { return .forever }
        return TimeSpan(text).flatMap { $0.microseconds > 0 ? .span($0) : nil }
    }
}

extension Retention {
    /// `forever`, or a span such as `30d`.
    var text: String {
        switch self {
        case .forever: "forever"
        case .latestPerKey: "latestPerKey"
        case .span(let span): span.description
        }
    }

    init?(text: String) {
        switch text {
        case "forever": self = .forever
        case "latestPerKey": self = .latestPerKey
        default:
            guard let span = TimeSpan(text) else { return nil }
            self = .span(span)
        }
    }
}
