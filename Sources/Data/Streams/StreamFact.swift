internal import Bytes
internal import Documents
internal import Events
internal import FoundationEssentials
internal import JSON
internal import Records
internal import SwiftProtobuf

extension StreamDefinition {
    /// The whole definition as the fact that declares it.
    var declared: StreamEvent.Declared {
        .with {
            $0.name = name
            $0.definition = canonicalText
            $0.generation = .init(generation.bytes)
        }
    }
}

extension StreamEvent.Declared {
    /// The resource as canonical JSON. Facts of 0.1 have it in members of their own.
    var text: String { definition.isEmpty ? resource.canonicalText : definition }

    private var resource: JSONValue {
        var spec: [(String, JSONValue)] = [
            ("topic", .string(topic)), ("partitions", .integer(Int64(partitions))),
            ("retention", .string(hasRetentionUs ? Self.span(retentionUs) : "forever")),
            ("format", .string(format == .json ? "json" : "format \(format.rawValue)")),
            ("key", .string(key)), ("time", .string(time)),
        ]
        if hasIdentity { spec.append(("identity", .string(identity))) }
        spec.append(("lateness", .string(Self.span(latenessUs))))
        if hasIdleUs { spec.append(("idle", .string(Self.span(idleUs)))) }
        if hasNotBeforeUs { spec.append(("notBefore", .string(Self.instant(notBeforeUs)))) }
        if hasNotAfterUs { spec.append(("notAfter", .string(Self.instant(notAfterUs)))) }
        spec.append(("fields", .object(fields.map { ($0.name, $0.resource) })))
        return [
            "kind": "Stream", "name": .string(name), "description": .string(description_p),
            "owner": .string(owner), "spec": .object(spec),
        ]
    }

    private static func span(_ microseconds: Int64) -> String {
        TimeSpan(microseconds: microseconds).description
    }

    private static func instant(_ microseconds: Int64) -> String {
        let instant = Instant(microseconds: microseconds)
        // One that RFC 3339 cannot write is none, and not the nearest that it can.
        return Instant(rfc3339: instant.rfc3339) == instant
            ? instant.rfc3339 : "microsecond \(microseconds)"
    }
}

extension StreamEvent.Field {
    fileprivate var resource: JSONValue {
        let type = JSONValue.string(type.word + (isOptional ? "?" : ""))
        return oneOf.isEmpty ? type : ["type": type, "oneOf": .array(oneOf.map(JSONValue.string))]
    }
}

extension StreamEvent.FieldType {
    fileprivate var word: String {
        switch self {
        case .bool: "bool"
        case .int32: "int32"
        case .int64: "int64"
        case .float: "float"
        case .string: "string"
        case .timestamp: "timestamp"
        case .unspecified, .UNRECOGNIZED: "type \(rawValue)"
        }
    }
}
