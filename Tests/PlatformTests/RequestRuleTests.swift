import Features
import JSON
import Logs
import Records
import Testing

@testable import Engine
@testable import Platform

@Suite struct `A value of a request` {
    private static let shop = """
        kind: Stream
        name: visits
        spec:
          key: channel
          time: at
          fields:
            at: timestamp
            channel: {type: string, oneOf: [web, shop]}
            items: int32
            price: float
        ---
        kind: FeatureView
        name: channels
        spec:
          stream: visits
          entity: channel
          features:
            visits: {count: true, over: [24h]}
        ---
        kind: FeatureView
        name: basket
        spec:
          request: {items: int32, price: float}
          features:
            items: items
            price: price
        """

    private static let refused: [(String, JSONValue, String)] = [
        (
            "basket", ["items": 5.5, "price": 1],
            "`items` is 5.5, not an int32."
        ),
        (
            "basket", ["items": 1, "price": 9_007_199_254_740_993],
            "`price` is 9007199254740993; a float holds whole numbers exactly only up to 9007199254740992."
        ),
        (
            "basket", ["items": 3_000_000_000, "price": 1],
            "`items` is 3000000000, which does not fit an int32."
        ),
        ("basket", ["items": "0x5", "price": 1], "`items` is `0x5`, not an int32."),
        (
            "basket", ["items": 1, "price": "1e400"],
            "`price` is 1e400, which is too large for a double."
        ),
        (
            "channels", ["channel": "pigeon"],
            "`channel` is `pigeon`, which the stream does not list."
        ),
    ]

    private static func read(
        _ entities: JSONValue,
        of view: String,
        on stand: Stand
    ) throws -> [FieldValue] {
        try stand.platform.features(
            of: view,
            entities,
            at: stand.platform.clock.now(),
            withRecords: false
        ).features.map(\.value)
    }

    @Test func `is read as one of a record`() async throws {
        let stand = try await Stand.start(memoryLog())
        defer { stand.stop() }
        try await stand.apply(Self.shop)
        #expect(
            try Self.read(["items": 5.0, "price": 5], of: "basket", on: stand) == [
                .int(5), .float(5),
            ]
        )
        // As the command line sends it.
        #expect(
            try Self.read(["items": "5.0", "price": ".5"], of: "basket", on: stand) == [
                .int(5), .float(0.5),
            ]
        )
        #expect(try Self.read(["channel": "web"], of: "channels", on: stand) == [.int(0)])
    }

    @Test(arguments: refused)
    func `is refused as one of a record`(
        view: String,
        entities: JSONValue,
        reason: String
    ) async throws {
        let stand = try await Stand.start(memoryLog())
        defer { stand.stop() }
        try await stand.apply(Self.shop)
        let why = try await refusal { _ = try Self.read(entities, of: view, on: stand) }
        #expect(why == reason)
    }

    @Test func `that 32 bits do not hold is refused, as training refuses it`() async throws {
        let stand = try await Airport.serving(memoryLog())
        defer { stand.stop() }
        let ready = try stand.platform.ready("lateness")
        let plan = ready.served.plan
        let column = try #require(plan.columns.firstIndex { $0.name == "flight__distance" })
        let fields = try plan.fields(of: Airport.flights[50].request, index: nil)
        // No field of the airport is so large, so the features are given.
        func answer(_ distance: Double, input: Bool) throws -> [Float] {
            var values = try plan.read(
                fields,
                at: Airport.flights[50].scheduled,
                cut: try stand.platform.reading(of: plan).cut,
                in: stand.store
            ).values
            values[column] = .float(distance)
            return try stand.platform.modelInputs(values, of: plan, isAsked: !input)
        }
        let why = try await refusal { _ = try answer(1e39, input: false) }
        #expect(why == "`flight__distance` is `1e+39`, and a model takes numbers of 32 bits")
        #expect(try answer(1e39, input: true)[column].isNaN)
        #expect(try answer(1e38, input: false)[column] == 1e38)
    }
}
