import Bytes
import Events
import Foundation
import Testing

@Suite struct `The contract` {
    @Test func `passes the check as it stands`() throws {
        let (status, output) = try Repository().run("check")

        #expect(status == 0, "\(output)")
    }

    @Test func `is the one that this code was made from`() throws {
        var hasher = DigestHasher()
        let topics = Repository.root.appendingPathComponent("Topics")
        let messages = try FileManager.default.contentsOfDirectory(atPath: topics.path)
            .filter { $0.hasSuffix(".proto") }.sorted()
        for name in ["topics.yaml"] + messages {
            hasher.updateCounted(name)
            hasher.updateCounted(Array(try Data(contentsOf: topics.appendingPathComponent(name))))
        }

        #expect(Contract.digest == hasher.finish().hex, "Run `TopicTool write`.")
    }

    /// A change that would give released records another meaning, and what the check must say of
    /// it.
    struct Change: CustomTestStringConvertible {
        var file: String
        var text: String
        var replacement: String
        var complaint: String
        var testDescription: String { complaint }
    }

    static let streams = "Topics/streams.proto"
    static let topics = "Topics/topics.yaml"
    /// What stands before the number of partitions of the one topic on the failure plane.
    static let deadLetters = "plane: failure\n    key: the name of the stream\n    partitions: "
    static let declared = "of tributary.streams.v1.StreamEvent.Declared"
    static let fieldType = "of tributary.streams.v1.StreamEvent.FieldType"

    static let forbidden: [Change] = [
        Change(
            file: streams,
            text: "    // Who answers questions about it.\n    string owner = 3;\n",
            replacement: "",
            complaint: "\(streams): the field `owner` (3) \(declared) is gone"
        ),
        Change(
            file: streams,
            text: "string owner = 3;",
            replacement: "string owner = 30;",
            complaint: "\(streams): the field `owner` (3) \(declared) was renumbered to 30"
        ),
        Change(
            file: streams,
            text: "string owner = 3;",
            replacement: "bytes owner = 3;",
            complaint: "\(streams): the field `owner` (3) \(declared) was string and is bytes"
        ),
        Change(
            file: streams,
            text: "Format format = 7;",
            replacement: "FieldType format = 7;",
            complaint: "\(streams): the field `format` (7) \(declared) was Format and is FieldType"
        ),
        Change(
            file: streams,
            text: "string owner = 3;",
            replacement: "repeated string owner = 3;",
            complaint: "\(streams): the field `owner` (3) \(declared) was singular and is repeated"
        ),
        Change(
            file: streams,
            text: "optional int64 idle_us = 12;",
            replacement: "int64 idle_us = 12;",
            complaint:
                "\(streams): the field `idle_us` (12) \(declared) was optional and is singular"
        ),
        Change(
            file: streams,
            text: "string owner = 3;",
            replacement: "string holder = 3;",
            complaint: "\(streams): the field `owner` (3) \(declared) was renamed to `holder`"
        ),
        Change(
            file: streams,
            text: "string owner = 3;",
            replacement: "string owner = 3 [json_name = \"who\"];",
            complaint: "\(streams): the field `owner` (3) \(declared) is `who` in JSON now"
        ),
        Change(
            file: streams,
            text: "    Switched switched = 4;\n  }\n",
            replacement: "  }\n  Switched switched = 4;\n",
            complaint: """
                \(streams): the field `switched` (4) of tributary.streams.v1.StreamEvent moved from oneof `fact` \
                to no oneof
                """
        ),
        Change(
            file: streams,
            text: "string owner = 3;",
            replacement: "oneof either { string owner = 3; }",
            complaint:
                "\(streams): the field `owner` (3) \(declared) moved from no oneof to oneof `either`"
        ),
        Change(
            file: streams,
            text: "    // Unicode text.\n    FIELD_TYPE_STRING = 5;\n",
            replacement: "",
            complaint: "\(streams): the value `FIELD_TYPE_STRING` (5) \(fieldType) is gone"
        ),
        Change(
            file: streams,
            text: "FIELD_TYPE_STRING = 5;",
            replacement: "FIELD_TYPE_STRING = 50;",
            complaint:
                "\(streams): the value `FIELD_TYPE_STRING` (5) \(fieldType) was renumbered to 50"
        ),
        Change(
            file: streams,
            text: "FIELD_TYPE_STRING = 5;",
            replacement: "FIELD_TYPE_TEXT = 5;",
            complaint:
                "\(streams): the value `FIELD_TYPE_STRING` (5) \(fieldType) was renamed to `FIELD_TYPE_TEXT`"
        ),
        Change(
            file: streams,
            text: "package tributary.streams.v1;",
            replacement: "package tributary.streams.v2;",
            complaint:
                "\(streams): the package `tributary.streams.v1` became `tributary.streams.v2`"
        ),
        Change(
            file: topics,
            text: deadLetters + "4",
            replacement: deadLetters + "8",
            complaint:
                "\(topics): tributary.deadletters: `partitions` is 8; it was released as 4 in 0.1.0"
        ),
        Change(
            file: topics,
            text: "retention: {days: 30}",
            replacement: "retention: {days: 7}",
            complaint:
                "\(topics): tributary.deadletters: `retention` is 7 days; it was released as 30 days in 0.1.0"
        ),
        Change(
            file: topics,
            text: "plane: proof",
            replacement: "plane: data",
            complaint:
                "\(topics): tributary.attestations: `plane` is data; it was released as proof in 0.1.0"
        ),
        Change(
            file: topics,
            text: "name: tributary.alerts",
            replacement: "name: tributary.alarms",
            complaint: "\(topics): the topic tributary.alerts is gone; 0.1.0 has it"
        ),
        Change(
            file: topics,
            text: "message: tributary.alerts.v1.AlertEvent",
            replacement: "message: tributary.alerts.v1.AlarmEvent",
            complaint:
                "\(topics): tributary.alerts: there is no message `tributary.alerts.v1.AlarmEvent`"
        ),
        Change(
            file: topics,
            text: "owner: Platform",
            replacement: "owner: Platform, Streams",
            complaint:
                "\(topics): tributary.alerts: `owner` names exactly one module, not `Platform, Streams`"
        ),
        Change(
            file: topics,
            text: "owner: Platform",
            replacement: "owner: [Platform, Streams]",
            complaint: "`owner` is exactly one text"
        ),
        Change(
            file: topics,
            text: "    owner: Platform\n",
            replacement: "",
            complaint: "the topic has no `owner`"
        ),
        Change(
            file: topics,
            text: "plane: proof",
            replacement: "plain: proof",
            complaint: "a topic has no `plain`"
        ),
    ]

