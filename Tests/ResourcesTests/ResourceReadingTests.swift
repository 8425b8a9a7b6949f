import Bytes
import Chance
import Documents
import Foundation
import JSON
import Records
import Resources
import Testing

private let kinds = "There are: Stream, FeatureView, Dataset, Model, Endpoint."

@Suite struct `Reading resources` {
    /// A good resource, one key a line.
    static let good = """
        kind: Stream
        name: s
        description: A stream.
        owner: ada
        spec:
          topic: t
          partitions: 4
          retention: 30d
          format: json
          key: k
          time: at
          identity: k
          lateness: 5m
          idle: 1h
          notBefore: 2013-01-01T00:00:00Z
          notAfter: 2014-01-01T00:00:00+01:00
          fields:
            k: int64
            at: timestamp
            s: string?
            c: {type: string, oneOf: [NO, 12:30, "null", 1e3]}
        """

    private func errors(_ text: String) -> [String] {
        readResources([SourceFile(name: "f.yaml", text: text)]).errors.map(\.description)
    }

    /// The errors of the good resource with one piece of text replaced.
    private func errors(_ old: String, _ new: String) -> [String] {
        #expect(Self.good.contains(old), "The good resource has no \(old).")
        return errors(Self.good.replacingOccurrences(of: old, with: new))
    }

    @Test func `takes scalars as they were written`() throws {
        let (resources, errors) = readResources([SourceFile(name: "f.yaml", text: Self.good)])
        #expect(errors.isEmpty)
        let expected = StreamDefinition(
            name: "s",
            description: "A stream.",
            owner: "ada",
            topic: "t",
            partitions: 4,
            retention: StreamDefinition.retention("30d") ?? StreamDefinition.defaultRetention,
            key: "k",
            time: "at",
            identity: "k",
            lateness: .seconds(300),
            idle: .seconds(3_600),
            notBefore: Instant(rfc3339: "2013-01-01T00:00:00Z"),
            notAfter: Instant(rfc3339: "2013-12-31T23:00:00Z"),
            fields: [
                .init("k", .int64), .init("at", .timestamp), .init("s", .string, isOptional: true),
                .init("c", .string, oneOf: ["NO", "12:30", "null", "1e3"]),
            ]
        )
        #expect(resources.map { $0.definition as? StreamDefinition } == [expected])
    }

