import Bytes
import Foundation
import Testing
import Training
import Trees

/// The demo's flights: a year of departures, of which some arrive late.
@Suite struct `Training on flights` {
    @Test func `orders them better than the baseline, and our evaluator gives libxgboost's bits`()
        throws
    {
        let table = try Self.flights()
        let recipe = Recipe(
            rounds: 60,
            seed: 7,
            parameters: [
                .init("max_depth", "4"), .init("eta", "0.1"), .init("min_child_weight", "20"),
                .init("subsample", "0.8"), .init("colsample_bytree", "0.6"),
            ],
            validate: TimeSpan("28d")
        )
        let result = try train(table, by: recipe, isCancelled: { false })
        let validation = try #require(result.validation)
        #expect(validation.rows > 1_000)
        // The last weeks are a stormy December, which the months before do not foretell: only the
        // order of the flights is better than the baseline's, not the chances.
        #expect(try #require(validation.model["auc"]) > #require(validation.baseline["auc"]))

        let ensemble = try TreeEnsemble(xgboost: result.artifact)
        #expect(ensemble.featureNames == table.columns)
        let theirs = try libraryMargins(
            artifact: result.artifact,
            rows: table.rows,
            columnCount: table.columns.count
        )
        let ours = ensemble.margins(rows: table.rows, count: table.rowCount)
        #expect(ours.map(\.bitPattern) == theirs.map(\.bitPattern))
    }

    /// Every fifth flight with what was known before it left.
    private static func flights() throws -> TrainingTable {
        var table = TrainingTable(
            columns: ["carrier", "destination", "month", "hour", "flight", "distance"],
            rows: [],
            labels: [],
            times: []
        )
        var carriers: [Substring: Float] = [:]
        var destinations: [Substring: Float] = [:]
        let lines = try text().split(separator: "\n").dropFirst()
        for (index, line) in lines.enumerated() where index.isMultiple(of: 5) {
            let fields = line.split(separator: ",", omittingEmptySubsequences: false)
            guard let late = fields[12].first, let time = Instant(rfc3339: fields[1] + "Z") else {
                continue
            }
            let carrier = carriers[fields[2], default: Float(carriers.count)]
            carriers[fields[2]] = carrier
            let destination = destinations[fields[6], default: Float(destinations.count)]
            destinations[fields[6]] = destination
            table.rows += [
                carrier, destination, Float(fields[1].dropFirst(5).prefix(2)) ?? .nan,
                Float(fields[1].dropFirst(11).prefix(2)) ?? .nan, Float(fields[3]) ?? .nan,
                Float(fields[7]) ?? .nan,
            ]
            table.labels.append(late == "1")
            table.times.append(time)
        }
        return table
    }

    private static func text() throws -> String {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let unzip = Process()
        unzip.executableURL = URL(filePath: "/bin/gzip")
        unzip.arguments = ["-dc", root.path + "/Deploy/Demo/data/flights_jfk_2013.csv.gz"]
        let pipe = Pipe()
        unzip.standardOutput = pipe
        try unzip.run()
        let bytes = try pipe.fileHandleForReading.readToEnd() ?? Data()
        unzip.waitUntilExit()
        return String(decoding: bytes, as: UTF8.self)
    }
}
