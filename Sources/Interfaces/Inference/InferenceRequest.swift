internal import Documents
internal import HTTP
internal import JSON
internal import Records

/// What a request of the Open Inference Protocol asks: rows, made of one column for each input.
struct InferenceRequest {
    private static let mostRows = 1_000

    var id: String?
    var parameters: JSONValue?
    var rows: [JSONValue]
    /// Those that are asked for, in this order.
    var outputs: [Output]

    struct Output: Equatable {
        var name: String
        /// It comes as bytes behind the JSON of the answer.
        var isBinary: Bool
    }

    /// `fields`: Those that a row may have.
    /// `outputs`: Those that there are.
    init(
        _ body: InferenceBody,
        fields: [StreamDefinition.Field],
        outputs known: [String]
    ) throws(Problem) {
        let asked = body.json
        var tensors = InferenceTensors(body.tensors)
        guard let members = asked.object else {
            throw .malformed("A request is an object with `inputs`.")
        }
        parameters = asked["parameters"]
        if let parameters, parameters.object == nil {
            throw .malformed("`parameters` is an object.", pointer: "/parameters")
        }
        if let value = asked["id"] {
            guard let text = value.string else {
                throw .malformed("`id` is a text.", pointer: "/id")
            }
            id = text
        }
        for (name, _) in members where !["id", "parameters", "inputs", "outputs"].contains(name) {
            throw .invalid(
                "A request has no `\(name)`: it has `id`, `parameters`, `inputs` and `outputs`."
            )
        }
        guard let inputs = asked["inputs"]?.array, !inputs.isEmpty else {
            throw .malformed(
                "Send {\"inputs\": [{\"name\": \"carrier\", \"shape\": [1], \"datatype\": \"BYTES\", \"data\": [\"B6\"]}]}.",
                pointer: "/inputs"
            )
        }
        var columns: [(name: String, values: [JSONValue])] = []
        for (index, input) in inputs.enumerated() {
            let column = try Self.column(input, &tensors, at: "/inputs/\(index)", fields)
            guard !columns.contains(where: { $0.name == column.name }) else {
                throw .invalid("The input `\(column.name)` comes twice.")
            }
            if let first = columns.first, first.values.count != column.values.count {
                throw .invalid(
                    "Every input has the same rows: `\(first.name)` has \(first.values.count), and `\(column.name)` \(column.values.count)."
                )
            }
            columns.append(column)
        }
        guard tensors.leftCount == 0 else {
            throw .invalid("\(tensors.leftCount) bytes behind the JSON belong to no input.")
        }
        let count = columns[0].values.count
        guard (1 ... Self.mostRows).contains(count) else {
            throw .rowCount(count, most: Self.mostRows)
        }
        let asksForBinary = try Self.truth(parameters, "binary_data_output", "/parameters")
        outputs = try Self.outputs(asked["outputs"], known, areBinary: asksForBinary ?? false)
        rows = (0 ..< count).map { row in
            .object(columns.map { ($0.name, $0.values[row]) })
        }
    }

    private static func column(
        _ input: JSONValue,
        _ tensors: inout InferenceTensors,
        at pointer: String,
        _ fields: [StreamDefinition.Field]
    ) throws(Problem) -> (name: String, values: [JSONValue]) {
        guard let name = input["name"]?.string else {
            throw .malformed(
                "An input has a `name`, a `shape`, a `datatype` and `data`.",
                pointer: pointer
            )
        }
        guard let field = fields.first(where: { $0.name == name }) else {
            throw .invalid(
                "There is no input `\(name)`: there are \(fields.map(\.name).joined(separator: ", "))."
            )
        }
        guard let text = input["datatype"]?.string, let datatype = InferenceDatatype(rawValue: text)
        else {
            throw .invalid(
                "The input `\(name)` names as its `datatype` one of \(InferenceDatatype.allCases.map(\.rawValue).joined(separator: ", "))."
            )
        }
        guard datatype.fits(field.type) else {
            throw .invalid(
                "The input `\(name)` is \(field.type.phrase), so its datatype is \(InferenceDatatype(of: field.type).rawValue), and not \(text)."
            )
        }
        guard let count = rowCount(input["shape"]) else {
            throw .invalid(
                "The `shape` of the input `\(name)` is [rows] or [rows, 1], with one value for each row."
            )
        }
        guard count <= mostRows else { throw .rowCount(count, most: mostRows) }
        let found: [JSONValue]?
        switch (input["data"], input["parameters"]?[InferenceBody.sizeName]) {
        case (nil, nil):
            throw .malformed("The input `\(name)` has no `data`.", pointer: pointer)
        case (.some, .some):
            throw .malformed(
                "The input `\(name)` has both `data` and `\(InferenceBody.sizeName)`.",
                pointer: pointer
            )
        case (let data?, nil):
            found = values(data, as: input["shape"]?.array?.count ?? 1, count)
        case (nil, let size?):
            guard let size = size.integer.flatMap({ Int(exactly: $0) }) else {
                throw .malformed(
                    "`\(InferenceBody.sizeName)` of the input `\(name)` is a number of bytes.",
                    pointer: pointer
                )
            }
            let taken = try tensors.take(size, as: datatype, of: name, most: count)
            found = taken.count == count ? taken : nil
        }
        guard let values = found else {
            throw .invalid(
                "The `data` of the input `\(name)` are not what its `shape` says: \(count) values, in one list or as deep as the shape."
            )
        }
        if let index = values.firstIndex(where: { !datatype.holds($0) }) {
            throw .invalid(
                "Value \(index) of the input `\(name)` is \(values[index].phrase), and no \(text)."
            )
        }
        return (name, values)
    }

