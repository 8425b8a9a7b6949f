import Documents
import Features
import Records
import Testing

@Suite struct `A FeatureView over a request` {
    private func read(_ spec: String) throws(DocumentProblems) -> FeatureViewDefinition {
        try FeatureViewDefinition(
            canonical: #"{"kind": "FeatureView", "name": "departure", "spec": {\#(spec)}}"#
        )
    }

    private func problems(_ spec: String) -> [String] {
        do throws(DocumentProblems) {
            _ = try read(spec)
            return []
        } catch {
            return error.list.map { "\($0)\($0.isAboutKey ? " (key)" : "")" }
        }
    }

    @Test func `computes features from fields`() throws {
        let view = try read(
            #""request": {"at": "timestamp", "to": {"type": "string?", "oneOf": ["LAX"]}}, "#
                + #""features": {"hour": "local(at).getHours()", "to": "to"}"#
        )
        #expect(
            view.source
                == .request(
                    .init(
                        fields: [
                            .init("at", .timestamp),
                            .init("to", .string, isOptional: true, oneOf: ["LAX"]),
                        ],
                        features: [.init("hour", "local(at).getHours()"), .init("to", "to")]
                    )
                )
        )
        #expect(view.columnNames == ["hour", "to"])
    }

    @Test(arguments: [
        (
            #""stream": "s", "request": {"a": "int32"}, "features": {"f": "a"}"#,
            "spec.request: a view has either `stream` or `request`, not both. (key)"
        ),
        (
            #""ttl": "1d", "request": {"a": "int32"}, "features": {"f": "a"}"#,
            "spec.ttl: `ttl` goes with `stream`, not with `request`. (key)"
        ),
        (
            #""request": {}, "features": {"f": "a"}"#,
            "spec.request: a request has at least one field."
        ),
        (
            #""request": {"a": "strng"}, "features": {"f": "a"}"#,
            "spec.request.a: `strng` is no type. There are bool, int32, int64, float, string, timestamp. Did you mean `string`?"
        ),
        (
            #""request": {"a": ["string"]}, "features": {"f": "a"}"#,
            "spec.request.a: the field `a` is a list, not a type."
        ),
        (
            #""request": {"a": null}, "features": {"f": "a"}"#,
            "spec.request.a: `a` has no type. There are bool, int32, int64, float, string, timestamp."
        ),
        (
            #""request": {"a": {"type": "int32", "oneOf": ["1"]}}, "features": {"f": "a"}"#,
            "spec.request.a.oneOf: `oneOf` goes with `string`, not with `int32`."
        ),
        (
            #""request": {"a": {"typ": "int32"}}, "features": {"f": "a"}"#,
            "spec.request.a.typ: `typ` is no key of the field `a`. Did you mean `type`? (key)"
        ),
        (
            #""request": "a", "features": {"f": "a"}"#,
            "spec.request: `request` is `a`. It takes names with types such as `distance: int32`."
        ),
        (
            #""request": {"a": "int32"}, "features": {"f": {"mean": "a"}}"#,
            "spec.features.f: `f` is a mapping. It takes an expression over the request."
        ),
        (
            #""request": {"a": "int32"}, "features": {"f": " "}"#,
            "spec.features.f: `f` is ` `. It takes an expression over the request."
        ),
        (
            #""request": {"a": "int32"}, "features": {}"#,
            "spec.features: a view has at least one feature."
        ),
    ])
    func `says what is wrong and where`(spec: String, problem: String) {
        #expect(problems(spec).first == problem, "\(problems(spec))")
    }
}
