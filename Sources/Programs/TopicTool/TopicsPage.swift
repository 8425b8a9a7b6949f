import SwiftProtobuf

/// Docs/Topics.md: what each topic holds, for people who read it with a client of their own.
struct TopicsPage {
    var contract: Contract

    var text: String {
        ([introduction, overview, envelope, rules] + contract.topics.map(section)).joined(
            separator: "\n\n"
        ) + "\n"
    }

    private var introduction: String {
        """
        <!-- Made by `TopicTool write` from Topics/. Do not edit. -->

        # Topics

        The platform's own topics are its interface to whoever reads with a Kafka client. The value of a record is
        a Protobuf message (`Topics/*.proto`) that holds exactly one fact; the headers are CloudEvents 1.0 in
        binary mode. `tributary events TOPIC --json` shows any of them as JSON lines.
        """
    }

    private var overview: String {
        table(
            ["topic", "holds", "plane", "partitions", "kept", "owner"],
            contract.topics.map { topic in
                [
                    "[`\(topic.name)`](#\(topic.name.filter { $0 != "." }))", topic.summary,
                    topic.plane.rawValue,
                    "\(topic.partitions)", "\(topic.retention)", topic.owner,
                ]
            }
        )
    }

    private var envelope: String {
        "## The headers\n\n"
            + table(
                ["header", "meaning", "always there"],
                EnvelopeHeaders.all.map {
                    ["`\($0.name)`", $0.meaning, $0.isRequired ? "yes" : ""]
                }
            )
                + """


                Where a name repeats, its last value counts. Headers that are not in this table mean nothing to the platform.
                """
    }

    private var rules: String {
        """
        ## Rules for readers

        1. **Control topics: the next number counts.** A fact takes effect only if its `ce_revision` is exactly the
           next number of its subject, and its `ce_id` has not taken effect before. So per key, the first record that
           carries the next number (1, 2, 3 …) counts; any other is void, as if it were not there. Kafka has no
           conditional append, so two servers may decide at the same time: this rule says who was first.
        2. **Everywhere else: drop an equal `ce_id`.** A reader that has seen the id skips the record.
        3. **Unknown means later.** A `ce_type` of the topic, a field or a value of an enumeration that you do not
           know was written by a later release. The platform's own projections stop there and say so, instead of holding another state
           than the release that wrote it.
        4. **What is no event is void.** A record without the headers above, with a `ce_type` that does not begin with
           the name of the topic, with a key that differs from `ce_subject`, or with a value that is not the message
           its `ce_type` names, is skipped.

        What may change from release to release: new topics, new facts, new fields, new values. What never does: a
        number, a name, a type or a presence of what was released, nor a topic's plane, partitions, retention or
        message. `TopicTool check` holds each change against every release in `Topics/Released`.
        """
    }

    private func section(_ topic: TopicEntry) -> String {
        guard let message = contract.message(of: topic) else { return "## \(topic.name)" }
        let facts = message.facts.map {
            "### \($0.message.message.name)\n\n\(body($0.message, topic))"
        }
        let factNames = Set(message.facts.map(\.message.message.name))
        let parts = message.nested.filter { !factNames.contains($0.message.name) }
            .map {
                "### \($0.message.name) (a part of facts)\n\n\($0.comment)\n\n\(fields(of: $0))"
            }
        let enumerations = message.enumerations.map { enumeration in
            "### \(enumeration.type.name) (an enumeration)\n\n\(enumeration.comment)\n\n"
                + table(
                    ["number", "value", "meaning"],
                    enumeration.values.map {
                        ["\($0.value.number)", "`\($0.value.name)`", $0.comment]
                    }
                )
        }
        return
            ([
                """
                ## \(topic.name)

                \(topic.summary) \(message.comment)

                * message: `\(topic.message)` (`Topics/\(message.file.name)`)
                * key and `ce_subject`: \(topic.key)
                * partitions: \(topic.partitions); kept: \(topic.retention); plane: \(topic.plane.rawValue); \
                written by: \(topic.owner)
                """
            ] + facts + parts + enumerations).joined(separator: "\n\n")
    }

    private func body(_ fact: ContractMessage, _ topic: TopicEntry) -> String {
        """
        \(fact.comment)

        `ce_type`: `\(topic.package).\(fact.message.name)`

        \(fields(of: fact))
        """
    }

    private func fields(of message: ContractMessage) -> String {
        table(
            ["number", "field", "in JSON", "type", "meaning"],
            message.fields.map { field, comment in
                let presence = field.presence == "singular" ? "" : "\(field.presence) "
                return [
                    "\(field.number)", "`\(field.name)`", "`\(field.jsonName)`",
                    "\(presence)\(field.kind)", comment,
                ]
            }
        )
    }

    private func table(_ head: [String], _ rows: [[String]]) -> String {
        ([head, head.map { _ in "---" }] + rows).map { row in
            "| " + row.map { $0.replacing("|", with: "\\|") }.joined(separator: " | ") + " |"
        }.joined(separator: "\n")
    }
}
