import Bytes
import Documents
import JSON
import Serving
import Testing

@Suite struct `An Endpoint` {
    static let text = """
        {
          "kind": "Endpoint", "name": "late-arrival", "description": "Late?", "owner": "ada",
          "spec": {
            "model": "late-arrival@production",
            "answer": {
              "stream": "scheduled", "from": "2013-04-01T00:00:00-04:00", "wait": "unlimited"
            },
            "durability": "async", "missing": "refuse"
          }
        }
        """

    @Test func `reads its keys`() throws {
        let endpoint = try EndpointDefinition(canonical: Self.text)
        #expect(
            endpoint
                == EndpointDefinition(
                    name: "late-arrival",
                    description: "Late?",
                    owner: "ada",
                    model: .init("late-arrival", .stage("production")),
                    answer: .init(
                        stream: "scheduled",
                        from: Instant(rfc3339: "2013-04-01T04:00:00Z"),
                        wait: .unlimited
                    ),
                    durability: .async,
                    missing: .refuse
                )
        )
    }
}
