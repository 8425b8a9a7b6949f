import SwiftProtobuf

/// What every contract must fulfil, whatever was released before.
struct ContractRules {
    var contract: Contract

    func check(_ problems: inout Problems) {
        checkTopics(&problems)
        for topic in contract.topics {
            guard let message = contract.message(of: topic) else {
                problems.add(
                    "Topics/topics.yaml",
                    "\(topic.name): there is no message `\(topic.message)`"
                )
                continue
            }
            checkFacts(of: message, topic, &problems)
        }
        for file in contract.files {
            for message in file.messageType
            where !contract.topics.contains(where: {
                $0.message == "\(file.package).\(message.name)"
            }) {
                problems.add(
                    "Topics/\(file.name)",
                    "the message `\(message.name)` belongs to no topic"
                )
            }
        }
    }

    private func checkTopics(_ problems: inout Problems) {
        let file = "Topics/topics.yaml"
        var (names, messages) = (Set<String>(), Set<String>())
        for topic in contract.topics {
            if !names.insert(topic.name).inserted {
                problems.add(file, "\(topic.name) stands here twice, and a topic has one owner")
            }
            if !messages.insert(topic.message).inserted {
                problems.add(
                    file,
                    "\(topic.name): another topic has the message `\(topic.message)`"
                )
            }
            if !topic.name.hasPrefix("tributary.") || topic.shortName.isEmpty {
                problems.add(file, "\(topic.name): a topic of the platform is named `tributary.…`")
            }
            if topic.package != "\(topic.name).v1" {
                problems.add(
                    file,
                    "\(topic.name): its message is in the package `\(topic.name).v1`"
                )
            }
            if topic.owner.contains(where: { !$0.isLetter }) {
                problems.add(
                    file,
                    "\(topic.name): `owner` names exactly one module, not `\(topic.owner)`"
                )
            }
            if topic.plane == .control, topic.partitions != 1 || topic.retention != .forever {
                problems.add(
                    file,
                    "\(topic.name): a control topic has 1 partition, for its total order, and is kept forever"
                )
            }
        }
    }

    private func checkFacts(
        of event: ContractMessage,
        _ topic: TopicEntry,
        _ problems: inout Problems
    ) {
        let file = "Topics/\(event.file.name)"
        let message = event.message
        if message.oneofDecl.map(\.name) != ["fact"]
            || message.field.contains(where: { !$0.hasOneofIndex })
        {
            problems.add(file, "`\(message.name)` holds nothing but one `oneof fact`")
            return
        }
        for field in message.field {
            let expected = ".\(topic.message).\(field.name.upperCamelCase)"
            if field.typeName != expected {
                problems.add(
                    file,
                    "the fact `\(field.name)` of \(message.name) is a message within it, `\(expected.dropFirst())`"
                )
            }
        }
        if topic.plane == .control {
            for (_, fact) in event.facts where fact.subjectField == nil {
                problems.add(
                    file,
                    "field 1 of \(fact.message.name) is a string, its subject, as on every control topic"
                )
            }
        }
        checkComments(of: event, isEvent: true, &problems)
    }

    /// Comments become the documents, so none may be missing. Maps have no order, so digests of
    /// what is made from them would differ.
    private func checkComments(
        of message: ContractMessage,
        isEvent: Bool,
        _ problems: inout Problems
    ) {
        let file = "Topics/\(message.file.name)"
        if message.comment.isEmpty {
            problems.add(file, "`\(message.message.name)` has no comment")
        }
        for (field, comment) in message.fields where !isEvent && comment.isEmpty {
            problems.add(
                file,
                "the field `\(field.name)` of \(message.message.name) has no comment"
            )
        }
        for enumeration in message.enumerations {
            if enumeration.comment.isEmpty {
                problems.add(file, "`\(enumeration.type.name)` has no comment")
            }
            for (value, comment) in enumeration.values where comment.isEmpty {
                problems.add(
                    file,
                    "the value `\(value.name)` of \(enumeration.type.name) has no comment"
                )
            }
        }
        for nested in message.nested {
            if nested.message.options.mapEntry {
                problems.add(
                    file,
                    "\(message.message.name) has a map; write a repeated message instead"
                )
            } else {
                checkComments(of: nested, isEvent: false, &problems)
            }
        }
    }
}

extension String {
    /// `VersionPromoted` of `version_promoted`.
    var upperCamelCase: String {
        split(separator: "_").map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined()
    }

    /// `versionPromoted` of `version_promoted`.
    var lowerCamelCase: String {
        let upper = upperCamelCase
        return upper.prefix(1).lowercased() + upper.dropFirst()
    }
}
