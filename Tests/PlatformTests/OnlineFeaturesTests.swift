import Bytes
import JSON
import Logs
import Testing

@testable import Feast
@testable import Platform

@Suite struct `Features in Feast's form` {
    private static func statuses(
        _ stand: Stand,
        _ features: [String],
        _ entities: [(name: String, values: [JSONValue])],
        at instant: Instant
    ) throws -> [[String]] {
        let read = try stand.platform.onlineFeatures(features, entities, at: instant)
        let rows = entities.first?.values.count ?? 0
        let bytes = OnlineAnswer(entities, rows: rows, read, fullNames: false).bytes()
        let results = try JSONValue(parsing: bytes)["results"]?.array ?? []
        return results.dropFirst(entities.count).map { result in
            (result["statuses"]?.array ?? []).compactMap(\.string)
        }
    }

    @Test func `tell why there is no value`() async throws {
        let stand = try await Airport.open(memoryLog())
        func statuses(at instant: Instant) throws -> [[String]] {
            try Self.statuses(
                stand,
                ["punctuality:delay_6h", "punctuality:last", "punctuality:flights_6h"],
                [(name: "carrier", values: ["AA", "ZZ"])],
                at: instant
            )
        }
        let nobody = "NOT_FOUND"
        #expect(
            try statuses(at: Airport.end)
                == [["PRESENT", nobody], ["PRESENT", nobody], ["PRESENT", "PRESENT"]]
        )
        #expect(
            try statuses(at: Airport.start)
                == [[nobody, nobody], [nobody, nobody], ["PRESENT", "PRESENT"]]
        )
        #expect(
            try statuses(at: Airport.end + .seconds(3 * 86_400))
                == [["NULL_VALUE", nobody], ["PRESENT", nobody], ["PRESENT", "PRESENT"]]
        )
        let tooOld = "OUTSIDE_MAX_AGE"
        #expect(
            try statuses(at: Airport.end + .seconds(30 * 86_400))
                == [[tooOld, nobody], [tooOld, nobody], ["PRESENT", "PRESENT"]]
        )
        #expect(
            try Self.statuses(
                stand,
                ["flight:distance"],
                [
                    (name: "scheduled", values: ["2013-07-04T00:00:00Z"]),
                    (name: "distance", values: [.null]),
                ],
                at: Airport.end
            ) == [["NULL_VALUE"]],
            "A request says what it says."
        )
        stand.stop()
    }
}
