import ArgumentParser
import JSON
import Records

struct Predict: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Asks an endpoint for a prediction.",
        discussion: """
            Example: tributary predict late-arrival carrier=B6 destination=LAX tailnum=N804JB origin=JFK distance=2475 \
            scheduled=2013-07-05T18:00:00-04:00
            """
    )

    @Argument(help: "The endpoint.")
    var endpoint: String
    @Argument(
        help: ArgumentHelp(
            "Fields of the stream that the endpoint's dataset reads.",
            valueName: "field=value"
        ),
        transform: FieldArgument.init
    )
    var fields: [FieldArgument]
    @Option(help: "As of when; default: the request's own event time, else the watermark.")
    var at: String?
    @Flag(help: "Also the features it was made from.")
    var features = false
    @OptionGroup var output: OutputOptions
    @OptionGroup var options: ServerOptions

    func run() async throws {
        let inputs = try await options.client.ask(.GET, "/v2/models/\(endpoint.urlEncoded)")
        let request = try fields.map { field in
            let input = inputs["inputs"]?.array?.first { $0["name"]?.string == field.name }
            return (field.name, try field.typed(input?["datatype"]?.string ?? ""))
        }
        var body: [(String, JSONValue)] = [("instances", [.object(request)])]
        if let at { body.append(("@at", .string(at))) }
        if features { body.append(("@features", true)) }
        let answers = try await options.client.ask(
            .POST,
            "/api/v1/endpoints/\(endpoint.urlEncoded)/predict",
            body: .object(body)
        )
        let answer = answers["predictions"]?.array?.first ?? .null
        try output.show(answer, table: printPrediction)
    }

    private func printPrediction(_ answer: JSONValue) {
        let (model, id) = (answer["model"], answer["id"]?.plain ?? "")
        printTable([
            [
                "probability", answer["outputs"]?["probability"]?.plain ?? "",
                "\(model?["name"]?.plain ?? "")@\(model?["version"]?.plain ?? "")  at \(answer["at"]?.plain ?? "")"
                    + (answer["complete"] == true ? ", complete" : ", not complete"),
            ],
            ["id", id, "tributary explain \(id)"],
        ])
        printTable((answer["features"]?.object ?? []).map { [$0, $1.plainOrNull] }, indent: 2)
    }
}

extension FieldArgument {
    /// The value as the type of its field has it, by the rule for all texts: nothing at all is null, and so is `null` where
    /// it is no text of the field's.
    /// `datatype`: The inference protocol's name of the type.
    fileprivate func typed(_ datatype: String) throws -> JSONValue {
        let type: FieldType
        switch datatype {
        case "INT32": type = .int32
        case "INT64": type = .int64
        case "FP64": type = .float
        case "BOOL": type = .bool
        default: return text.isEmpty || text == "null" ? .null : .string(text)
        }
        if text == "null" { return .null }
        do throws(Refusal) {
            return try StreamDefinition.Field(name, type, isOptional: true).value(ofText: text).json
        } catch {
            throw Failure.refused("refused: \(error)")
        }
    }
}

struct Explain: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract:
            "Tells where a prediction comes from: model, run, dataset, values, and the records behind each.",
        discussion: """
            With --execute everything is computed again from those records, and compared bit for bit. Without a prediction, \
            and with --endpoint, that is done for every prediction of the endpoint.

            Example: tributary explain --endpoint late-arrival --execute
            """
    )

    @Argument(help: "The prediction's id, or as much of its beginning as no other has.")
    var prediction: String?
    @Option(help: "Every prediction of this endpoint.")
    var endpoint: String?
    @Flag(help: "Compute it again, and compare.")
    var execute = false
    @OptionGroup var output: OutputOptions
    @OptionGroup var options: ServerOptions

    func validate() throws {
        guard (prediction == nil) != (endpoint == nil) else {
            throw OptionVariables.inapplicable(
                "endpoint",
                because: "Give a prediction, or --endpoint NAME with --execute."
            )
        }
        guard endpoint == nil || execute else {
            throw ValidationError(
                "All predictions of an endpoint are only explained with --execute."
            )
        }
    }

    func run() async throws {
        if let endpoint { return try await executeAll(of: endpoint) }
        let answer = try await options.client.ask(
            .GET,
            "/api/v1/predictions/\((prediction ?? "").urlEncoded)/explanation\(execute ? "?execute=1" : "")"
        )
        try output.show(answer, table: printExplanation)
        let differences = answer["differences"]?.array ?? []
        guard differences.isEmpty else {
            throw Failure.refused(
                "different: "
                    + differences.map { Self.line($0) }.joined(separator: "; ")
            )
        }
        if execute, output.form == .table { print("computed again: no difference") }
    }

    private func executeAll(of endpoint: String) async throws {
        let answer = try await options.client.ask(
            .POST,
            "/api/v1/endpoints/\(endpoint.urlEncoded)/reexecute",
            body: [:],
            to: "compute every prediction of \(endpoint) again"
        )
        let first = answer["first"]?.array ?? []
        let differences = answer["differences"]?.integer ?? 0
        try output.show(answer) { answer in
            for difference in first {
                print("\(difference["id"]?.plain ?? "")  \(Self.line(difference))")
            }
            print(
                "\(counted(answer["predictions"]?.integer ?? 0, "prediction")) of \(endpoint) computed again, "
                    + counted(differences, "difference")
            )
        }
        guard differences == 0 else {
            throw Failure.refused(
                "different: \(counted(differences, "value")); the first: "
                    + (first.first.map { "\($0["id"]?.plain ?? "") \(Self.line($0))" } ?? "")
            )
        }
    }

    private static func line(_ difference: JSONValue) -> String {
        "\(difference["what"]?.plain ?? ""): stored \(difference["stored"]?.plain ?? ""), "
            + "recomputed \(difference["recomputed"]?.plain ?? "")"
    }

    private func printExplanation(_ answer: JSONValue) {
        let (outputs, model) = (answer["outputs"], answer["model"])
        var rows = [
            ["prediction", "\(answer["id"]?.plain ?? "")  at \(answer["position"]?.plain ?? "")"],
            ["endpoint", answer["endpoint"]?.plain ?? ""],
        ]
        if let input = answer["answers"] { rows.append(["answers", input.plain]) }
        rows += [
            [
                "probability",
                "\(outputs?["probability"]?.plain ?? "")  (margin \(outputs?["margin"]?.plain ?? ""))",
            ],
            [
                "model",
                "\(model?["name"]?.plain ?? "")@\(model?["version"]?.plain ?? "")  artifact "
                    + String((model?["digest"]?.plain ?? "").prefix(16)),
            ],
            ["run", model?["run"]?.plain ?? ""],
            ["dataset", model?["dataset"]?.plain ?? ""],
            [
                "as of",
                (answer["at"]?.plain ?? "")
                    + (answer["complete"] == true ? ", complete" : ", not complete"),
            ],
            ["request", answer["request"]?.plain ?? ""],
            ["cut", answer["cut"]?.plain ?? ""],
        ]
        printTable(rows)
        print("features")
        printTable(
            (answer["features"]?.array ?? []).map { feature in
                [
                    feature["name"]?.plain ?? "", feature["value"]?.plainOrNull ?? "",
                    feature["records"]?.places ?? "",
                ]
            },
            indent: 2
        )
    }
}
