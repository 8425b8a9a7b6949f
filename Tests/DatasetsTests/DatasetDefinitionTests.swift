import Bytes
import Datasets
import Documents
import JSON
import Testing

@Suite struct `A Dataset` {
    static let text = """
        {
          "kind": "Dataset", "name": "late", "description": "Rows.", "owner": "ada",
          "spec": {
            "rows": "scheduled", "id": "flight_id",
            "features": ["punctuality", "weather.temperature"],
            "label": {"stream": "arrived", "match": "flight_id", "value": "late15", "within": "2d"},
            "where": "label != null"
          }
        }
        """

    @Test func `reads its keys`() throws {
        let dataset = try DatasetDefinition(canonical: Self.text)
        #expect(
            dataset
                == DatasetDefinition(
                    name: "late",
                    description: "Rows.",
                    owner: "ada",
                    rows: "scheduled",
                    id: "flight_id",
                    features: ["punctuality", "weather.temperature"],
                    label: .init(
                        stream: "arrived",
                        match: "flight_id",
                        value: "late15",
                        within: .seconds(2 * 86_400)
                    ),
                    filter: "label != null"
                )
        )
    }
}
