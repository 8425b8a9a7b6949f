import Bytes
import Features
import Records
import Testing

@Suite struct `The features of a request` {
    private func view(
        _ features: [(String, String)],
        over fields: [StreamDefinition.Field] = [
            .init("scheduled", .timestamp), .init("distance", .int32),
            .init("to", .string, isOptional: true),
        ]
    ) throws -> RequestView {
        let source = FeatureViewDefinition.RequestSource(
            fields: fields,
            features: features.map { .init($0.0, $0.1) }
        )
        let definition = FeatureViewDefinition(name: "departure", source: .request(source))
        return try RequestView(definition, of: source)
    }

    private func timestamp(_ text: String) throws -> FieldValue {
        .timestamp(try #require(Timestamp(rfc3339: text)))
    }

    @Test func `are computed from its fields, on the sender's wall clock`() throws {
        let view = try view([
            ("hour", "local(scheduled).getHours()"), ("weekday", "local(scheduled).getDayOfWeek()"),
            ("miles", "double(distance)"), ("isFar", "distance > 1000"), ("to", "to"),
            ("when", "scheduled"),
        ])
        let scheduled = try timestamp("2013-07-05T23:30:00-04:00")
        #expect(
            view.values(of: [scheduled, .int(2475), .string("LAX")]) == [
                .int(23), .int(5), .float(2475), .bool(true), .string("LAX"), scheduled,
            ]
        )
        #expect(view.columnNames == ["hour", "weekday", "miles", "isFar", "to", "when"])
        #expect(view.columnTypes == [.int64, .int64, .float, .bool, .string, .timestamp])
    }

    @Test func `are null where something is at fault, each for itself`() throws {
        let view = try view([
            ("ratio", "100 / distance"), ("double", "distance * 2"), ("to", "to"),
            ("number", "1.0 / double(distance)"),
        ])
        let scheduled = try timestamp("2013-07-05T00:00:00Z")
        #expect(
            view.values(of: [scheduled, .int(0), .null]) == [.null, .int(0), .null, .null]
        )
        #expect(
            view.values(of: [scheduled, .int(-2), .null])
                == [.int(-50), .int(-4), .null, .float(-0.5)]
        )
        // Values of other types, or too few of them, are faults too.
        #expect(view.values(of: [scheduled, .string("x"), .null])[1] == .null)
        #expect(view.values(of: [scheduled]) == [.null, .null, .null, .null])
    }

    @Test(arguments: [
        ("distanc + 1", "distance"), ("distance + to", "column"), ("null", "it is always null."),
        ("1 +", "column"),
    ])
    func `are refused where they make no sense`(expression: String, words: String) {
        let problems = #expect(throws: FeatureViewProblems.self) {
            try view([("good", "distance"), ("bad", expression)])
        }
        #expect(problems?.list.map(\.path) == [["spec", "features", "bad"]])
        #expect(problems?.list[0].message.contains(words) == true, "\(problems?.list ?? [])")
    }

    @Test func `need no stream, and have a generation of their own`() throws {
        let one = try view([("f", "distance")])
        let other = try view([("f", "distance + 1")])
        #expect(one.generation != other.generation)
        let whole = try FeatureView(one.definition, over: nil)
        #expect(whole.generation == one.generation)
        #expect(whole.columns.map { "\($0.name) \($0.type)" } == ["f int64"])
        #expect(one.definition.streamName == nil)
    }
}
