import Bytes
import Features
import Records
import Testing

@Suite struct `A view of a stream` {
    private func problems(
        _ features: [FeatureViewDefinition.Aggregate],
        entity: String = "who",
        filter: String? = nil,
        over stream: StreamDefinition = Sightings.stream()
    ) -> [String] {
        do {
            _ = try Sightings.view(features, entity: entity, filter: filter, over: stream)
            return []
        } catch let problems as FeatureViewProblems {
            return problems.list.map { "\($0.path.joined(separator: ".")): \($0.message)" }
        } catch {
            return ["\(error)"]
        }
    }

    private static let window = [TimeSpan.seconds(60)]

    @Test(
        arguments: [
            (
                "whi", "n", nil,
                "spec.entity: Stream sightings has no field `whi`. Did you mean `who`?"
            ),
            (
                "nobody", "n", nil, "spec.entity: Stream sightings has no field `nobody`."
            ),
            (
                "who", "flags", nil,
                "spec.features.f.mean: Stream sightings has no field `flags`. Did you mean `flag`?"
            ),
            (
                "who", "n", "n",
                "spec.where: it gives int, and must give true or false."
            ),
            (
                "who", "n", "null",
                "spec.where: it gives null, and must give true or false."
            ),
        ] as [(String, String, String?, String)]
    )
    func `says what is wrong and where`(
        entity: String,
        field: String,
        filter: String?,
        problem: String
    ) {
        let feature = FeatureViewDefinition.Aggregate("f", .mean, of: field, over: Self.window)
        #expect(problems([feature], entity: entity, filter: filter) == [problem])
    }

    @Test func `says in which column of a condition the fault is`() throws {
        let feature = FeatureViewDefinition.Aggregate("f", .count, of: nil, over: Self.window)
        let found = problems([feature], filter: "part > 1 && speed > 2")
        try #require(found.count == 1)
        #expect(found[0].hasPrefix("spec.where: column 13: "), "\(found[0])")
        #expect(found[0].contains("speed"), "\(found[0])")
    }

    @Test func `says everything that is wrong at once`() {
        let features: [FeatureViewDefinition.Aggregate] = [
            .init("a", .sum, of: "wort", over: Self.window),
            .init("b", .max, of: "word", over: Self.window),
        ]
        #expect(
            problems(features, entity: "wo", filter: "1") == [
                "spec.entity: Stream sightings has no field `wo`. Did you mean `who`?",
                "spec.features.a.sum: Stream sightings has no field `wort`. Did you mean `word`?",
                "spec.features.b.max: `word` is a string, of which there is no max.",
                "spec.where: it gives int, and must give true or false.",
            ]
        )
    }

    /// Numbers go with everything; of a truth value there is a sum and a mean.
    @Test(arguments: [Aggregation.sum, .mean, .min, .max, .stddev, .last])
    func `aggregates only what can be`(aggregation: Aggregation) {
        let fields = [
            ("n", "int32"), ("big", "int64"), ("x", "float"), ("flag", "bool"),
            ("word", "string"), ("seen", "timestamp"),
        ]
        for (field, type) in fields {
            let isPossible =
                switch (aggregation, type) {
                case (.last, _), (_, "int32"), (_, "int64"), (_, "float"): true
                case (.sum, "bool"), (.mean, "bool"): true
                default: false
                }
            let word = aggregation.name
            let fault =
                "spec.features.f.\(word): `\(field)` is a \(type), of which there is no \(word)."
            let feature = FeatureViewDefinition.Aggregate(
                "f",
                aggregation,
                of: field,
                over: Self.window
            )
            #expect(problems([feature]) == (isPossible ? [] : [fault]))
        }
    }

    @Test func `keeps at most 64 fields of a record`() {
        var stream = Sightings.stream()
        stream.fields += (0 ..< 65).map { .init("y\($0)", .float) }
        let features = (0 ..< 65).map {
            FeatureViewDefinition.Aggregate("f\($0)", .mean, of: "y\($0)", over: Self.window)
        }
        #expect(
            problems(features, over: stream) == [
                "spec.features: a view aggregates at most 64 fields; declare a second view."
            ]
        )
        #expect(problems(Array(features.dropLast()), over: stream) == [])
    }

    @Test func `reads the stream that it names`() {
        let source = FeatureViewDefinition.StreamSource(
            stream: "sightings",
            entity: "who",
            filter: nil,
            ttl: nil,
            features: [.init("f", .last, of: "n", over: [])]
        )
        let definition = FeatureViewDefinition(name: "seen", source: .stream(source))
        let problem = FeatureViewProblem(["spec", "stream"], "there is no Stream `sightings`.")
        #expect(throws: FeatureViewProblems([problem])) {
            try FeatureView(definition, over: nil)
        }
    }

    @Test func `gives columns in the order of features and of windows, with their types`() throws {
        let (short, long) = (TimeSpan.seconds(3_600), TimeSpan.seconds(3 * 3_600))
        let view = try Sightings.view([
            .init("count", .count, of: nil, over: [short, long]),
            .init("share", .mean, of: "flag", over: [long]),
            .init("least", .min, of: "n", over: [short]),
            .init("word", .last, of: "word", over: []),
            .init("seen", .last, of: "seen", over: [short]),
        ])
        #expect(
            view.columns.map { "\($0.name) \($0.type)" } == [
                "count_1h int64", "count_3h int64", "share_3h float", "least_1h int64",
                "word string", "seen_1h timestamp",
            ]
        )
        #expect(view.columns.map(\.window) == [short, long, long, short, nil, short])
        #expect(view.longestWindow == long)
        #expect(view.entityName == "who")
        #expect(view.nothing.values == [.int(0), .int(0), .null, .null, .null, .null])
    }
}
