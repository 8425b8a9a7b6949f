public import Bytes
internal import Documents

/// Why no model came of a table and a recipe.
public enum TrainingError: Error, Hashable, Sendable {
    case noRows
    case noColumns
    case badColumnName(String)
    case duplicateColumn(String)
    case valueCount(Int, rows: Int, columns: Int)
    case timeCount(Int, rows: Int)
    /// Rows are counted from 0.
    case timesFall(row: Int)
    case infinite(column: String, row: Int)
    case allMissing(column: String)
    /// All labels of a part are alike.
    case oneClass(Bool, in: String)
    case emptyValidation(TimeSpan)
    /// The table reaches back no further than the rows that should judge.
    case nothingBeforeValidation(TimeSpan)
    case unknownEngine(String)
    case rounds(Int)
    case unknownParameter(String, known: [String])
    /// Two names of one setting, or one name twice.
    case sameParameter(String, String)
    case parameterOutOfRange(String, value: String, allowed: String)
    case cancelled
    /// libxgboost refused, with its own words.
    case library(doing: String, String)
    case badArtifact(String)
    /// A metric judges what the model does not give.
    case noOutput(String, metric: String)
}

extension TrainingError {
    /// The parameter of a recipe that it is about.
    public var parameter: String? {
        switch self {
        case .unknownParameter(let name, _), .sameParameter(_, let name),
            .parameterOutOfRange(let name, _, _):
            name
        default: nil
        }
    }
}

extension TrainingError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .noRows:
            "The dataset has no rows. Choose a longer time range, or a `where` that lets rows through."
        case .noColumns: "The dataset has no features. Add one under `features`."
        case .badColumnName(let name):
            "The feature name `\(name)` is empty or holds control characters. Rename the feature."
        case .duplicateColumn(let name): "Two features are named `\(name)`. Rename one of them."
        case .valueCount(let values, let rows, let columns):
            "There are \(values) values for \(rows) rows of \(columns) features. Each row needs each feature, with NaN for a missing one."
        case .timeCount(let times, let rows):
            "There are \(times) event times for \(rows) rows. Each row needs one."
        case .timesFall(let row):
            "Row \(row) is older than the row before it. Sort the rows by event time."
        case .infinite(let column, let row):
            "The feature `\(column)` is infinite in row \(row). Make it a finite number, or missing."
        case .allMissing(let column):
            "The feature `\(column)` is missing in every row. Remove it, or look into its source."
        case .oneClass(let label, let part):
            "Every label of \(part) is \(label). A model needs rows of both kinds: choose a longer time range, or another `validate`."
        case .emptyValidation(let span):
            "`validate: \(span)` holds no rows. Give a longer time, or leave `validate` out."
        case .nothingBeforeValidation(let span):
            "`validate: \(span)` takes all rows, and none is left to learn from. Give a shorter time."
        case .unknownEngine(let name):
            "There is no engine `\(name)`. Use `xgboost`."
        case .rounds(let rounds):
            "`rounds: \(rounds)` is out of range. Use a number from 1 to \(Recipe.maximumRounds)."
        case .unknownParameter(let name, let known):
            "XGBoost has no parameter `\(name)` that a recipe may set."
                + Spelling.suggestion(for: name, among: known)
                + " Known are: \(known.joined(separator: ", "))."
        case .sameParameter(let one, let other):
            "`\(one)` and `\(other)` set the same parameter. Remove one of them."
        case .parameterOutOfRange(let name, let value, let allowed):
            "The parameter `\(name)` is `\(value)`. Use \(allowed)."
        case .cancelled: "The training was cancelled."
        case .library(let doing, let message): "libxgboost failed at \(doing): \(message)"
        case .badArtifact(let what): "The artifact cannot be read: \(what)"
        case .noOutput(let output, let metric):
            "The metric `\(metric)` judges the output `\(output)`, and such a model has none. Leave it out of `metrics`."
        }
    }
}
