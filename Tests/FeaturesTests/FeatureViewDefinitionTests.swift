import Bytes
import Documents
import Features
import Foundation
import Records
import Testing

@Suite struct `A FeatureView` {
    static let text = """
        {
          "kind": "FeatureView", "name": "punctuality", "description": "How late.", "owner": "ada",
          "spec": {
            "stream": "arrived", "entity": "carrier", "where": "status == \\"landed\\"",
            "ttl": "30d",
            "features": {
              "flights": {"count": "true", "over": ["7d", "24h", "180m"]},
              "delay": {"mean": "arr_delay", "over": ["1d"]},
              "last_delay": {"last": "arr_delay"}
            }
          }
        }
        """

    @Test func `reads what YAML gives, and sorts its windows`() throws {
        let view = try FeatureViewDefinition(canonical: Self.text)
        #expect(
            view
                == FeatureViewDefinition(
                    name: "punctuality",
                    description: "How late.",
                    owner: "ada",
                    source: .stream(
                        .init(
                            stream: "arrived",
                            entity: "carrier",
                            filter: "status == \"landed\"",
                            ttl: .seconds(30 * 86_400),
                            features: [
                                .init(
                                    "flights",
                                    .count,
                                    of: nil,
                                    over: [.seconds(10_800), .day, .seconds(7 * 86_400)]
                                ),
                                .init("delay", .mean, of: "arr_delay", over: [.day]),
                                .init("last_delay", .last, of: "arr_delay", over: []),
                            ]
                        )
                    )
                )
        )
        #expect(
            view.columnNames == [
                "flights_3h", "flights_24h", "flights_7d", "delay_24h", "last_delay",
            ]
        )
    }

    /// The problems of the good resource with one piece of text replaced, each with its path.
    private func problems(_ old: String, _ new: String) -> [String] {
        guard let place = Self.text.range(of: old) else { return ["The text has no \(old)."] }
        do throws(DocumentProblems) {
            _ = try FeatureViewDefinition(
                canonical: Self.text.replacingCharacters(in: place, with: new)
            )
            return []
        } catch {
            return error.list.map { "\($0)\($0.isAboutKey ? " (key)" : "")" }
        }
    }

    @Test(arguments: [
        (
            #""name": "punctuality""#, #""name": "a b""#,
            "name: a name has 1 to 249 of a-z, A-Z, 0-9, `.`, `_` and `-`."
        ),
        (
            #""stream": "arrived", "#, "",
            "spec: `stream` is missing (the stream whose records are aggregated; `request` stands instead of it where a view is computed from a request)."
        ),
        (
            #""stream": "arrived""#, #""stream": "a/b""#,
            "spec.stream: a name has 1 to 249 of a-z, A-Z, 0-9, `.`, `_` and `-`."
        ),
        (
            #""entity": "carrier", "#, "",
            "spec: `entity` is missing (the field of the stream that names the entity)."
        ),
        (
            #""entity": "carrier""#, #""entity": "a-b""#,
            "spec.entity: a field's name has letters, digits and `_`, begins with no digit and is at most 249 long."
        ),
        (
            #""entity""#, #""entitiy": 1, "entity""#,
            "spec.entitiy: `entitiy` is no key of `spec`. Did you mean `entity`? (key)"
        ),
        (
            #""status == \"landed\"""#, #"" ""#,
            "spec.where: `where` is ` `. It takes an expression over the fields of the stream."
        ),
        (
            #""30d""#, #""a month""#,
            "spec.ttl: `ttl` is `a month`. It takes `forever` or a length of time such as `30d`."
        ),
        (
            #""30d""#, #""6d""#,
            "spec.ttl: `ttl` is 6d, but there is a window of 7d; what a window needs must not end before it."
        ),
        (
            #""30d""#, #""0s""#,
            "spec.ttl: `ttl` is longer than none."
        ),
        (
            #""mean""#, #""avg""#,
            "spec.features.delay.avg: `avg` is no aggregation. There are AGGREGATIONS. Did you mean `mean`? (key)"
        ),
        (
            #""mean""#, #""medain""#,
            "spec.features.delay.medain: `medain` is no aggregation. There are AGGREGATIONS. Did you mean `mean`? (key)"
        ),
        (
            #""mean""#, #""quantile""#,
            "spec.features.delay.quantile: `quantile` is no aggregation. There are AGGREGATIONS. (key)"
        ),
        (
            #""over": ["1d"]"#, #""ovr": ["1d"]"#,
            "spec.features.delay.ovr: `ovr` is no aggregation. There are AGGREGATIONS. Did you mean `over`? (key)"
        ),
        (
            #"{"mean": "arr_delay", "over": ["1d"]}"#, #"{"over": ["1d"]}"#,
            "spec.features.delay: `delay` has no aggregation. There are AGGREGATIONS."
        ),
        (
            #"{"mean": "arr_delay", "over": ["1d"]}"#,
            #"{"mean": "a", "max": "a", "over": ["1d"]}"#,
            "spec.features.delay.max: `delay` has `mean` already. A feature has one aggregation; write two features. (key)"
        ),
        (
            #"{"mean": "arr_delay", "over": ["1d"]}"#, #""arr_delay * 2""#,
            "spec.features.delay: `delay` is `arr_delay * 2`. It takes an aggregation such as {mean: FIELD, over: [3h, 24h]}."
        ),
        (
            #", "over": ["1d"]"#, "",
            "spec.features.delay: `mean` needs windows, such as over: [3h, 24h]. Only `last` goes without."
        ),
        (
            #"["1d"]"#, #""1d""#,
            "spec.features.delay.over: `over` is `1d`. It takes a list of lengths of time such as [3h, 24h]."
        ),
        (
            #"["1d"]"#, "[]",
            "spec.features.delay.over: `over` has no window in it. Leave it out."
        ),
        (
            #"["1d"]"#, #"["3h", "x"]"#,
            "spec.features.delay.over.1: `over` has `x` in it. It takes lengths of time such as `3h` or `7d`, longer than none."
        ),
        (
            #"["1d"]"#, #"["0s"]"#,
            "spec.features.delay.over.0: `over` has `0s` in it. It takes lengths of time such as `3h` or `7d`, longer than none."
        ),
        (
            #"["1d"]"#, #"["1d", "24h"]"#,
            "spec.features.delay.over.1: the window 24h stands in `over` twice."
        ),
        (
            #""count": "true""#, #""count": "arr_delay""#,
            "spec.features.flights.count: `count` is `arr_delay`. It takes `true`; it counts records, whatever is in them."
        ),
        (
            #""mean": "arr_delay""#, #""mean": """#,
            "spec.features.delay.mean: `mean` is nothing. It takes the name of a field."
        ),
        (
            #""mean": "arr_delay""#, #""mean": "a b""#,
            "spec.features.delay.mean: a field's name has letters, digits and `_`, begins with no digit and is at most 249 long."
        ),
        (
            #""last_delay""#, #""flights_3h""#,
            "spec.features.flights_3h: the column `flights_3h` comes of the feature `flights` already. (key)"
        ),
        (
            #""last_delay""#, #""last-delay""#,
            "spec.features.last-delay: a feature's name has letters, digits and `_`, begins with no digit and is at most 249 long. (key)"
        ),
    ])
    func `says what is wrong and where`(old: String, new: String, problem: String) {
        let names = Aggregation.registry.names.joined(separator: ", ")
        #expect(
            problems(old, new) == [problem.replacingOccurrences(of: "AGGREGATIONS", with: names)]
        )
    }

    @Test func `has another generation exactly when another result is asked for`() throws {
        let good = try FeatureViewDefinition(canonical: Self.text)
        func changed(_ change: (inout FeatureViewDefinition) -> Void) -> Bool {
            var other = good
            change(&other)
            return other.generation(over: nil) != good.generation(over: nil)
        }
        #expect(!changed { _ in })
        #expect(!changed { $0.description = "x" })
        #expect(!changed { $0.owner = "x" })
        #expect(changed { $0.name = "x" })
        #expect(changed { $0.source = .request(.init(fields: [], features: [])) })
        #expect(changed { $0.change { $0.stream = "x" } })
        #expect(changed { $0.change { $0.entity = "x" } })
        #expect(changed { $0.change { $0.filter = nil } })
        #expect(changed { $0.change { $0.ttl = nil } })
        #expect(changed { $0.change { $0.features[0].over.removeLast() } })
        #expect(changed { $0.change { $0.features[1].aggregation = .max } })
        #expect(changed { $0.change { $0.features[1].field = "x" } })
        #expect(changed { $0.change { $0.features[1].name = "x" } })
        #expect(changed { $0.change { $0.features.swapAt(0, 1) } })
    }

    @Test func `has another generation over another stream`() throws {
        let good = try FeatureViewDefinition(canonical: Self.text)
        var stream = StreamDefinition(name: "arrived", key: "k", time: "t", fields: [])
        let generation = good.generation(over: stream)
        #expect(generation != good.generation(over: nil))
        stream.owner = "x"
        #expect(generation == good.generation(over: stream))
        stream.fields.append(.init("x", .bool))
        #expect(generation != good.generation(over: stream))
    }
}

extension FeatureViewDefinition {
    /// Changes the stream's part of a view.
    fileprivate mutating func change(_ change: (inout StreamSource) -> Void) {
        guard case .stream(var stream) = source else { return }
        change(&stream)
        source = .stream(stream)
    }
}
