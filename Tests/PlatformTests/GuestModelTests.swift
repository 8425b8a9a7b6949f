import Archive
import Bytes
import Documents
import Evaluators
import Events
import Experiments
import Inference
import JSON
import Logs
import ModelRegistry
import Serving
import Statistics
import Store
import Testing
import Training

@testable import Engine
@testable import Platform

/// A model format that no module knows: the least and the greatest of the values of a row.
private struct Bounds: Evaluator {
    static let formats = ["bounds-text"]

    let columns: ModelColumns
    let outputNames = ["least", "greatest", "known"]
    let details: Set<String> = ["known"]

    init(artifact: [UInt8]) throws(EvaluatorError) {
        let lines = String(decoding: artifact, as: UTF8.self).split(separator: "\n")
        guard lines.first == "bounds" else { throw .badArtifact("it has no bounds") }
        columns = .named(lines.dropFirst().map { String($0) })
    }

    static func artifact(_ columns: [String]) -> [UInt8] {
        Array((["bounds"] + columns).joined(separator: "\n").utf8)
    }

    func outputs(_ row: [Float]) -> [Float] {
        let known = row.filter { !$0.isNaN }
        return [known.min() ?? 0, known.max() ?? 0, Float(known.count)]
    }
}

/// A metric that no module knows: the mean square of what a chance is away from what happened.
private enum Brier: Measuring {
    static let name = "brier"

    static func value(_ predictions: [Double], _ labels: [Bool]) -> Double? {
        let squares = zip(predictions, labels).map { chance, label in
            (chance - (label ? 1 : 0)) * (chance - (label ? 1 : 0))
        }
        return squares.reduce(0, +) / Double(labels.count)
    }
}

@Suite struct `From outside` {
    private static let guests: Void = {
        ModelDefinition.Metric.registry.add(ModelDefinition.Metric(Brier.self))
        for format in ModelFormat.of(Bounds.self) { ModelFormat.registry.add(format) }
    }()

    init() { Self.guests }

    /// Registers a version beside the first one.
    private static func register(
        _ artifact: Digest,
        as format: String,
        in stand: Stand
    ) async throws {
        let known = try #require(try stand.models.version("lateness", 1))
        _ = try await stand.platform.engine.execute(
            .anybody,
            on: "lateness",
            of: ModelCatalog()
        ) { reader, _ in
            let view = ModelCatalog.View(reader)
            let command = RegisterVersion(
                of: "lateness",
                run: known.run,
                artifact: artifact,
                format: format,
                baseline: known.baseline,
                dataset: known.dataset,
                datasetContent: known.datasetContent,
                columns: known.columns,
                metrics: []
            )
            let entry = try view.model("lateness")
            let last = try view.lastNumber("lateness")
            return try declining { () throws(ModelRefusal) in
                try command.decide(given: entry, lastNumber: last)
            }
        }
    }

    @Test func `a metric measures versions like those that were there before`() async throws {
        let stand = try await Airport.open(memoryLog())
        defer { stand.stop() }
        let model = Airport.model().replacing("[log_loss, auc]", with: "[brier, auc]")
        try await stand.apply(model)
        _ = try await stand.seal()
        let trained = try await stand.train()
        let names = ["brier", "auc", "baseline_brier", "baseline_auc"]
        #expect(trained.metrics.map(\.name) == names)
        let version = try #require(try stand.models.version("lateness", 1))
        #expect(version.metrics.map(\.name) == names)
        let logged = try stand.runs.metrics(version.run).map(\.name)
        #expect(Set(names).isSubset(of: logged))
        let evaluation = try await stand.platform.evaluate("lateness", 1, on: "late@1")
        let brier = try #require(evaluation.model["brier"])
        #expect((0 ..< 0.25).contains(brier), "\(brier)")
        #expect(evaluation.model["log_loss"] == nil)
    }

