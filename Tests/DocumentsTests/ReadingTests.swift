import Documents
import JSON
import Testing

@Suite struct `Reading a document` {
    /// The problems of a thing with this `spec`, each with its path.
    private func problems(_ spec: String) -> [String] {
        do throws(DocumentProblems) {
            _ = try Thing(canonical: #"{"kind": "Thing", "name": "t", "spec": {\#(spec)}}"#)
            return []
        } catch {
            return error.list.map { "\($0)\($0.isAboutKey ? " (key)" : "")" }
        }
    }

    @Test func `takes scalars and texts alike, and writes every default out`() throws {
        let typed = try Thing(
            canonical: """
                {"kind": "Thing", "name": "t", "spec": {"count": 2, "isOn": true, "tags": ["a", 1]}}
                """
        )
        let texts = try Thing(
            canonical: """
                {"kind": "Thing", "name": "t", "spec":
                {"tags": ["a", "1"], "span": "1d", "isOn": "true", "count": "2"}}
                """
        )
        #expect(typed == texts)
        #expect(
            typed.canonicalText
                == #"{"kind":"Thing","name":"t","description":"","owner":"","spec":{"count":2,"#
                + #""isOn":true,"span":"24h","tags":["a","1"],"sizes":{}}}"#
        )
        #expect(try Thing(canonical: typed.canonicalText) == typed)
    }

    @Test(arguments: [
        (#""tags": ["a"]"#, "spec: `count` is missing (how many)."),
        (
            #""count": 0, "tags": ["a"]"#,
            "spec.count: `count` is `0`. It takes a whole number from 1 to 9."
        ),
        (
            #""count": null, "tags": ["a"]"#,
            "spec.count: `count` is nothing. It takes a whole number from 1 to 9."
        ),
        (#""count": 3, "tags": ["a"]"#, "spec.count: it is not 3."),
        (#""count": 1"#, "spec.tags: there is no tag."),
        (
            #""count": 1, "tags": ["a", [], " "]"#,
            "spec.tags.1: `tags` has a list in it. It takes texts."
        ),
        (
            #""count": 1, "tags": "a""#,
            "spec.tags: `tags` is `a`. It takes a list of texts."
        ),
        (
            #""count": 1, "tags": ["a"], "isOn": "yes""#,
            "spec.isOn: `isOn` is `yes`. It takes `true` or `false`."
        ),
        (
            #""count": 1, "tags": ["a"], "span": 5"#,
            "spec.span: `span` is `5`. It takes a length of time such as `0s`, `15m`, `1h` or `30d`."
        ),
        (
            #""count": 1, "tags": ["a"], "at": "0001-01-01T00:00:00+01:00""#,
            "spec.at: `at` is `0001-01-01T00:00:00+01:00`. It takes an RFC 3339 time with an offset such as `2013-01-01T00:00:00Z`."
        ),
        (
            #""count": 1, "tags": ["a"], "size": "big""#,
            "spec.size: `big` is no size. There are small, large. Did you mean `large`?"
        ),
        (
            #""count": 1, "tags": ["a"], "size": "smal""#,
            "spec.size: `smal` is no size. There are small, large. Did you mean `small`?"
        ),
        (
            #""count": 1, "tags": ["a"], "size": {}"#,
            "spec.size: `size` is a mapping. It takes one of small, large."
        ),
        (
            #""count": 1, "tags": ["a"], "sizes": {"x": 1}"#,
            "spec.sizes.x: `1` is no size. There are small, large."
        ),
        (
            #""count": 1, "tags": ["a"], "cuont": 2"#,
            "spec.cuont: `cuont` is no key of `spec`. Did you mean `count`? (key)"
        ),
        (
            #""count": 1, "tags": ["a"], "color": 2"#,
            "spec.color: `color` is no key of `spec`. There are: count, isOn, span, at, size, tags, sizes. (key)"
        ),
    ])
    func `says what is wrong and where`(spec: String, problem: String) {
        #expect(problems(spec).first == problem, "\(problems(spec))")
    }

    @Test func `says everything at once, and nothing that only follows`() {
        #expect(
            problems(#""count": "x", "tags": [""], "size": 1, "name": 2"#) == [
                "spec.name: `name` is no key of `spec`. There are: count, isOn, span, at, size, tags, sizes. (key)",
                "spec.count: `count` is `x`. It takes a whole number from 1 to 9.",
                "spec.size: `1` is no size. There are small, large.",
                "spec.tags.0: `tags` has nothing in it. It takes texts.",
            ]
        )
    }

    @Test(arguments: [
        ("{", "it is not JSON: "), ("[]", "a resource is a list, not a mapping."),
        ("{}", "`kind` is missing (what it is)."),
        (#"{"kind": "Thin", "name": "t"}"#, "kind: `kind` is `Thin`. It takes `Thing`."),
        (
            #"{"kind": "Thing", "name": "a b"}"#,
            "`spec` is missing (the definition).\nname: a name has 1 to 249 of "
        ),
        (#"{"kind": "Thing", "name": "tributary.x", "spec": {}}"#, "spec: `count` is missing"),
        (#"{"kind": "Thing", "name": "t", "spec": 1}"#, "spec: `spec` is `1`, not a mapping."),
    ])
    func `says of the whole what is wrong with it`(text: String, problem: String) {
        do throws(DocumentProblems) {
            _ = try Thing(canonical: text)
            Issue.record("It was read: \(text)")
        } catch {
            #expect(error.description.hasPrefix(problem), "\(error)")
        }
    }

    @Test func `knows good names`() {
        for name in [
            "a", "late-arrival", "flights.arrived", "A_1", String(repeating: "x", count: 249),
        ] {
            #expect(Names.fault(of: name) == nil)
        }
        for name in [
            "", " ", "a b", "é", "a@b", ".", "..", "tributary.x",
            String(repeating: "x", count: 250),
        ] {
            #expect(Names.fault(of: name) != nil, "\(name)")
        }
        for column in ["a", "_1", "flights_3h"] {
            #expect(Names.fault(ofColumn: column, of: "a feature") == nil)
        }
        for column in ["", "1a", "a-b", "a.b", "ä"] {
            #expect(Names.fault(ofColumn: column, of: "a feature") != nil, "\(column)")
        }
    }

    @Test func `gives a schema of its keys`() {
        #expect(Thing.schema["required"] == ["kind", "name", "spec"])
        #expect(Thing.schema["properties"]?["kind"]?["enum"] == ["Thing"])
        #expect(Thing.schema["properties"]?["spec"]?["required"] == ["count"])
    }
}
