import Bytes
import Documents
import Features
import JSON
import Records
import Testing

@Suite struct `A FeatureView` {
    static let text = """
        {
          "kind": "FeatureView", "name": "punctuality", "description": "How late.", "owner": "ada",
          "spec": {
            "stream": "arrived", "entity": "carrier", "where": "status == \\"landed\\"",
            "ttl": "30d",
            "features": {
              "flights": {"count": "true", "over": ["7d", "24h", "180m"]},
              "delay": {"mean": "arr_delay", "over": ["1d"]},
              "last_delay": {"last": "arr_delay"}
            }
          }
        }
        """

    @Test func `reads what YAML gives, and sorts its windows`() throws {
        let view = try FeatureViewDefinition(canonical: Self.text)
        #expect(
            view
                == FeatureViewDefinition(
                    name: "punctuality",
                    description: "How late.",
                    owner: "ada",
                    source: .stream(
                        .init(
                            stream: "arrived",
                            entity: "carrier",
                            filter: "status == \"landed\"",
                            ttl: .seconds(30 * 86_400),
                            features: [
                                .init(
                                    "flights",
                                    .count,
                                    of: nil,
                                    over: [.seconds(10_800), .day, .seconds(7 * 86_400)]
                                ),
                                .init("delay", .mean, of: "arr_delay", over: [.day]),
                                .init("last_delay", .last, of: "arr_delay", over: []),
                            ]
                        )
                    )
                )
        )
        #expect(
            view.columnNames == [
                "flights_3h", "flights_24h", "flights_7d", "delay_24h", "last_delay",
            ]
        )
    }
}
