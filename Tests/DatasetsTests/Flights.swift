import Archive
import Bytes
import Chance
import Datasets
import Documents
import Logs
import Records

/// The dataset that the tests speak of.
enum Flights {
    static let name = "late_arrivals"
    static let july = Instant(microseconds: 1_372_636_800_000_000)

    static func text(_ description: String = "", label: Bool = true) -> String {
        let outcome =
            #""label":{"stream":"flights.arrived","match":"flight_id","#
            + #""value":"late15","within":"48h"},"#
            + #""where":"label != null""#
        return #"{"kind":"Dataset","name":"late_arrivals","owner":"","#
            + #""description":"\#(description)","#
            + #""spec":{"rows":"flights.scheduled","id":"flight_id","features":["weather"]"#
            + (label ? ",\(outcome)" : "") + "}}"
    }

    /// Of the dataset that `text` declares.
    static var generation: Digest {
        DatasetDefinition(text: text())?.generation ?? Digest(of: [])
    }

    static func columns() throws -> RowColumns {
        try RowColumns(
            id: DatasetColumn("flight_id", .string),
            features: [
                .feature("rain", of: "weather", .bool),
                .feature("flights_3h", of: "weather", .int64),
                .feature("wind", of: "weather", .float),
                .feature("origin", of: "weather", .string),
                .feature("since", of: "weather", .timestamp),
            ],
            label: DatasetColumn("late15", .bool)
        )
    }

    /// Rows with a bit of everything, in the order of time.
    static func rows(_ count: Int, _ random: inout SeededRandom) -> [DatasetRow] {
        var time = july
        return (0 ..< count).map { number in
            time = time + .seconds(.random(in: 0 ... 600, using: &random))
            func or(_ value: FieldValue) -> FieldValue {
                Int.random(in: 0 ..< 5, using: &random) == 0 ? .null : value
            }
            let texts = ["JFK", "", "a,b", "\"", "Zürich", "\n", "\u{0}"]
            return DatasetRow(
                id: .string("B6-\(number)"),
                time: Timestamp(time, offsetMinutes: -240),
                values: [
                    or(.bool(.random(using: &random))),
                    or(.int(.random(in: .min ... .max, using: &random))),
                    or(.float(.random(in: -1e9 ... 1e9, using: &random))),
                    or(.string(texts.randomElement(using: &random) ?? "")),
                    or(.timestamp(Timestamp(time, offsetMinutes: 60))),
                ],
                label: or(.bool(.random(using: &random)))
            )
        }
    }

    /// A manifest of rows that were put into an archive.
    static func manifest(
        rows: Int = 3,
        seed: UInt64 = 1,
        cutAt offset: Offset = 100,
        in archive: any Archive = MemoryArchive()
    ) throws -> DatasetManifest {
        var random = SeededRandom(seed: seed)
        var writer = DatasetWriter(try columns(), into: archive)
        for row in self.rows(rows, &random) { try writer.append(row) }
        return DatasetManifest(
            from: july,
            to: july + .day,
            definition: text(),
            generation: generation,
            views: [.init("weather", Digest(of: [1]))],
            cut: [.init(Partition("flights.scheduled", 0), offset)],
            columns: try columns(),
            contents: try writer.finish()
        )
    }
}
