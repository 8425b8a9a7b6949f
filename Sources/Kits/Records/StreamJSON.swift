public import Bytes
public import Documents
public import JSON
public import Logs

extension StreamDefinition: ResourceDefinition {
    public static let kind = "Stream"
    public static var schema: JSONValue { schema(spec: StreamKeys.all) }

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
        return resource(spec: spec)
    }

    public init(json: JSONValue) throws(DocumentProblems) {
        self = try Self.read(json, spec: StreamKeys.all) { head, spec in
            let fields = spec.value(StreamKeys.fields)
            let roles = [StreamKeys.key, StreamKeys.time, StreamKeys.identity]
            let names = roles.map { spec.value($0) }
            // Of a field that cannot be read, nothing can be said.
            for (role, name) in zip(roles, names) where fields?.isRead(name) != true {
                spec.doubt(role.rule)
            }
            return Self(
                name: head.name,
                description: head.description,
                owner: head.owner,
                topic: spec.value(StreamKeys.topic),
                partitions: spec.value(StreamKeys.partitions) ?? 1,
                retention: spec.value(StreamKeys.retention) ?? Self.defaultRetention,
                format: spec.value(StreamKeys.format) ?? .json,
                key: names[0] ?? "",
                time: names[1] ?? "",
                identity: names[2],
                lateness: spec.value(StreamKeys.lateness) ?? .seconds(0),
                idle: spec.value(StreamKeys.idle),
                notBefore: spec.value(StreamKeys.notBefore),
                notAfter: spec.value(StreamKeys.notAfter),
                fields: fields?.list ?? []
            )
        }
    }

    public mutating func isDeclared(as generation: Digest) {
        if generation != self.generation { declaredGeneration = generation }
    }

    public static let defaultRetention = Retention.forever

    /// Reads what a resource says of retention: `forever`, or a length of time longer than none.
    public static func retention(_ text: String) -> Retention? {
        if text == "forever" { return .forever }
        return TimeSpan(text).flatMap { $0.microseconds > 0 ? .span($0) : nil }
    }
}

extension StreamDefinition.Field {
    /// `"int64"`, `"string?"`, or an object where there is more to say.
    public var json: JSONValue {
        let type = JSONValue.string(type.rawValue + (isOptional ? "?" : ""))
        return oneOf.isEmpty ? type : ["type": type, "oneOf": .array(oneOf.map(JSONValue.string))]
    }

    /// Reads `int64` or `string?`; nil where there is no such type.
    public init?(_ name: String, shorthand: String) {
        let isOptional = shorthand.hasSuffix("?")
        guard let type = FieldType(rawValue: isOptional ? String(shorthand.dropLast()) : shorthand)
        else { return nil }
        self.init(name, type, isOptional: isOptional)
    }
}

extension Retention {
    /// `forever`, or a span such as `30d`.
    fileprivate var text: String {
        switch self {
        case .forever: "forever"
        case .latestPerKey: "latestPerKey"
        case .span(let span): span.description
        }
    }
}