    @Test func `a model format answers, is explained and executed again`() async throws {
        let log = memoryLog()
        let archive = MemoryArchive()
        let stand = try await Airport.serving(log, archive: archive)
        defer { stand.stop() }
        let columns = try #require(try stand.models.version("lateness", 1)).columns
        try await Self.register(
            try archive.put(Bounds.artifact(columns)),
            as: "bounds-text",
            in: stand
        )
        try await stand.promote(2)
        let asked = try #require(try await stand.predict([Airport.flights[200].request]).first)
        #expect(asked.predicted.version == 2)
        let given = asked.predicted.features.filter { !$0.isNaN }
        let (least, greatest) = (given.min() ?? 0, given.max() ?? 0)
        #expect(
            asked.outputs == [NamedOutput("least", [least]), NamedOutput("greatest", [greatest])]
        )
        #expect(asked.predicted.outputs.map(\.name) == ["least", "greatest", "known"])
        #expect(asked.predicted.probability == 0, "It has no such output.")
        try await stand.settle()
        #expect(try await stand.explain(asked.id.description).differences == [])
        let result = try await stand.reexecute()
        #expect(result.predictions == 1)
        #expect(result.differences.isEmpty, "\(result.differences)")
        let why = try await refusal {
            _ = try await stand.platform.evaluate("lateness", 2, on: "late@1")
        }
        #expect(
            why == "`log_loss` judges the output `probability`, and lateness@2 gives "
                + "least, greatest, known"
        )
    }

    @Test func `a model format speaks the Open Inference Protocol with all its outputs`()
        async throws
    {
        let archive = MemoryArchive()
        let stand = try await Airport.serving(memoryLog(), archive: archive)
        defer { stand.stop() }
        let door = OpenInference(stand.platform, release: "0") { [] }
        let before = try await door.ask("inference.model", ["name": "lateness"])
        #expect(before["platform"] == "xgboost_json")
        #expect(before["outputs"]?.array?.map { $0["name"] } == ["probability"])
        let columns = try #require(try stand.models.version("lateness", 1)).columns
        let artifact = try archive.put(Bounds.artifact(columns))
        try await Self.register(artifact, as: "bounds-text", in: stand)
        try await stand.promote(2)
        let model = try await door.ask("inference.model", ["name": "lateness"])
        #expect(model["platform"] == "bounds_text")
        #expect(
            model["outputs"] == [
                ["name": "least", "datatype": "FP32", "shape": [-1]],
                ["name": "greatest", "datatype": "FP32", "shape": [-1]],
            ]
        )
        let rows = Airport.flights[200 ..< 202].map(\.request)
        let kept = try await stand.predict(rows).map { $0.outputs.map(\.values) }
        let types = ["id": "INT64", "distance": "INT32"]
        let inputs = (rows[0].object ?? []).map { name, _ in
            JSONValue.object([
                ("name", .string(name)), ("shape", [2]),
                ("datatype", .string(types[name] ?? "BYTES")),
                ("data", .array(rows.map { $0[name] ?? .null })),
            ])
        }
        let all = try await door.ask(
            "inference.infer",
            ["name": "lateness"],
            ["inputs": .array(inputs)]
        )
        #expect(all["outputs"]?.array?.map { $0["name"] } == ["least", "greatest"])
        for (index, output) in (all["outputs"]?.array ?? []).enumerated() {
            #expect(output["shape"] == [2])
            #expect(output["data"]?.array?.map(\.number) == kept.map { Double($0[index][0]) })
        }
        let one = try await door.ask(
            "inference.version.infer",
            ["name": "lateness", "version": "2"],
            ["inputs": .array(inputs), "outputs": [["name": "greatest"]]]
        )
        #expect(one["outputs"]?.array == all["outputs"]?.array.map { [$0[1]] })
    }

    @Test func `a format that nobody reads is refused, with those that there are`() async throws {
        let stand = try await Airport.serving(memoryLog())
        defer { stand.stop() }
        let known = try #require(try stand.models.version("lateness", 1))
        #expect(known.format == "xgboost-json")
        try await Self.register(known.artifact, as: "xgbost-json", in: stand)
        try await stand.promote(2)
        let why = try await refusal {
            _ = try await stand.predict([Airport.flights[200].request])
        }
        let names = ModelFormat.registry.names.joined(separator: ", ")
        #expect(names.hasPrefix("xgboost-json, logistic-json"))
        #expect(
            why == "lateness@2: `xgbost-json` is no model format. There are \(names). Did you mean "
                + "`xgboost-json`? Ask a release that knows it, or train it again."
        )
    }

    @Test func `an artifact with other columns than its version is not served`() async throws {
        let archive = MemoryArchive()
        let stand = try await Airport.serving(memoryLog(), archive: archive)
        defer { stand.stop() }
        let columns = try #require(try stand.models.version("lateness", 1)).columns
        let other = Bounds.artifact(columns.reversed())
        try await Self.register(try archive.put(other), as: "bounds-text", in: stand)
        try await stand.promote(2)
        let why = try await refusal {
            _ = try await stand.predict([Airport.flights[200].request])
        }
        #expect(why.hasPrefix("lateness@2 takes other columns than late@1 has"), "\(why)")
    }

    @Test func `a baseline is a model like another`() async throws {
        let stand = try await Airport.serving(memoryLog())
        defer { stand.stop() }
        let baseline = try #require(try stand.models.version("lateness", 1)?.baseline)
        try await Self.register(baseline, as: "logistic-json", in: stand)
        try await stand.promote(2)
        let asked = try #require(try await stand.predict([Airport.flights[200].request]).first)
        #expect(asked.outputs.map(\.name) == ["probability"])
        #expect((0 ... 1).contains(asked.predicted.probability))
        let evaluation = try await stand.platform.evaluate("lateness", 2, on: "late@1")
        #expect(evaluation.model == evaluation.baseline)
        try await stand.settle()
        #expect(try await stand.explain(asked.id.description).differences == [])
    }
}
