import Bytes
import Datasets
import Documents
import Foundation
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

    /// The problems of the good resource with one piece of text replaced, each with its path.
    private func problems(_ old: String, _ new: String) -> [String] {
        guard let place = Self.text.range(of: old) else { return ["The text has no \(old)."] }
        do throws(DocumentProblems) {
            _ = try DatasetDefinition(
                canonical: Self.text.replacingCharacters(in: place, with: new)
            )
            return []
        } catch {
            return error.list.map { "\($0)\($0.isAboutKey ? " (key)" : "")" }
        }
    }

    @Test(arguments: [
        (
            #""rows": "scheduled", "#, "",
            "spec: `rows` is missing (the stream whose records are the rows)."
        ),
        (
            #""rows": "scheduled""#, #""rows": "a b""#,
            "spec.rows: a name has 1 to 249 of a-z, A-Z, 0-9, `.`, `_` and `-`."
        ),
        (
            #""id": "flight_id","#, "",
            "spec: `id` is missing (the field of that stream that names the row)."
        ),
        (
            #""id": "flight_id""#, #""id": "flight-id""#,
            "spec.id: a field's name has letters, digits and `_`, begins with no digit and is at most 249 long."
        ),
        (
            #"["punctuality", "weather.temperature"]"#, #""punctuality""#,
            "spec.features: `features` is `punctuality`. It takes a list of VIEW or VIEW.FEATURE."
        ),
        (
            #"["punctuality", "weather.temperature"]"#, "[]",
            "spec.features: a dataset has at least one feature."
        ),
        (
            #""weather.temperature""#, #""weather.""#,
            "spec.features.1: `features` has `weather.` in it. It takes VIEW or VIEW.FEATURE."
        ),
        (
            #""weather.temperature""#, "{}",
            "spec.features.1: `features` has a mapping in it. It takes VIEW or VIEW.FEATURE."
        ),
        (
            #""weather.temperature""#, #""punctuality""#,
            "spec.features.1: `punctuality` stands in `features` twice."
        ),
        (
            #""features""#, #""feature": 1, "features""#,
            "spec.feature: `feature` is no key of `spec`. Did you mean `features`? (key)"
        ),
        (
            #""stream": "arrived", "#, "",
            "spec.label: `stream` is missing (the stream whose records tell how it ended)."
        ),
        (
            #""match": "flight_id""#, #""match": "a b""#,
            "spec.label.match: a field's name has letters, digits and `_`, begins with no digit and is at most 249 long."
        ),
        (
            #""value": "late15""#, #""valu": "late15", "value": "late15""#,
            "spec.label.valu: `valu` is no key of `label`. Did you mean `value`? (key)"
        ),
        (
            #""2d""#, #""0s""#,
            "spec.label.within: `within` is longer than none."
        ),
        (
            #""2d""#, "2",
            "spec.label.within: `within` is `2`. It takes a length of time such as `0s`, `15m`, `1h` or `30d`."
        ),
        (
            #", "within": "2d""#, "",
            "spec.label: `within` is missing (an outcome later than this counts as none)."
        ),
        (
            #""label != null""#, #""""#,
            "spec.where: `where` is nothing. It takes an expression over `label` and the fields of the stream."
        ),
    ])
    func `says what is wrong and where`(old: String, new: String, problem: String) {
        #expect(problems(old, new) == [problem])
    }

    @Test func `has another generation exactly when another result is asked for`() throws {
        let good = try DatasetDefinition(canonical: Self.text)
        func changed(_ change: (inout DatasetDefinition) -> Void) -> Bool {
            var other = good
            change(&other)
            return other.generation != good.generation
        }
        #expect(!changed { _ in })
        #expect(!changed { $0.description = "x" })
        #expect(!changed { $0.owner = "x" })
        #expect(changed { $0.name = "x" })
        #expect(changed { $0.rows = "x" })
        #expect(changed { $0.id = "x" })
        #expect(changed { $0.features.reverse() })
        #expect(changed { $0.label = nil })
        #expect(changed { $0.label?.within = .day })
        #expect(changed { $0.label?.value = "x" })
        #expect(changed { $0.label?.match = "x" })
        #expect(changed { $0.label?.stream = "x" })
        #expect(changed { $0.filter = nil })
    }
}
