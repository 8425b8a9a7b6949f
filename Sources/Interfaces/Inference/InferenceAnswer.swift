internal import HTTP
internal import HTTPTypes
internal import Hummingbird
internal import JSON
internal import NIOCore

/// What a model gave for each row under one name.
struct InferenceOutput {
    var name: String
    var values: [Float]
    /// The values stand behind the JSON of the answer.
    var isBinary: Bool

    var json: JSONValue {
        var members: [(String, JSONValue)] = [
            ("name", .string(name)), ("datatype", "FP32"),
            ("shape", [.integer(Int64(values.count))]),
        ]
        if isBinary {
            let size = values.count * MemoryLayout<Float>.size
            members.append(("parameters", [InferenceBody.sizeName: .integer(Int64(size))]))
        } else {
            members.append(("data", .array(values.map { .figure($0) })))
        }
        return .object(members)
    }
}

extension Response {
    /// An answer of the protocol. `members`: What it says beside its outputs.
    static func inference(
        _ members: [(String, JSONValue)],
        _ outputs: [InferenceOutput]
    ) throws -> Response {
        let json = JSONValue.object(members + [("outputs", .array(outputs.map(\.json)))])
        let binary = outputs.filter(\.isBinary)
        guard !binary.isEmpty else { return .json(json) }
        let text = try json.bytes(.compact)
        var bytes = ByteBuffer(bytes: text)
        for value in binary.flatMap(\.values) {
            bytes.writeInteger(value.bitPattern, endianness: .little)
        }
        return Response(
            status: .ok,
            headers: [
                .contentType: "application/octet-stream",
                .inferenceHeaderLength: String(text.count),
            ],
            body: ResponseBody(byteBuffer: bytes)
        )
    }
}

extension HTTPField.Name {
    /// How much of a body is JSON, with binary tensors behind it.
    static let inferenceHeaderLength = name("Inference-Header-Content-Length")
}