    @Test func `reads the demo's streams`() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../")
        let text = try String(
            contentsOf: root.appending(path: "Deploy/Demo/1-streams.yaml"),
            encoding: .utf8
        )
        let (resources, errors) = readResources([SourceFile(name: "1-streams.yaml", text: text)])
        #expect(errors.isEmpty)
        #expect(
            resources.map(\.name) == [
                "flights.scheduled", "flights.arrived", "weather.observed", "planes",
            ]
        )
        guard let arrived = resources.dropFirst().first?.definition as? StreamDefinition else {
            Issue.record("There is no second stream.")
            return
        }
        #expect(arrived.topic == "flights.arrived")
        #expect(arrived.partitions == 4)
        #expect(arrived.idle == .seconds(3_600))
        #expect(
            arrived.field("status")
                == .init("status", .string, oneOf: ["landed", "cancelled", "diverted"])
        )
        #expect(arrived.field("dep_delay") == .init("dep_delay", .int32, isOptional: true))
        #expect(arrived.fields.count == 9)
    }

    @Test func `reads what a definition says of itself as JSON`() throws {
        guard
            let definition = readResources([SourceFile(name: "f", text: Self.good)])
                .resources.first?.definition as? StreamDefinition
        else {
            Issue.record("The good resource is none.")
            return
        }
        let text = try definition.json.text(.pretty)
        #expect(
            readResources([SourceFile(name: "f.json", text: text)]).resources.map {
                $0.definition as? StreamDefinition
            } == [definition]
        )
    }

    @Test(arguments: [
        (
            "name: s", "name: a b",
            "f.yaml:2:7  Stream a b: a name has 1 to 249 of a-z, A-Z, 0-9, `.`, `_` and `-`."
        ),
        (
            "name: s", "name: tributary.s",
            "f.yaml:2:7  Stream tributary.s: names that begin with `tributary.` are the platform's own."
        ),
        (
            "name: s\n", "",
            "f.yaml:1:1  Stream: `name` is missing (its name among those of its kind)."
        ),
        ("name: s", "name:", "f.yaml:2:6  Stream: `name` is nothing. It takes a name."),
        ("owner: ada", "owner: [ada]", "f.yaml:4:8  Stream s: `owner` is a list. It takes a text."),
        (
            "owner: ada", "onwer: ada",
            "f.yaml:4:1  Stream s: `onwer` is no key of a resource. Did you mean `owner`?"
        ),
        (
            "  topic: t", "  topic: t/x",
            "f.yaml:6:10  Stream s: a name has 1 to 249 of a-z, A-Z, 0-9, `.`, `_` and `-`."
        ),
        (
            "partitions: 4", "partitons: 4",
            "f.yaml:7:3  Stream s: `partitons` is no key of `spec`. Did you mean `partitions`?"
        ),
        (
            "partitions: 4", "partitions: many",
            "f.yaml:7:15  Stream s: `partitions` is `many`. It takes a whole number from 1 to 1024."
        ),
        (
            "partitions: 4", "partitions: 0",
            "f.yaml:7:15  Stream s: `partitions` is `0`. It takes a whole number from 1 to 1024."
        ),
        (
            "retention: 30d", "retention: 30 days",
            "f.yaml:8:14  Stream s: `retention` is `30 days`. It takes `forever` or a length of time such as `30d`."
        ),
        (
            "format: json", "format: avro",
            "f.yaml:9:11  Stream s: `format` is `avro`. It takes `json`, the one format of this release."
        ),
        ("key: k", "key: kk", "f.yaml:10:8  Stream s: there is no field `kk`. Did you mean `k`?"),
        (
            "time: at", "time: k",
            "f.yaml:11:9  Stream s: `k` is of type int64; `time` takes timestamp."
        ),
        (
            "identity: k", "identity: s",
            "f.yaml:12:13  Stream s: `s` may be null; `identity` needs a field that is always there. Take away its `?`."
        ),
        (
            "lateness: 5m", "lateness: -5m",
            "f.yaml:13:13  Stream s: `lateness` is `-5m`. It takes a length of time such as `0s`, `15m`, `1h` or `30d`."
        ),
        (
            "notBefore: 2013-01-01T00:00:00Z", "notBefore: 2013-01-01",
            "f.yaml:15:14  Stream s: `notBefore` is `2013-01-01`. It takes an RFC 3339 time with an offset such as `2013-01-01T00:00:00Z`."
        ),
        (
            "notAfter: 2014", "notAfter: 2012",
            "f.yaml:16:13  Stream s: `notAfter` lies before `notBefore`."
        ),
        (
            "s: string?", "s: strng?",
            "f.yaml:20:8  Stream s: `strng?` is no type. There are bool, int32, int64, float, string, timestamp. Did you mean `string`?"
        ),
        (
            "s: string?", "s:",
            "f.yaml:20:7  Stream s: `s` has no type. There are bool, int32, int64, float, string, timestamp."
        ),
        (
            "s: string?", "s: [string]",
            "f.yaml:20:8  Stream s: the field `s` is a list, not a type."
        ),
        (
            "s: string?", "2s: string?",
            "f.yaml:20:9  Stream s: a field's name has letters, digits and `_`, begins with no digit and is at most 249 long."
        ),
        (
            "type: string, oneOf", "type: string, onOf",
            "f.yaml:21:23  Stream s: `onOf` is no key of the field `c`. Did you mean `oneOf`?"
        ),
        (
            "type: string, ", "",
            "f.yaml:21:8  Stream s: `type` is missing (what the field holds; `?` behind it allows null)."
        ),
        (
            "[NO, 12:30, \"null\", 1e3]", "NO",
            "f.yaml:21:30  Stream s: `oneOf` is `NO`. It takes a list of texts."
        ),
        (
            "type: string, oneOf", "type: int32, oneOf",
            "f.yaml:21:29  Stream s: `oneOf` goes with `string`, not with `int32`."
        ),
        (
            "kind: Stream", "kind: Steam",
            "f.yaml:1:7  `Steam` is no kind. \(kinds) Did you mean `Stream`?"
        ),
        (
            "kind: Stream", "kind: Monitor",
            "f.yaml:1:7  the kind `Monitor` is not in this release. \(kinds)"
        ),
        ("kind: Stream\n", "", "f.yaml:1:1  `kind` is missing. \(kinds)"),
        (
            "name: s", "name: &n s",
            "f.yaml:2:7  anchors and aliases (`&name`, `*name`) are not used here. Write the value out."
        ),
        ("owner: ada", "owner: !!str ada", "f.yaml:4:8  tags (`!name`) are not used here."),
        (
            "owner: ada", "owner: ada\nowner: bob",
            "f.yaml:4:1  `owner` stands in one mapping twice."
        ),
        ("owner: ada", "owner: *ada", "f.yaml:4:8  it is not YAML: found undefined alias."),
        ("owner: ada", "owner: \"ada", "f.yaml:21:43  it is not YAML: did not find expected key."),
    ])
    func `says what is wrong and where`(old: String, new: String, error: String) {
        #expect(errors(old, new).contains(error), "\(errors(old, new))")
        #expect(errors(old, new).count <= 2, "\(errors(old, new))")
    }

    @Test func `says everything at once, over all documents and files`() {
        let one =
            Self.good.replacingOccurrences(of: "partitions: 4", with: "partitions: x")
            .replacingOccurrences(of: "k: int64", with: "k: integer")
            + "\n---\nkind: Nothing\n---\n- a list\n---\n: : :\n--- # nothing\n"
        let two = "# only a comment\n---\n" + Self.good + "\n---\nkind: Model\nname: m\n"
        let (resources, errors) = readResources([
            SourceFile(name: "one.yaml", text: one), SourceFile(name: "two.yaml", text: two),
        ])
        #expect(
            errors.map { "\($0.file):\($0.line)" } == [
                "one.yaml:7", "one.yaml:18", "one.yaml:23", "one.yaml:25", "one.yaml:27",
                "two.yaml:4", "two.yaml:25",
            ],
            "\(errors)"
        )
        #expect(
            errors.first { $0.file == "two.yaml" }?.message
                == "Stream s: it is declared already, at one.yaml:2:7."
        )
        #expect(resources.isEmpty)
    }

    @Test(arguments: ["Monitor", "Pipeline"])
    func `says of a kind to come that it is not here yet, and nothing else`(kind: String) {
        let text =
            "kind: \(kind)\nname: x\nspec:\n  from: ${start}\n  where: status == \"landed\"\n"
        #expect(
            errors(text) == [
                "f.yaml:1:7  the kind `\(kind)` is not in this release. \(kinds)"
            ]
        )
    }

    @Test func `answers an alias bomb at once`() {
        var bomb = "a0: &a0 [x, x]\n"
        for level in 1 ..< 60 { bomb += "a\(level): &a\(level) [*a\(level - 1), *a\(level - 1)]\n" }
        bomb += "? *a59\n: 1\n"
        #expect(errors(bomb).count == 1)
        #expect(
            errors("kind: Stream\nx: &a [1]\n? *a\n: 2\n").first?.hasPrefix(
                "f.yaml:3:3  anchors and aliases"
            ) == true
        )
    }

    @Test func `answers endless depth and size with an error`() {
        #expect(errors(String(repeating: "[", count: 100_000)).count == 1)
        #expect(errors(String(repeating: "- ", count: 100_000)).count == 1)
        #expect(errors("a: " + String(repeating: "x", count: 2 << 20)).count == 1)
        let many = (0 ..< 20_000).map { "    \($0): int32\n" }.joined()
        let good = Self.good + "\n" + many
        #expect(errors(good).count == StreamDefinition.maximumFieldCount - 4 + 1)
        #expect(errors("a: \u{1}").first?.hasPrefix("f.yaml:1:4  it is not YAML") == true)
    }

    @Test func `stops where it has seen enough`() {
        let many = String(repeating: "---\n", count: 10_001)
        #expect(
            errors(many) == [
                "f.yaml:1:1  the file has more than 10000 documents, which is the most that are read."
            ]
        )
        #expect(errors(String(many.dropLast(4))).isEmpty)
        let wrong = SourceFile(name: "f", text: String(repeating: "---\nkind: No\n", count: 1_000))
        #expect(readResources([wrong, wrong, wrong]).errors.count == 100)
    }

    @Test func `stops where it is told to`() {
        struct Stop: Error {}
        var documents = 0
        let file = SourceFile(name: "f", text: String(repeating: Self.good + "\n---\n", count: 9))
        #expect(throws: Stop.self) {
            _ = try readResources([file], of: allKinds) {
                documents += 1
                if documents == 3 { throw Stop() }
            }
        }
        #expect(documents == 3)
    }

    @Test func `finds nothing in nothing`() {
        for text in ["", "\n", "# a\n", "---\n", "---\n---\n", "\u{FEFF}"] {
            #expect(errors(text).isEmpty)
            #expect(readResources([SourceFile(name: "f", text: text)]).resources.isEmpty)
        }
    }

    @Test func `never trips over a mutated text, and places every error in it`() {
        let seed = UInt64.random(in: 0 ... .max)
        var random = SeededRandom(seed: seed)
        let pieces = [
            "\n", " ", ":", "- ", "&a", "*a", "!t", "\"", "'", "{", "}", "[", "]", "|", ">", "?",
            "#", "%", "---\n", "...", "\t", "\r", "\0", "é", "\u{2028}", "<<", "~",
        ]
        for round in 0 ..< 3_000 {
            var text = Array(Self.good.unicodeScalars)
            for _ in 0 ..< Int.random(in: 1 ... 4, using: &random) {
                let place = Int.random(in: 0 ..< text.count, using: &random)
                switch Int.random(in: 0 ..< 3, using: &random) {
                case 0: text.remove(at: place)
                case 1:
                    text.removeSubrange(
                        place ..< min(text.count, place + Int.random(in: 0 ... 40, using: &random))
                    )
                default:
                    text.insert(
                        contentsOf: (pieces.randomElement(using: &random) ?? "").unicodeScalars,
                        at: place
                    )
                }
                if text.isEmpty { text = ["a"] }
            }
            let source = String(String.UnicodeScalarView(text))
            let (resources, errors) = readResources([SourceFile(name: "f", text: source)])
            let lines =
                source.unicodeScalars.count {
                    "\n\r\u{85}\u{2028}\u{2029}".unicodeScalars.contains($0)
                } + 1
            for error in errors {
                #expect(
                    (1 ... lines + 1).contains(error.line) && error.column > 0,
                    "seed \(seed), round \(round): \(error)\n\(source)"
                )
                #expect(!error.message.isEmpty)
            }
            for definition in resources.map(\.definition) {
                #expect(definition.problems.isEmpty, "seed \(seed), round \(round): \(source)")
            }
        }
    }

    @Test func `has a schema with the keys that the reader knows`() throws {
        let schema = resourceSchema(of: allKinds)
        #expect(schema["$schema"] == "https://json-schema.org/draft/2020-12/schema")
        let stream = try #require(schema["$defs"]?["Stream"])
        #expect(
            stream["properties"]?.object?.map(\.0) == [
                "kind", "name", "description", "owner", "spec", "status",
            ]
        )
        let spec = try #require(stream["properties"]?["spec"])
        #expect(spec["required"] == ["key", "time", "fields"])
        #expect(spec["additionalProperties"] == false)
        for (key, _) in try #require(spec["properties"]?.object) {
            #expect(Self.good.contains("\n  \(key):"), "The good resource does not use \(key).")
        }
        #expect(try JSONValue(parsing: schema.text(.pretty)) == schema)
    }
}
