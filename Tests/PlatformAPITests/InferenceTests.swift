import HTTPTypes
import Hummingbird
import JSON
import Records
import Testing

@testable import HTTP
@testable import Inference

/// What the Open Inference Protocol says of a request.
@Suite struct `A request for inference` {
    private static let fields: [StreamDefinition.Field] = [
        .init("carrier", .string), .init("distance", .int32), .init("delay", .float),
        .init("late", .bool), .init("at", .timestamp),
    ]

    private func read(_ text: String) throws -> InferenceRequest {
        try InferenceRequest(
            InferenceBody(Array(text.utf8), length: nil),
            fields: Self.fields,
            outputs: ["probability", "share"]
        )
    }

    private func input(
        _ name: String = "distance",
        _ shape: String = "[2]",
        _ datatype: String = "INT32",
        _ data: String = "[1, 2]"
    ) -> String {
        "{\"name\": \"\(name)\", \"shape\": \(shape), \"datatype\": \"\(datatype)\", \"data\": \(data)}"
    }

    @Test func `is one column for each input, flat or as deep as its shape`() throws {
        let carrier = input("carrier", "[2]", "BYTES", "[\"B6\", null]")
        for (shape, data) in [
            ("[2]", "[1, 2]"), ("[2, 1]", "[1, 2]"), ("[2, 1]", "[[1], [2]]"),
        ] {
            let request = try read(
                "{\"id\": \"a\", \"inputs\": [\(carrier), \(input("distance", shape, "INT32", data))]}"
            )
            #expect(request.id == "a")
            #expect(
                request.rows == [
                    ["carrier": "B6", "distance": 1], ["carrier": .null, "distance": 2],
                ]
            )
        }
    }

    @Test func `takes every type that can hold the field's`() throws {
        for (name, datatype, data) in [
            ("distance", "UINT8", "[255, 0]"), ("distance", "INT64", "[-5, 5.0]"),
            ("delay", "FP32", "[1.5, 2]"), ("delay", "FP64", "[1e300, 2]"),
            ("delay", "INT16", "[1, 2]"), ("late", "BOOL", "[true, false]"),
            ("at", "BYTES", "[\"2026-01-01T00:00:00Z\", \"2026-01-01T00:00:00Z\"]"),
        ] {
            #expect(throws: Never.self) {
                try read("{\"inputs\": [\(input(name, "[2]", datatype, data))]}")
            }
        }
    }

    @Test func `is refused with what is wrong in it`() throws {
        let good = input()
        let cases = [
            ("[]", "object"), ("{}", "inputs"), ("{\"inputs\": []}", "inputs"),
            ("{\"inputs\": [1]}", "`name`"), ("{\"inputs\": [\(good), \(good)]}", "twice"),
            ("{\"inputs\": [\(input("speed"))]}", "There is no input `speed`"),
            ("{\"inputs\": [\(input("distance", "[2]", "FLOAT"))]}", "`datatype`"),
            ("{\"inputs\": [\(input("distance", "[2]", "BYTES"))]}", "not BYTES"),
            ("{\"inputs\": [\(input("distance", "[2]", "FP32"))]}", "not FP32"),
            ("{\"inputs\": [\(input("carrier", "[2]", "INT32"))]}", "not INT32"),
            ("{\"inputs\": [\(input("distance", "2"))]}", "`shape`"),
            ("{\"inputs\": [\(input("distance", "[]"))]}", "`shape`"),
            ("{\"inputs\": [\(input("distance", "[-2]"))]}", "`shape`"),
            ("{\"inputs\": [\(input("distance", "[1, 2]"))]}", "`shape`"),
            ("{\"inputs\": [\(input("distance", "[2, 1, 1]"))]}", "`shape`"),
            ("{\"inputs\": [\(input("distance", "[9223372036854775807, 2]"))]}", "`shape`"),
            ("{\"inputs\": [\(input("distance", "[3]"))]}", "3 values"),
            ("{\"inputs\": [\(input("distance", "[2]", "INT32", "[[1], [2]]"))]}", "2 values"),
            ("{\"inputs\": [\(input("distance", "[2,1]", "INT32", "[[1], 2]"))]}", "2 values"),
            (
                "{\"inputs\": [\(input("distance", "[2,1]", "INT32", "[[[1]], [[2]]]"))]}",
                "2 values"
            ),
            ("{\"inputs\": [\(input("distance", "[2]", "INT32", "5"))]}", "2 values"),
            ("{\"inputs\": [\(input("distance", "[2]", "INT32", "[1, \"2\"]"))]}", "Value 1"),
            ("{\"inputs\": [\(input("distance", "[2]", "INT32", "[1, 2.5]"))]}", "Value 1"),
            ("{\"inputs\": [\(input("distance", "[2]", "UINT8", "[1, 256]"))]}", "Value 1"),
            ("{\"inputs\": [\(input("delay", "[2]", "FP32", "[1e300, 2]"))]}", "Value 0"),
            ("{\"inputs\": [\(input("late", "[2]", "BOOL", "[1, 0]"))]}", "Value 0"),
            ("{\"inputs\": [\(good), \(input("delay", "[1]", "FP64", "[1]"))]}", "same rows"),
            ("{\"inputs\": [\(input("distance", "[0]", "INT32", "[]"))]}", "1 to 1000"),
            ("{\"inputs\": [\(good)], \"outputs\": [{\"name\": \"x\"}]}", "There is no output `x`"),
            (
                "{\"inputs\": [\(good)], \"outputs\": [{\"name\": \"probability\"}, {\"name\": \"probability\"}]}",
                "asked for twice"
            ),
            ("{\"inputs\": [\(good)], \"outputs\": [1]}", "`name`"),
            ("{\"inputs\": [\(good)], \"outputs\": 1}", "`outputs`"),
            ("{\"inputs\": [\(good)], \"parameters\": 1}", "`parameters`"),
            ("{\"inputs\": [\(good)], \"id\": 1}", "`id`"),
            ("{\"inputs\": [\(good)], \"input\": []}", "`input`"),
            (
                "{\"inputs\": [{\"name\": \"distance\", \"shape\": [1], \"datatype\": \"INT32\", \"parameters\": {\"binary_data_size\": 4}}]}",
                "4 bytes behind the JSON, and 0 are left"
            ),
            (
                "{\"inputs\": [{\"name\": \"distance\", \"shape\": [1], \"datatype\": \"INT32\", \"data\": [1], \"parameters\": {\"binary_data_size\": 4}}]}",
                "both"
            ),
            (
                "{\"inputs\": [{\"name\": \"distance\", \"shape\": [1], \"datatype\": \"INT32\"}]}",
                "no `data`"
            ),
            (
                "{\"inputs\": [\(good)], \"parameters\": {\"binary_data_output\": 1}}",
                "true or false"
            ),
        ]
        for (text, word) in cases {
            do {
                _ = try read(text)
                Issue.record("taken: \(text)")
            } catch let problem as Problem {
                #expect(problem.status == .badRequest, "\(text)")
                #expect(problem.detail.contains(word), "\(text): \(problem.detail)")
            }
        }
    }

    /// A request with the bytes of its inputs behind it.
    private func read(
        _ inputs: [(name: String, shape: String, datatype: String, bytes: [UInt8])],
        more: [UInt8] = []
    ) throws -> InferenceRequest {
        let texts = inputs.map { input in
            "{\"name\": \"\(input.name)\", \"shape\": \(input.shape), \"datatype\": \"\(input.datatype)\", \"parameters\": {\"binary_data_size\": \(input.bytes.count)}}"
        }
        let json = Array("{\"inputs\": [\(texts.joined(separator: ", "))]}".utf8)
        let body = try InferenceBody(
            json + inputs.flatMap(\.bytes) + more,
            length: String(json.count)
        )
        return try InferenceRequest(body, fields: Self.fields, outputs: ["probability", "share"])
    }

    @Test func `may have the bytes of its inputs behind it`() throws {
        let request = try read([
            ("carrier", "[2]", "BYTES", [2, 0, 0, 0] + Array("B6".utf8) + [0, 0, 0, 0]),
            ("distance", "[2, 1]", "INT32", [0xAB, 9, 0, 0, 0xFE, 0xFF, 0xFF, 0xFF]),
            ("delay", "[2]", "FP32", [0, 0, 0xC0, 0x3F, 0, 0, 0xC0, 0x7F]),
            ("late", "[2]", "BOOL", [1, 0]),
        ])
        // What is no number stands for no value.
        #expect(
            request.rows == [
                ["carrier": "B6", "distance": 2475, "delay": 1.5, "late": true],
                ["carrier": "", "distance": -2, "delay": .null, "late": false],
            ]
        )
    }

    @Test func `is refused with what is wrong in the bytes behind it`() throws {
        let cases:
            [(shape: String, datatype: String, bytes: [UInt8], more: [UInt8], word: String)] = [
                ("[1]", "INT32", [1, 0, 0], [], "Value 0"),
                ("[2]", "INT32", [1, 0, 0, 0], [], "2 values"),
                ("[1]", "INT32", [1, 0, 0, 0, 2, 0, 0, 0], [], "1 values"),
                ("[1]", "INT32", [1, 0, 0, 0], [7], "1 bytes behind the JSON"),
                ("[1]", "UINT64", [UInt8](repeating: 255, count: 8), [], "Value 0"),
                ("[1001]", "INT8", [UInt8](repeating: 1, count: 1_001), [], "1 to 1000"),
            ]
        for (shape, datatype, bytes, more, word) in cases {
            try refuses([("distance", shape, datatype, bytes)], more, word)
        }
        try refuses([("late", "[1]", "BOOL", [2])], [], "Value 0")
        try refuses([("delay", "[1]", "FP64", [0, 0, 0, 0, 0, 0, 0xF0, 0x7F])], [], "Value 0")
        try refuses([("carrier", "[1]", "BYTES", [9, 0, 0, 0, 65])], [], "Value 0")
        try refuses([("carrier", "[1]", "BYTES", [255, 255, 255, 255, 65])], [], "Value 0")
        try refuses([("carrier", "[1]", "BYTES", [2, 0, 0, 0, 0xC3, 0x28])], [], "Value 0")
        for length in ["-1", "3", "x", ""] {
            #expect(throws: Problem.self) {
                try InferenceBody(Array("{}".utf8), length: length)
            }
        }
    }

    private func refuses(
        _ inputs: [(name: String, shape: String, datatype: String, bytes: [UInt8])],
        _ more: [UInt8],
        _ word: String
    ) throws {
        do {
            _ = try read(inputs, more: more)
            Issue.record("taken: \(inputs)")
        } catch let problem as Problem {
            #expect(problem.status == .badRequest, "\(inputs)")
            #expect(problem.detail.contains(word), "\(inputs): \(problem.detail)")
        }
    }

    @Test func `says which outputs it wants, and whether they come as bytes`() throws {
        for (outputs, parameters, wanted) in [
            ("null", "{}", [("probability", false), ("share", false)]),
            ("[]", "{}", [("probability", false), ("share", false)]),
            (
                "null", "{\"binary_data_output\": true}",
                [("probability", true), ("share", true)]
            ),
            ("[{\"name\": \"share\"}]", "{}", [("share", false)]),
            (
                "[{\"name\": \"probability\"}]", "{\"binary_data_output\": true}",
                [("probability", true)]
            ),
            (
                "[{\"name\": \"share\"}, {\"name\": \"probability\", \"parameters\": {\"binary_data\": false}}]",
                "{\"binary_data_output\": true}", [("share", true), ("probability", false)]
            ),
            (
                "[{\"name\": \"probability\", \"parameters\": {\"binary_data\": true}}]",
                "{}", [("probability", true)]
            ),
        ] {
            let request = try read(
                "{\"inputs\": [\(input())], \"outputs\": \(outputs), \"parameters\": \(parameters)}"
            )
            #expect(
                request.outputs == wanted.map { .init(name: $0.0, isBinary: $0.1) },
                "\(outputs) \(parameters)"
            )
        }
    }

    @Test func `is answered with its outputs in order, in JSON or behind it`() throws {
        let outputs = [
            InferenceOutput(name: "least", values: [1, 2], isBinary: false),
            InferenceOutput(name: "greatest", values: [3, .nan], isBinary: true),
        ]
        let answer = try Response.inference([("id", "7")], outputs)
        #expect(answer.headers[.contentType] == "application/octet-stream")
        let length = try #require(answer.headers[.inferenceHeaderLength].flatMap { Int($0) })
        #expect(answer.body.contentLength == length + 8)
        #expect(
            outputs.map(\.json) == [
                ["name": "least", "datatype": "FP32", "shape": [2], "data": [1.0, 2.0]],
                [
                    "name": "greatest", "datatype": "FP32", "shape": [2],
                    "parameters": ["binary_data_size": 8],
                ],
            ]
        )
        let plain = try Response.inference([], [outputs[0]])
        #expect(plain.headers[.contentType] == "application/json")
    }
}
