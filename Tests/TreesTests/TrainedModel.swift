import Bytes
import Chance
import JSON
import Training

/// A model of libxgboost on rows by chance, of which the label follows from some columns.
struct TrainedModel {
    let artifact: [UInt8]
    let width: Int

    /// `yesShare`: about how many of the labels are yes.
    init(
        seed: UInt64,
        rowCount: Int = 2_000,
        width: Int = 8,
        yesShare: Float = 0.5,
        rounds: Int,
        _ parameters: KeyValuePairs<String, String>
    ) throws {
        var random = SeededRandom(seed: seed)
        var rows: [Float] = []
        var labels: [Bool] = []
        for _ in 0 ..< rowCount {
            let row = (0 ..< width).map { column -> Float in
                if Int.random(in: 0 ..< 8, using: &random) == 0 { return .nan }
                let value = Float.random(in: -4 ... 4, using: &random)
                // Whole numbers make many ties, other columns none.
                return column.isMultiple(of: 2) ? value : value.rounded()
            }
            rows += row
            let score = (row[0].isNaN ? 1 : row[0]) * (row[1].isNaN ? -2 : row[1]) + row[2 % width]
            let chance = Float.random(in: 0 ..< 1, using: &random)
            labels.append(score > 0 ? chance < yesShare * 1.6 : chance < yesShare * 0.4)
        }
        labels[0] = true
        labels[1] = false
        let table = TrainingTable(
            columns: (0 ..< width).map { "f\($0)" },
            rows: rows,
            labels: labels,
            times: Array(repeating: Instant(microseconds: 0), count: rowCount)
        )
        let recipe = Recipe(
            rounds: rounds,
            seed: Int64(seed % 1_000),
            parameters: parameters.map { .init($0.key, $0.value) }
        )
        self.artifact = try train(table, by: recipe, isCancelled: { false }).artifact
        self.width = width
    }

    /// The thresholds of all trees.
    func thresholds() throws -> [Float] {
        let model = try JSONValue(parsing: artifact)
        let trees = model["learner"]?["gradient_booster"]?["model"]?["trees"]?.array ?? []
        return trees.flatMap { tree in
            zip(tree["left_children"]?.array ?? [], tree["split_conditions"]?.array ?? [])
                .compactMap { $0.integer == -1 ? nil : $1.number.map { Float($0) } }
        }
    }
}

/// Rows with everything that may go wrong: missing and infinite values, zeros of both signs, and
/// values on a threshold and next to it.
func awkwardRows(
    count: Int,
    width: Int,
    thresholds: [Float],
    using random: inout SeededRandom
) -> [Float] {
    (0 ..< count * width).map { _ in
        let threshold = thresholds.randomElement(using: &random) ?? 0
        return switch Int.random(in: 0 ..< 16, using: &random) {
        case 0, 1: .nan
        case 2: .infinity
        case 3: -.infinity
        case 4: -0.0
        case 5: 0
        case 6, 7, 8: threshold
        case 9: threshold.nextUp
        case 10: threshold.nextDown
        case 11: Float.leastNonzeroMagnitude * (Bool.random(using: &random) ? 1 : -1)
        default: Float.random(in: -5 ... 5, using: &random)
        }
    }
}
