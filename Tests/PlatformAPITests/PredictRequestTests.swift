import Bytes
import JSON
import Testing

@testable import HTTP
@testable import PlatformAPI

@Suite struct `A request for a prediction` {
    private let noon = Instant(rfc3339: "2026-01-01T12:00:00Z")

    private func read(
        _ text: String,
        fields: Set<String> = ["carrier"]
    ) async throws
        -> PredictRequest
    {
        try await PredictRequest(try JSONValue(parsing: text)) { fields }
    }

    @Test func `has fields, and beside them as of when and what is shown`() async throws {
        for (at, features) in [("at", "features"), ("@at", "@features")] {
            let asked = try await read(
                #"{"carrier":"B6","\#(at)":"2026-01-01T12:00:00Z","\#(features)":true}"#
            )
            #expect(asked.requests == [["carrier": "B6"]])
            #expect(asked.at == noon)
            #expect(asked.showsFeatures)
            #expect(!asked.isList)
        }
    }

    @Test func `may have fields of any name`() async throws {
        let text = #"{"at":"2026-01-01T11:00:00Z","features":3,"instances":"some","id":7}"#
        let plain = try await read(text, fields: ["at", "features", "instances", "id"])
        #expect(plain.requests == [try JSONValue(parsing: text)])
        #expect(plain.at == nil)
        #expect(!plain.showsFeatures)
        let asked = try await read(
            #"{"at":"2026-01-01T11:00:00Z","@at":"2026-01-01T12:00:00Z","@features":true}"#,
            fields: ["at", "features"]
        )
        #expect(asked.requests == [["at": "2026-01-01T11:00:00Z"]])
        #expect(asked.at == noon)
        #expect(asked.showsFeatures)
    }

    @Test(arguments: ["at", "@at"])
    func `may be a list, whatever the fields are called`(at: String) async throws {
        let asked = try await read(
            #"{"instances":[{"at":"x","instances":1},{}],"\#(at)":"2026-01-01T12:00:00Z"}"#,
            fields: ["at", "features", "instances"]
        )
        #expect(asked.requests == [["at": "x", "instances": 1], .object([])])
        #expect(asked.isList)
        #expect(asked.at == noon)
    }

    @Test(arguments: [
        "[]", #"{"instances":[]}"#, #"{"instances":[{}],"carrier":"B6"}"#, #"{"at":"noon"}"#,
        #"{"@at":"2026-01-01T12:00:00Z","at":"2026-01-01T12:00:00Z"}"#, #"{"features":"yes"}"#,
    ])
    func `is refused where it says nothing, or two things`(text: String) async {
        await #expect(throws: Problem.self) { _ = try await read(text) }
    }
}
