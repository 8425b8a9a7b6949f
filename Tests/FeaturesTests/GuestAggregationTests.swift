import Bytes
import Documents
import Features
import JSON
import Logs
import Projections
import Records
import Testing

/// An aggregation that `Features` does not know: how far the values lie apart.
private enum Spread: Aggregating {
    static let name = "spread"
    static let synonyms = ["range"]
    static let about = "how far the values of this field lie apart"

    static func value(of rows: WindowValues) -> FieldValue {
        var (least, greatest) = (Double.infinity, -Double.infinity)
        rows.eachNumber { (least, greatest) = (min(least, $0), max(greatest, $0)) }
        return FieldValue(finite: greatest - least)
    }
}

@Suite struct `An aggregation from outside` {
    private static let spread = {
        let aggregation = Aggregation(Spread.self)
        Aggregation.registry.add(aggregation)
        return aggregation
    }()

    private static func text(_ feature: String) -> String {
        """
        {"kind": "FeatureView", "name": "seen", "spec": {"stream": "sightings", "entity": "who", \
        "features": {"wide": \(feature)}}}
        """
    }

    private func problems(_ feature: String) -> [String] {
        do throws(DocumentProblems) {
            _ = try FeatureViewDefinition(canonical: Self.text(feature))
            return []
        } catch {
            return error.list.map(\.message)
        }
    }

    @Test func `is read, checked and folded like those that were there before`() throws {
        let spread = Self.spread
        let definition = try FeatureViewDefinition(
            canonical: Self.text(#"{"spread": "n", "over": ["5s"]}"#)
        )
        #expect(try FeatureViewDefinition(canonical: definition.canonicalText) == definition)
        let feature = FeatureViewDefinition.Aggregate(
            "wide",
            spread,
            of: "n",
            over: [.seconds(5)]
        )
        let view = try Sightings.view([feature])
        #expect(view.columns.map(\.name) == ["wide_5s"])

        let log = MemoryLog()
        try log.create(TopicSpec(view.stream.topic, partitions: 1, stamp: .log))
        for (id, n) in [3, -4, 9].enumerated() {
            let at = Sightings.at(Int64(id)).rfc3339
            let value = try Sightings.value([
                ("id", .integer(Int64(id))), ("at", .string(at)), ("who", "ada"),
                ("part", .integer(0)), ("n", .integer(Int64(n))),
            ])
            log.append(NewRecord(key: nil, value: value), to: view.stream.topic, partition: 0) {
                _ in
            }
        }
        let store = try Sightings.store()
        let fold = FeatureFold(view)
        try Replay(fold, of: Partition(view.stream.topic, 0)).fold(
            from: 0,
            to: 3,
            log: log,
            into: store
        )
        let read = try FeatureReader(fold, in: store).read(
            Array("ada".utf8),
            at: Sightings.at(10),
            withRecords: true
        )
        #expect(read.values == [.float(13)])
        #expect(read.records.map(\.count) == [3])
    }

    @Test func `is listed and suggested`() throws {
        _ = Self.spread
        let names = Aggregation.registry.names.joined(separator: ", ")
        #expect(names.hasPrefix("count, sum, mean, min, max, stddev, last, spread"))
        let fault = "is no aggregation. There are \(names). Did you mean `spread`?"
        #expect(problems(#"{"spred": "n", "over": ["5s"]}"#) == ["`spred` \(fault)"])
        #expect(problems(#"{"range": "n", "over": ["5s"]}"#) == ["`range` \(fault)"])
        #expect(FeatureViewDefinition.schema.canonicalText.contains(Spread.about))
    }

    @Test func `takes the fields that it says`() throws {
        let feature = FeatureViewDefinition.Aggregate(
            "wide",
            Self.spread,
            of: "word",
            over: [.seconds(5)]
        )
        do throws(FeatureViewProblems) {
            let source = FeatureViewDefinition.StreamSource(
                stream: "sightings",
                entity: "who",
                filter: nil,
                ttl: nil,
                features: [feature]
            )
            let definition = FeatureViewDefinition(name: "seen", source: .stream(source))
            _ = try FeatureView(definition, over: Sightings.stream())
            Issue.record("It was taken.")
        } catch {
            #expect(
                error.list.map(\.message) == ["`word` is a string, of which there is no spread."]
            )
        }
    }
}
