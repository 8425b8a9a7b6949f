import SwiftProtobuf

/// The topics as Swift code, and each message's tie to its topic.
struct SwiftTable {
    var contract: Contract

    var text: String {
        """
        // Made by `TopicTool write` from Topics/. Do not edit.
        // swift-format-ignore-file

        internal import Bytes
        public import Logs

        /// The topics of the platform.
        public enum PlatformTopics {
        \(contract.topics.map(constant).joined(separator: "\n"))

            /// All of them, in the order of topics.yaml.
            public static let all: [TopicSpec] = [\(contract.topics.map(\.shortName.lowerCamelCase).joined(separator: ", "))]

            /// What their records hold, in the same order.
            public static let events: [any PlatformEvent.Type] = [
        \(contract.topics.map { "        \($0.messageName).self," }.joined(separator: "\n"))
            ]
        }

        \(contract.topics.map(conformance).joined(separator: "\n\n"))

        """
    }

    private func constant(_ topic: TopicEntry) -> String {
        let retention =
            switch topic.retention {
            case .forever: ".forever"
            case .latestPerKey: ".latestPerKey"
            case .days(let days): ".span(.seconds(\(days * 86_400)))"
            }
        return """
                /// \(topic.summary)
                public static let \(topic.shortName.lowerCamelCase) = TopicSpec(
                    "\(topic.name)", partitions: \(topic.partitions), retention: \(retention))
            """
    }

    private func conformance(_ topic: TopicEntry) -> String {
        let facts = contract.message(of: topic)?.facts ?? []
        let names = facts.map { "\(topic.package).\($0.message.message.name)" }
        let cases = zip(facts, names).map {
            "        case .\($0.member.lowerCamelCase)?: \"\($1)\""
        }
        return """
            extension \(topic.messageName): \(topic.plane == .control ? "ControlEvent" : "PlatformEvent") {
                public static let topic = PlatformTopics.\(topic.shortName.lowerCamelCase)
                public static let plane = Plane.\(topic.plane)
                public static let typeNames = [
            \(names.map { "        \"\($0)\"," }.joined(separator: "\n"))
                ]

                public var typeName: String? {
                    switch fact {
            \(cases.joined(separator: "\n"))
                    case nil: nil
                    }
                }\(topic.plane == .control ? subject(of: facts) : "")
            }
            """
    }

    /// The first field of a fact on a control topic is its subject (`ContractRules`).
    private func subject(of facts: [(member: String, message: ContractMessage)]) -> String {
        let cases = facts.compactMap { fact in
            fact.message.subjectField.map {
                "        case .\(fact.member.lowerCamelCase)(let fact)?: fact.\($0.name.lowerCamelCase)"
            }
        }
        return """


                public var subject: String? {
                    switch fact {
            \(cases.joined(separator: "\n"))
                    case nil: nil
                    }
                }
            """
    }
}
