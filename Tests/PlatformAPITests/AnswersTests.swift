import Archive
import Bytes
import Datasets
import Engine
import Events
import HTTPTypes
import Hummingbird
import JSON
import Logs
import NIOCore
import Projections
import Records
import Store
import Testing

@testable import Features
@testable import HTTP
@testable import ModelRegistry
@testable import Platform
@testable import PlatformAPI

@Suite struct `An answer` {
    @Test func `with a number that is none is a fault of ours, and no end of the server`() {
        for number in [Double.nan, .infinity, -.infinity] {
            let response = Response.json(["seconds": .number(number)], status: .created)
            #expect(response.status == .internalServerError)
            #expect(response.headers[.contentType] == "application/problem+json")
        }
        #expect(Response.json(["seconds": .number(1)], status: .created).status == .created)
    }

    @Test func `names what is no number in a prediction`() throws {
        var predicted = PredictionEvent.Predicted()
        predicted.margin = -.infinity
        predicted.probability = .nan
        func feature(_ stored: Float) -> Explanation.Feature {
            .init(column: "x", stored: stored, value: .float(1e300), records: [])
        }
        let explanation = Explanation(
            id: EventID(high: 1, low: 2),
            position: Position(Partition("p", 0), 3),
            decidedAt: Instant(microseconds: 0),
            predicted: predicted,
            run: "",
            features: [feature(.infinity), feature(.nan), feature(0.5)],
            differences: nil
        )
        let json = try JSONValue(parsing: explanation.json.bytes())
        #expect(json["outputs"]?["margin"] == "-inf")
        #expect(json["outputs"]?["probability"] == "NaN")
        #expect(
            json["features"]?.array?.map { $0["stored"] } == ["+inf", .null, .number(0.5)]
        )
        let prediction = Prediction(
            id: explanation.id,
            position: nil,
            predicted: predicted,
            details: ["margin"],
            columns: [],
            values: []
        )
        let answer = prediction.json(showsFeatures: false)
        #expect(answer["outputs"]?.object?.map(\.0) == ["probability"])
        #expect(answer["outputs"]?["probability"] == "NaN")
        #expect(Response.json(answer).status == .ok)
    }

    @Test func `says whose fault it is`() {
        let digest = Digest(of: [])
        let faults: [(any Error, HTTPResponse.Status, String)] = [
            (TrainingRefusal.noLabel, .conflict, "refused"),
            (RowError.equalColumns("x"), .conflict, "refused"),
            (FeaturePlan.Fault(index: 0, message: "there is no x."), .conflict, "refused"),
            (DatasetWriteError.row(.equalColumns("x")), .conflict, "refused"),
            (DatasetWriteError.archive(.full("x")), .serviceUnavailable, "archiveFailed"),
            (ArchiveError.missing(digest), .serviceUnavailable, "archiveFailed"),
            (
                ChunkDamage(index: 0, expected: digest, found: nil, reason: "gone"),
                .serviceUnavailable, "archiveFailed"
            ),
            (LogError.unreachable("x"), .serviceUnavailable, "unavailable"),
        ]
        let api = PlatformAPI.idle(over: MemoryStore())
        let site = Site([api], release: "0", engine: api.platform.engine, traffic: api.traffic)
        for (error, status, type) in faults {
            let problem = site.problem(of: error)
            #expect(problem.status == status, "\(error)")
            #expect(problem.type.rawValue == type, "\(error)")
            #expect(!problem.detail.isEmpty, "\(error)")
        }
    }

    @Test func `tells the history of a model that was deleted`() async throws {
        let store = MemoryStore()
        try store.open(ModelCatalog.family)
        var changes = Changes(
            over: store,
            family: ModelCatalog.family,
            shelf: ModelCatalog().shelf(of: 0)
        )
        let moment = Moment(
            subject: "late",
            actor: "ada",
            time: Instant(microseconds: 0),
            offset: 0,
            revision: 2
        )
        changes[ModelCatalog.history, HistoryKey("late", 0)] = HistoryItem(.deleted, moment)
        try store.write(changes.batch(), to: ModelCatalog.family)
        let api = PlatformAPI.idle(over: store)
        func history(of name: String) async throws -> Response {
            let head = HTTPRequest(method: .get, scheme: nil, authority: nil, path: "/")
            return try await api.modelHistory(
                name,
                Request(head: head, body: RequestBody(buffer: ByteBuffer()))
            )
        }
        #expect(try await history(of: "late").status == .ok)
        await #expect(throws: PlatformError.self) { _ = try await history(of: "never") }
    }
}

extension PlatformAPI {
    /// One over a platform that folds nothing.
    static func idle(over store: any Store) -> PlatformAPI {
        PlatformAPI(
            Platform(
                Engine(log: MemoryLog(), store: store, clock: NoClock()),
                archive: MemoryArchive()
            ),
            about: .init(
                version: "",
                kafka: "",
                dataDirectory: "",
                environment: "",
                notices: { [] }
            ),
            traffic: Traffic()
        )
    }
}

/// Nothing here depends on when it happens.
private struct NoClock: WallClock {
    func now() -> Instant { Instant(microseconds: 0) }
    func randomBits() -> (UInt64, UInt64) { (0, 0) }
}
