public import JSON

/// Why a model cannot be evaluated here.
public enum TreeError: Error, Hashable, Sendable {
    /// The bytes are no JSON. XGBoost's binary formats are refused with this too.
    case notJSON(JSONError)
    /// It is JSON, and it lacks or contradicts what every XGBoost model says. The text names the
    /// place.
    case malformed(String)
    /// A model like others, of a kind that this evaluator does not know.
    case unsupported(Feature)

    /// What XGBoost can do and this evaluator cannot.
    public enum Feature: Hashable, Sendable {
        /// Another booster than `gbtree`: `dart` or `gblinear`.
        case booster(String)
        /// Another objective than `binary:logistic`.
        case objective(String)
        case classes(String)
        case targets(String)
        case categoricalSplits(tree: Int)
        case vectorLeaves
    }
}

extension TreeError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .notJSON(let error):
            "The model is not in XGBoost's JSON format (save it with the format `json`): \(error)"
        case .malformed(let what): "The model is malformed: \(what)."
        case .unsupported(let feature): "\(feature)"
        }
    }
}

extension TreeError.Feature: CustomStringConvertible {
    public var description: String {
        switch self {
        case .booster(let name):
            "The booster `\(name)` is not supported: train with `booster: gbtree`."
        case .objective(let name):
            "The objective `\(name)` is not supported: train with `objective: binary:logistic`."
        case .classes(let count):
            "A multiclass model (num_class \(count)) is not supported: train one binary model a class."
        case .targets(let count):
            "A model of several targets (num_target \(count)) is not supported: train one model each."
        case .categoricalSplits(let tree):
            "Tree \(tree) splits on categories, which is not supported: encode them as numbers."
        case .vectorLeaves:
            "Leaves that hold vectors are not supported: train with `multi_strategy: one_output_per_tree`."
        }
    }
}
