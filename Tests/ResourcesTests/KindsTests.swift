import Chance
import Documents
import Features
import Foundation
import JSON
import Resources
import Testing

@Suite struct `Resources of every kind` {
    private static let demo = ["1-streams", "2-features", "3-model", "4-serving"]

    private func read(_ name: String) throws -> [ReadResource] {
        let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../")
        let path = root.appending(path: "Deploy/Demo/\(name).yaml")
        let file = SourceFile(name: name, text: try String(contentsOf: path, encoding: .utf8))
        let (resources, errors) = readResources([file])
        #expect(errors.isEmpty, "\(errors)")
        return resources
    }

    @Test func `are read from the demo without an error`() throws {
        let resources = try Self.demo.flatMap { try read($0) }
        #expect(
            resources.map { "\($0.kind) \($0.name)" } == [
                "Stream flights.scheduled", "Stream flights.arrived", "Stream weather.observed",
                "Stream planes", "FeatureView carrier_punctuality",
                "FeatureView destination_punctuality", "FeatureView aircraft_punctuality",
                "FeatureView weather", "FeatureView aircraft", "FeatureView departure",
                "Dataset late_arrivals", "Model late-arrival", "Endpoint late-arrival",
            ]
        )
    }

    @Test func `name the demo's columns as people write windows`() throws {
        let columns = try read("2-features").flatMap { read -> [String] in
            guard let view = read.definition as? FeatureViewDefinition else { return [] }
            return view.columnNames
        }
        #expect(
            columns.prefix(10) == [
                "flights_3h", "flights_24h", "flights_7d", "late_share_3h", "late_share_24h",
                "late_share_7d", "delay_3h", "delay_24h", "delay_7d", "last_delay",
            ]
        )
        #expect(columns.suffix(3) == ["hour", "weekday", "distance"])
    }

    @Test(arguments: demo)
    func `are the same when read from the JSON that they give`(name: String) throws {
        let resources = try read(name)
        let files = try resources.map {
            SourceFile(name: $0.name, text: try $0.definition.json.text(.pretty))
        }
        let again = files.flatMap { readResources([$0]).resources }
        #expect(again.map(\.definition.json) == resources.map(\.definition.json))
    }

    @Test func `tell where each part of them stands`() throws {
        let resources = try read("3-model")
        let dataset = try #require(resources.first)
        #expect(dataset.place(of: DocumentProblem([], "")) == ("3-model", 2, 1))
        #expect(dataset.place(of: DocumentProblem(["spec", "rows"], "")) == ("3-model", 7, 9))
        #expect(
            dataset.place(of: DocumentProblem(["spec", "features", "2"], "")) == ("3-model", 12, 7)
        )
        #expect(
            dataset.place(of: DocumentProblem(["spec", "features", "99"], "")) == ("3-model", 10, 5)
        )
        #expect(
            dataset.place(of: DocumentProblem(["spec", "features", "2", "x"], "")) == (
                "3-model", 12, 7
            )
        )
        let problem = DocumentProblem(["spec", "label", "stream"], "there is none.")
        #expect(
            dataset.error(problem).description
                == "3-model:17:13  Dataset late_arrivals: there is none."
        )
        let key = DocumentProblem(["spec", "label", "stream"], "no.", isAboutKey: true)
        #expect(dataset.error(key).column == 5)
    }

    @Test func `are refused with the place and what was meant`() throws {
        let text = """
            kind: Stream
            name: arrived
            spec: {key: k, time: t, fields: {k: string, t: timestamp}}
            ---
            kind: FeatureView
            name: carrier_punctuality
            spec:
              stream: arrived
              entity: carrier
              ttl: 30d
              features:
                flights:
                  {count: true, over: [3h]}
                delay:      {avg: arr_delay, over: [3h, 24h, 7d]}
            ---
            kind: Dataset
            name: late_arrivals
            spec:
              rows: arrived
              id: k
              features:
                  - carrier_punctualty
            """
        let (resources, errors) = readResources([SourceFile(name: "broken.yaml", text: text)])
        #expect(
            errors.map(\.description) == [
                "broken.yaml:14:18  FeatureView carrier_punctuality: `avg` is no aggregation. There are "
                    + "\(Aggregation.registry.names.joined(separator: ", ")). Did you mean `mean`?"
            ]
        )
        let dataset = try #require(resources.last)
        let unknown = DocumentProblem(
            ["spec", "features", "0"],
            "there is no FeatureView `carrier_punctualty`."
                + Spelling.suggestion(for: "carrier_punctualty", among: ["carrier_punctuality"])
        )
        #expect(
            dataset.error(unknown).description
                == "broken.yaml:22:9  Dataset late_arrivals: there is no FeatureView "
                + "`carrier_punctualty`. Did you mean `carrier_punctuality`?"
        )
    }

    @Test(arguments: [
        (
            "kind: Dataset\nspec: {}\n",
            "f:1:1  Dataset: `name` is missing (its name among those of its kind)."
        ),
        ("kind: Model\nname: m\n", "f:1:1  Model m: `spec` is missing (the definition)."),
        ("kind: Model\nname: m\nspec: [x]\n", "f:3:7  Model m: `spec` is a list, not a mapping."),
        ("kind: Model\nname: m\nspec:\n", "f:3:6  Model m: `spec` is nothing, not a mapping."),
        (
            "kind: Endpoint\nname: a b\nspec: {model: m@1}\n",
            "f:2:7  Endpoint a b: a name has 1 to 249 of a-z, A-Z, 0-9, `.`, `_` and `-`."
        ),
        (
            "kind: Endpoint\nname: e\nonwer: x\nspec: {model: m@1}\n",
            "f:3:1  Endpoint e: `onwer` is no key of a resource. Did you mean `owner`?"
        ),
        (
            "kind: Endpoint\nname: e\nowner: [x]\nspec: {model: m@1}\n",
            "f:3:8  Endpoint e: `owner` is a list. It takes a text."
        ),
        (
            "kind: Endpoint\nname: e\nspec: {model: m@1}\n---\nkind: Endpoint\nname: e\nspec: {model: m@1}\n",
            "f:6:7  Endpoint e: it is declared already, at f:2:7."
        ),
    ])
    func `have one head, whatever their kind`(text: String, error: String) {
        let (_, errors) = readResources([SourceFile(name: "f", text: text)])
        #expect(errors.map(\.description).contains(error), "\(errors)")
    }

    @Test func `have a schema that knows the keys of the demo`() throws {
        let schema = resourceSchema(of: allKinds)
        let kinds = ["Stream", "FeatureView", "Dataset", "Model", "Endpoint"]
        #expect(schema["$defs"]?.object?.map(\.0) == kinds)
        #expect(schema["properties"]?["kind"]?["enum"]?.array?.compactMap(\.string) == kinds)
        #expect(schema["allOf"]?.array?.count == kinds.count)
        for read in try Self.demo.flatMap({ try read($0) }) {
            let spec = schema["$defs"]?[read.kind]?["properties"]?["spec"]
            for (key, _) in read.definition.json["spec"]?.object ?? [] {
                #expect(spec?["properties"]?[key] != nil, "\(read.kind) has no \(key).")
            }
        }
        #expect(try JSONValue(parsing: schema.text(.pretty)) == schema)
    }

    @Test(arguments: demo)
    func `never trip over a mutated text`(name: String) throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../")
        let good = Array(
            try String(
                contentsOf: root.appending(path: "Deploy/Demo/\(name).yaml"),
                encoding: .utf8
            )
            .unicodeScalars
        )
        let seed = UInt64.random(in: 0 ... .max)
        var random = SeededRandom(seed: seed)
        let pieces = [
            "\n", " ", ":", "- ", "{", "}", "[", "]", ",", "#", "true", "0s", "-1", "~", "x", "@",
            "  ", "over", "last", "é", "null", "\"",
        ]
        for round in 0 ..< 150 {
            var text = good
            for _ in 0 ..< Int.random(in: 1 ... 6, using: &random) {
                let place = Int.random(in: 0 ..< text.count, using: &random)
                let end = min(text.count, place + Int.random(in: 1 ... 12, using: &random))
                if Bool.random(using: &random) { text.removeSubrange(place ..< end) }
                let piece = pieces.randomElement(using: &random) ?? ""
                text.insert(contentsOf: piece.unicodeScalars, at: place)
            }
            let source = String(String.UnicodeScalarView(text))
            let (resources, errors) = readResources([SourceFile(name: "f", text: source)])
            let lines = source.unicodeScalars.count { "\n\r".unicodeScalars.contains($0) } + 2
            for error in errors {
                #expect(
                    (1 ... lines).contains(error.line) && error.column > 0,
                    "seed \(seed), round \(round): \(error)\n\(source)"
                )
            }
            for read in resources {
                let file = SourceFile(name: "f", text: try read.definition.json.text())
                #expect(
                    readResources([file]).resources.first?.definition.json == read.definition.json,
                    "seed \(seed), round \(round): \(file.text)"
                )
            }
        }
    }
}
