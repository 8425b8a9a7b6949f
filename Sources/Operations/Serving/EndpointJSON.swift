internal import Bytes
public import Documents
public import JSON

extension EndpointDefinition: ResourceDefinition {
    public static let kind = "Endpoint"
    public static var schema: JSONValue { schema(spec: EndpointKeys.all) }

    public var json: JSONValue {
        var spec: [(String, JSONValue)] = [("model", .string(model.description))]
        if let answer { spec.append(("answer", answer.json)) }
        if let publish { spec.append(("publish", publish.json)) }
        spec.append(("durability", .string(durability.rawValue)))
        spec.append(("missing", .string(missing.rawValue)))
        return resource(spec: spec)
    }

    public init(json: JSONValue) throws(DocumentProblems) {
        self = try Self.read(json, spec: EndpointKeys.all) { head, spec in
            Self(
                name: head.name,
                description: head.description,
                owner: head.owner,
                model: spec.value(EndpointKeys.model) ?? ModelReference("", .stage("production")),
                answer: spec.value(EndpointKeys.answer),
                publish: spec.value(EndpointKeys.publish),
                durability: spec.value(EndpointKeys.durability) ?? .acked,
                missing: spec.value(EndpointKeys.missing) ?? .keep
            )
        }
    }
}

extension EndpointDefinition.Answer {
    var json: JSONValue {
        var members: [(String, JSONValue)] = [("stream", .string(stream))]
        if let from { members.append(("from", .string(from.rfc3339))) }
        members.append(("wait", .string(wait.description)))
        return .object(members)
    }
}

extension EndpointDefinition.Publish {
    var json: JSONValue {
        ["topic": .string(topic), "partitions": .integer(Int64(partitions))]
    }
}

extension EndpointDefinition.Answer.Wait: CustomStringConvertible {
    public var description: String {
        switch self {
        case .unlimited: "unlimited"
        case .atMost(let span): span.description
        }
    }
}
