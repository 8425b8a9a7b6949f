/// What a recipe may tell XGBoost, and in which range: libxgboost itself passes over names that it
/// does not know. From its own list (doc/parameter.rst, 1.7), less what would change the objective,
/// the booster or the kind of splits.
struct ParameterRule {
    /// The second name is an alias.
    let names: [String]
    let range: ParameterRange

    private init(_ names: String..., in range: ParameterRange) {
        self.names = names
        self.range = range
    }

    static let knownNames = all.flatMap(\.names).sorted()

    static let all: [ParameterRule] = [
        .init("base_score", in: .number(above: 0, below: 1)),
        .init("colsample_bylevel", in: .number(above: 0, to: 1)),
        .init("colsample_bynode", in: .number(above: 0, to: 1)),
        .init("colsample_bytree", in: .number(above: 0, to: 1)),
        .init("eta", "learning_rate", in: .number(above: 0, to: 1)),
        .init("gamma", "min_split_loss", in: .number(from: 0)),
        .init("grow_policy", in: .word(["depthwise", "lossguide"])),
        .init("lambda", "reg_lambda", in: .number(from: 0)),
        .init("alpha", "reg_alpha", in: .number(from: 0)),
        .init("max_bin", in: .whole(2 ... 65_536)),
        .init("max_delta_step", in: .number(from: 0)),
        .init("max_depth", in: .whole(1 ... 30)),
        .init("max_leaves", in: .whole(0 ... 1_000_000)),
        .init("min_child_weight", in: .number(from: 0)),
        .init("nthread", in: .whole(1 ... 64)),
        .init("num_parallel_tree", in: .whole(1 ... 1_000)),
        .init("scale_pos_weight", in: .number(above: 0)),
        .init("subsample", in: .number(above: 0, to: 1)),
        .init("tree_method", in: .word(["approx", "exact", "hist"])),
    ]
}

/// The values that a setting may have.
enum ParameterRange {
    case whole(ClosedRange<Int>)
    case number(NumberRange)
    case word([String])

    /// Numbers between two ends, each of which belongs to them or not.
    struct NumberRange {
        var least: Double
        var includesLeast: Bool
        var greatest: Double
        var includesGreatest: Bool
    }

    static func number(from least: Double) -> Self {
        .number(
            .init(least: least, includesLeast: true, greatest: .infinity, includesGreatest: false)
        )
    }

    static func number(above least: Double) -> Self {
        .number(
            .init(least: least, includesLeast: false, greatest: .infinity, includesGreatest: false)
        )
    }

    static func number(above least: Double, to greatest: Double) -> Self {
        .number(
            .init(least: least, includesLeast: false, greatest: greatest, includesGreatest: true)
        )
    }

    static func number(above least: Double, below greatest: Double) -> Self {
        .number(
            .init(least: least, includesLeast: false, greatest: greatest, includesGreatest: false)
        )
    }

    func contains(_ text: String) -> Bool {
        switch self {
        case .whole(let range): Int(text).map(range.contains) ?? false
        case .word(let words): words.contains(text)
        case .number(let range):
            // The library reads numbers of 32 bits: what is 0 or infinite there is out of range.
            if let number = Float(text).map(Double.init), Double(text)?.isFinite == true {
                (range.includesLeast ? number >= range.least : number > range.least)
                    && (range.includesGreatest ? number <= range.greatest : number < range.greatest)
            } else {
                false
            }
        }
    }
}

extension ParameterRange: CustomStringConvertible {
    var description: String {
        switch self {
        case .whole(let range): "a whole number from \(range.lowerBound) to \(range.upperBound)"
        case .word(let words): words.map { "`\($0)`" }.joined(separator: " or ")
        case .number(let range):
            "a number \(range.includesLeast ? "from" : "above") \(range.least)"
                + (range.greatest.isFinite
                    ? " \(range.includesGreatest ? "to" : "and below") \(range.greatest)" : "")
        }
    }
}
