import SwiftProtobuf

/// Swift code that finds what only a later release can have written: Protobuf keeps unknown fields
/// and unknown values of enumerations without a word. It is written out message by message, because
/// every record that is read goes through it.
struct LaterReleaseCode {
    var contract: Contract

    var text: String {
        let events = contract.topics.compactMap { topic in contract.message(of: topic) }
        return """
            // Made by `TopicTool write` from Topics/. Do not edit.
            // swift-format-ignore-file

            internal import FoundationEssentials
            internal import SwiftProtobuf

            \(events.flatMap { extensions(of: $0, path: $0.message.name) }.joined(separator: "\n\n"))

            """
    }

    private func extensions(
        of message: ContractMessage,
        path: String,
        isEvent: Bool = true
    ) -> [String] {
        let own = isEvent ? event(message, path) : part(message, path)
        let enumerations = message.enumerations.map { enumeration in
            """
            extension \(path).\(enumeration.type.name) {
                var isOfLaterRelease: Bool {
                    if case .UNRECOGNIZED = self { true } else { false }
                }
            }
            """
        }
        return [own] + enumerations
            + message.nested.flatMap { nested in
                extensions(of: nested, path: "\(path).\(nested.message.name)", isEvent: false)
            }
    }

    private func event(_ message: ContractMessage, _ path: String) -> String {
        let cases = message.facts.map { fact in
            "        case .\(fact.member.lowerCamelCase)(let fact)?: fact.isOfLaterRelease"
        }
        return """
            extension \(path) {
                public var isOfLaterRelease: Bool {
                    guard unknownFields.data.isEmpty else { return true }
                    return switch fact {
            \(cases.joined(separator: "\n"))
                    case nil: false
                    }
                }
            }
            """
    }

    private func part(_ message: ContractMessage, _ path: String) -> String {
        let members = message.fields.map(\.field).filter { $0.type == .message || $0.type == .enum }
            .map { field in
                let name = field.name.lowerCamelCase
                return field.label == .repeated
                    ? "\(name).contains { $0.isOfLaterRelease }" : "\(name).isOfLaterRelease"
            }
        return """
            extension \(path) {
                var isOfLaterRelease: Bool {
                    \((["!unknownFields.data.isEmpty"] + members).joined(separator: " || "))
                }
            }
            """
    }
}
