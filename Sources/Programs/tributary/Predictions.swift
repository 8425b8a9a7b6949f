import ArgumentParser
import JSON

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
        help: "FIELD=VALUE; the fields are those of the stream that the endpoint's dataset reads."
    )
    var fields: [String]
    @Option(help: "As of when; default: the request's own event time, else the watermark.")
    var at: String?
    @Flag(help: "Also the features it was made from.")
    var features = false
    @Option(name: .shortAndLong, help: "table or json.")
    var output = OutputForm.table
    @OptionGroup var options: ServerOptions

    func run() async throws {
        let inputs = try await options.client.ask(.GET, "/v2/models/\(endpoint.urlEncoded)")
        var body = try fieldValues(fields).map { name, text in
            let input = inputs["inputs"]?.array?.first { $0["name"]?.string == name }
            return (name, try typed(text, name, input?["datatype"]?.string ?? ""))
        }
        if let at { body.append(("at", .string(at))) }
        if features { body.append(("features", true)) }
        let answer = try await options.client.ask(
            .POST,
            "/api/v1/endpoints/\(endpoint.urlEncoded)/predict",
            body: .object(body)
        )
        guard output == .table else { return print(try answer.text(.pretty)) }
        let id = answer["id"]?.plain ?? ""
        print(
            pad("probability", 13) + pad(answer["outputs"]?["probability"]?.plain ?? "", 24)
                + "\(answer["model"]?["name"]?.plain ?? "")@\(answer["model"]?["version"]?.plain ?? "")   "
                + "at \(answer["at"]?.plain ?? "")"
                + (answer["complete"] == true ? ", complete" : ", not complete")
        )
        print(pad("id", 13) + "\(id)    tributary explain \(id)")
        for (name, value) in answer["features"]?.object ?? [] {
            print(pad("  " + name, 48) + (value.isNull ? "null" : value.plain))
        }
    }
}

/// A value as the type of its field has it; the protocol's name of the type.
private func typed(_ text: JSONValue, _ name: String, _ datatype: String) throws -> JSONValue {
    guard let text = text.string, text != "null" else { return .null }
    let value: JSONValue? =
        switch datatype {
        case "INT32", "INT64": Int64(text).map { .integer($0) }
        case "FP64": Double(text).map { .number($0) }
        case "BOOL": text == "true" ? true : text == "false" ? false : nil
        default: .string(text)
        }
    guard let value else {
        throw ValidationError("`\(name)` is \(datatype), and `\(text)` is none.")
    }
    return value
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
    @Option(name: .shortAndLong, help: "table or json.")
    var output = OutputForm.table
    @OptionGroup var options: ServerOptions

    func validate() throws {
        guard (prediction == nil) != (endpoint == nil) else {
            throw ValidationError("Give a prediction, or --endpoint NAME with --execute.")
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
        if output == .json { print(try answer.text(.pretty)) } else { show(answer) }
        let differences = answer["differences"]?.array ?? []
        guard differences.isEmpty else {
            throw Failure.refused(
                "different: "
                    + differences.map { Self.line($0) }.joined(separator: "; ")
            )
        }
        if execute, output == .table { print("computed again: no difference") }
    }

    private func executeAll(of endpoint: String) async throws {
        let answer = try await options.client.ask(
            .POST,
            "/api/v1/endpoints/\(endpoint.urlEncoded)/reexecute",
            body: [:]
        )
        if output == .json { print(try answer.text(.pretty)) }
        let first = answer["first"]?.array ?? []
        if output == .table {
            for difference in first {
                print("\(difference["id"]?.plain ?? "")  \(Self.line(difference))")
            }
            print(
                "\(answer["predictions"]?.plain ?? "") predictions of \(endpoint) computed again, "
                    + "\(answer["differences"]?.plain ?? "") differences"
            )
        }
        guard answer["differences"]?.integer == 0 else {
            throw Failure.refused(
                "different: \(answer["differences"]?.plain ?? "") values; the first: "
                    + (first.first.map { "\($0["id"]?.plain ?? "") \(Self.line($0))" } ?? "")
            )
        }
    }

    private static func line(_ difference: JSONValue) -> String {
        "\(difference["what"]?.plain ?? ""): stored \(difference["stored"]?.plain ?? ""), "
            + "recomputed \(difference["recomputed"]?.plain ?? "")"
    }

    private func show(_ answer: JSONValue) {
        func line(_ name: String, _ value: String) { print(pad(name, 14) + value) }
        line("prediction", "\(answer["id"]?.plain ?? "")  at \(answer["position"]?.plain ?? "")")
        line("endpoint", answer["endpoint"]?.plain ?? "")
        if let input = answer["answers"] { line("answers", input.plain) }
        line(
            "probability",
            "\(answer["outputs"]?["probability"]?.plain ?? "")  (margin \(answer["outputs"]?["margin"]?.plain ?? ""))"
        )
        let model = answer["model"]
        line(
            "model",
            "\(model?["name"]?.plain ?? "")@\(model?["version"]?.plain ?? "")  artifact "
                + String((model?["digest"]?.plain ?? "").prefix(16))
        )
        line("run", model?["run"]?.plain ?? "")
        line("dataset", model?["dataset"]?.plain ?? "")
        line(
            "as of",
            (answer["at"]?.plain ?? "")
                + (answer["complete"] == true ? ", complete" : ", not complete")
        )
        line("request", answer["request"]?.plain ?? "")
        line("cut", answer["cut"]?.plain ?? "")
        print("features")
        for feature in answer["features"]?.array ?? [] {
            let records = feature["records"]?.array?.map(\.plain) ?? []
            let shown = records.prefix(3).joined(separator: " ")
            print(
                pad("  " + (feature["name"]?.plain ?? ""), 48)
                    + pad(
                        feature["value"]?.isNull == false ? feature["value"]?.plain ?? "" : "null",
                        24
                    )
                    + (records.isEmpty
                        ? "" : "\(records.count) records: \(shown)\(records.count > 3 ? " …" : "")")
            )
        }
    }
}
