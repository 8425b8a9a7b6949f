import Foundation
import SwiftProtobuf

/// Docs/asyncapi.json: the topics in the words of AsyncAPI 3.0, for tools that make clients and
/// catalogues.
struct AsyncAPIDocument {
    var contract: Contract
    var version: String

    /// Members stand in the order of their names, so that equal contracts give equal bytes.
    func text() throws -> String {
        let options: JSONSerialization.WritingOptions = [
            .prettyPrinted, .sortedKeys, .withoutEscapingSlashes,
        ]
        let bytes = try JSONSerialization.data(withJSONObject: document, options: options)
        return String(decoding: bytes, as: UTF8.self) + "\n"
    }

    private var document: [String: Any] {
        [
            "asyncapi": "3.0.0",
            "info": [
                "title": "Tributary", "version": version,
                "description": "The platform's own topics. Their rules are in Docs/Topics.md.",
            ],
            "defaultContentType": "application/protobuf",
            "channels": keyed(contract.topics) { channel($0) },
            "operations": keyed(contract.topics) { topic in
                [
                    "action": "send", "channel": reference("channels", topic.shortName),
                    "summary": topic.summary,
                ]
            },
            "components": ["messageTraits": ["envelope": envelope]],
        ]
    }

    private func channel(_ topic: TopicEntry) -> [String: Any] {
        let facts = contract.message(of: topic)?.facts ?? []
        return [
            "address": topic.name,
            "description": topic.summary,
            "messages": Dictionary(
                uniqueKeysWithValues: facts.map {
                    ($0.message.message.name, message($0.message, of: topic))
                }
            ),
            "bindings": [
                "kafka": [
                    "bindingVersion": "0.5.0", "topic": topic.name,
                    "partitions": Int(topic.partitions),
                    "topicConfiguration": configuration(topic.retention),
                ]
            ],
        ]
    }

    private func configuration(_ retention: TopicEntry.KeptFor) -> [String: Any] {
        switch retention {
        case .forever: ["cleanup.policy": ["delete"], "retention.ms": -1]
        case .latestPerKey: ["cleanup.policy": ["compact"]]
        case .days(let days): ["cleanup.policy": ["delete"], "retention.ms": days * 86_400_000]
        }
    }

    private func message(_ fact: ContractMessage, of topic: TopicEntry) -> [String: Any] {
        let source = contract.sources.first { $0.name == fact.file.name }?.bytes ?? []
        return [
            "name": "\(topic.package).\(fact.message.name)",
            "summary": fact.comment,
            "contentType": "application/protobuf",
            "traits": [reference("components", "messageTraits", "envelope")],
            "bindings": [
                "kafka": [
                    "bindingVersion": "0.5.0", "key": ["type": "string", "description": topic.key],
                ]
            ],
            "payload": [
                "schemaFormat": "application/vnd.google.protobuf;version=3",
                "schema": String(decoding: source, as: UTF8.self),
            ],
        ]
    }

    private var envelope: [String: Any] {
        [
            "headers": [
                "type": "object",
                "required": EnvelopeHeaders.all.filter(\.isRequired).map(\.name),
                "properties": keyed(EnvelopeHeaders.all, name: \.name) {
                    ["type": "string", "description": $0.meaning]
                },
            ]
        ]
    }

    private func reference(_ path: String...) -> [String: Any] {
        ["$ref": "#/" + path.joined(separator: "/")]
    }

    private func keyed(
        _ topics: [TopicEntry],
        _ value: (TopicEntry) -> [String: Any]
    ) -> [String: Any] {
        keyed(topics, name: \.shortName, value)
    }

    private func keyed<Element>(
        _ elements: [Element],
        name: KeyPath<Element, String>,
        _ value: (Element) -> [String: Any]
    ) -> [String: Any] {
        Dictionary(uniqueKeysWithValues: elements.map { ($0[keyPath: name], value($0)) })
    }
}