    /// Nil: the shape is no column's.
    private static func rowCount(_ shape: JSONValue?) -> Int? {
        guard let dimensions = shape?.array, (1 ... 2).contains(dimensions.count),
            let rows = dimensions[0].integer.flatMap({ Int(exactly: $0) }), rows >= 0
        else { return nil }
        return dimensions.count == 1 || dimensions[1] == 1 ? rows : nil
    }

    /// Flat, or nested as the shape is. Nil: otherwise.
    private static func values(_ data: JSONValue, as depth: Int, _ count: Int) -> [JSONValue]? {
        guard let list = data.array, list.count == count else { return nil }
        guard list.contains(where: { $0.array != nil }) else { return list }
        guard depth == 2 else { return nil }
        var rows: [JSONValue] = []
        for row in list {
            guard let row = row.array, row.count == 1, row[0].array == nil else { return nil }
            rows.append(row[0])
        }
        return rows
    }

    /// Those that are asked for, or else all. `areBinary`: Where nothing else is said of one.
    private static func outputs(
        _ outputs: JSONValue?,
        _ known: [String],
        areBinary: Bool
    ) throws(Problem) -> [Output] {
        guard let outputs, !outputs.isNull else {
            return known.map { Output(name: $0, isBinary: areBinary) }
        }
        guard let list = outputs.array else {
            throw .malformed("`outputs` is a list of objects with a `name`.", pointer: "/outputs")
        }
        var asked: [Output] = []
        for (index, output) in list.enumerated() {
            guard let name = output["name"]?.string else {
                throw .malformed("An output has a `name`.", pointer: "/outputs/\(index)")
            }
            guard known.contains(name) else { throw .noOutput(name, among: known) }
            guard !asked.contains(where: { $0.name == name }) else {
                throw .invalid("The output `\(name)` is asked for twice.")
            }
            guard output["parameters"]?["classification"] == nil else {
                throw .invalid("The output `\(name)` is a number, and has no classes to name.")
            }
            let isBinary = try truth(
                output["parameters"],
                "binary_data",
                "/outputs/\(index)/parameters"
            )
            asked.append(Output(name: name, isBinary: isBinary ?? areBinary))
        }
        return asked.isEmpty ? known.map { Output(name: $0, isBinary: areBinary) } : asked
    }

    private static func truth(
        _ parameters: JSONValue?,
        _ name: String,
        _ pointer: String
    ) throws(Problem) -> Bool? {
        guard let value = parameters?[name] else { return nil }
        guard let truth = value.bool else {
            throw .malformed("`\(name)` is true or false.", pointer: "\(pointer)/\(name)")
        }
        return truth
    }
}

extension Problem {
    static func noOutput(_ name: String, among known: [String]) -> Problem {
        let list = known.map { "`\($0)`" }.joined(separator: ", ")
        return .invalid(
            "There is no output `\(name)`: there \(known.count == 1 ? "is" : "are") \(list)."
        )
    }

    fileprivate static func rowCount(_ count: Int, most: Int) -> Problem {
        .invalid("A request has 1 to \(most) rows, and this one has \(count).")
    }
}