    @Test(arguments: forbidden)
    func `cannot change so that`(_ change: Change) throws {
        let repository = try Repository()
        try repository.edit(change.file, change.text, change.replacement)
        let (status, output) = try repository.run("check")

        #expect(status == 1)
        #expect(output.contains(change.complaint), "\(output)")
    }

    @Test func `cannot lose a file, a message or a release`() throws {
        let repository = try Repository()
        try repository.remove("Topics/alerts.proto")
        let lost = try repository.run("check")
        #expect(lost.status == 1)
        #expect(
            lost.output.contains("Topics/alerts.proto: the file is gone; 0.1.0 has it"),
            "\(lost.output)"
        )

        let released = try Repository()
        try released.remove("Topics/Released/0.1.0/topics.yaml")
        let unproven = try released.run("check")
        #expect(unproven.status == 1)
        #expect(
            unproven.output.contains("Topics/Released/0.1.0/topics.yaml: the file is gone"),
            "\(unproven.output)"
        )
    }

    @Test func `shows all its problems at once`() throws {
        let repository = try Repository()
        try repository.edit(Self.streams, "string owner = 3;", "string holder = 3;")
        try repository.edit(Self.topics, Self.deadLetters + "4", Self.deadLetters + "8")
        try repository.edit("Topics/alerts.proto", "string detail = 4;", "string detail = 5;")
        let (_, output) = try repository.run("check")

        for word in ["`owner`", "`partitions` is 8", "`detail`"] {
            #expect(output.contains(word), "\(output)")
        }
    }

    @Test func `may gain facts, fields and values, once everything is made anew`() throws {
        let repository = try Repository()
        try repository.edit(
            Self.streams,
            "string owner = 3;",
            "string owner = 3;\n    // Where to ask.\n    string channel = 18;"
        )
        try repository.edit(
            Self.streams,
            "FIELD_TYPE_TIMESTAMP = 6;",
            "FIELD_TYPE_TIMESTAMP = 6;\n    // A calendar day.\n    FIELD_TYPE_DATE = 7;"
        )
        let (status, output) = try repository.run("check")

        #expect(status == 1)
        let complaints = output.split(separator: "\n").dropLast()
        #expect(complaints.allSatisfy { $0.contains("TopicTool write") }, "\(output)")
        #expect(
            complaints.contains { $0.hasPrefix("Sources/Events/Generated/streams.pb.swift") },
            "\(output)"
        )
    }

    @Test(arguments: [
        "Docs/Topics.md", "Docs/asyncapi.json", "Sources/Events/Generated/Topics.swift",
        "Sources/Events/Generated/LaterRelease.swift",
        "Sources/Events/Generated/alerts.pb.swift",
    ])
    func `keeps what is made from it up to date`(_ path: String) throws {
        let repository = try Repository()
        let file = repository.folder.appendingPathComponent(path)
        try (try repository.text(path) + "\n").write(to: file, atomically: true, encoding: .utf8)
        let (status, output) = try repository.run("check")

        #expect(status == 1)
        #expect(output.contains("\(path): "), "\(output)")
    }

    @Test func `gives the documents again when they are gone`() throws {
        let repository = try Repository()
        let page = try repository.text("Docs/Topics.md")
        try repository.remove("Docs/Topics.md")
        #expect(try repository.run("check").status == 1)
        #expect(try repository.run("write").status == 0)

        #expect(try repository.text("Docs/Topics.md") == page)
        #expect(try repository.run("check").status == 0)
    }

    @Test func `is frozen by a release, once`() throws {
        let repository = try Repository()
        #expect(try repository.run("release", "0.2.0").status == 0)
        #expect(try repository.run("check").status == 0)
        let again = try repository.run("release", "0.2.0")
        #expect(again.status == 1)
        #expect(again.output.contains("was released already"), "\(again.output)")
        #expect(try repository.run("release", "next").status != 0)
    }
}
