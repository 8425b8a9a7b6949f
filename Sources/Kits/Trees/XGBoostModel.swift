internal import JSON

/// What a JSON model of XGBoost 1.x to 3.x says, checked: of one score, with splits on numbers.
///
/// All parameters are written as strings. The base score is a probability, since 3.1 in brackets.
struct XGBoostModel {
    /// Far more than any model has; a count above it is a damaged file.
    static let maximumFeatureCount = 1_000_000

    let featureNames: [String]
    let featureCount: Int
    let baseScore: Float
    let trees: [BinaryTree]

    init(_ bytes: [UInt8]) throws(TreeError) {
        let root: JSONValue
        do throws(JSONError) {
            root = try JSONValue(parsing: bytes)
        } catch {
            throw .notJSON(error)
        }
        let learner = try Field("learner", of: root)
        let objective = try learner["objective"]["name"].text()
        guard objective == "binary:logistic" else { throw .unsupported(.objective(objective)) }
        let booster = try learner["gradient_booster"]
        let name = try booster["name"].text()
        guard name == "gbtree" else { throw .unsupported(.booster(name)) }

        let parameters = try learner["learner_model_param"]
        let classes = try parameters["num_class"].text()
        guard ["0", "1"].contains(classes) else { throw .unsupported(.classes(classes)) }
        let targets = try parameters.optional("num_target")?.text() ?? "1"
        guard ["0", "1"].contains(targets) else { throw .unsupported(.targets(targets)) }
        baseScore = try Self.baseScore(parameters["base_score"].text())
        featureCount = try parameters["num_feature"].count(in: 1 ... Self.maximumFeatureCount)
        featureNames = try learner.optional("feature_names")?.texts() ?? []
        guard featureNames.isEmpty || featureNames.count == featureCount else {
            throw .malformed("\(featureNames.count) names are given to \(featureCount) features")
        }
        trees = try Self.trees(booster["model"], featureCount: featureCount)
    }

    /// Where sums start: the logit of the base score, as libxgboost takes it.
    var baseMargin: Float { -logarithm(1 / baseScore - 1) }

    private static func baseScore(_ text: String) throws(TreeError) -> Float {
        let digits =
            text.hasPrefix("[") && text.hasSuffix("]") ? text.dropFirst().dropLast() : text[...]
        guard let score = Float(digits), score > 0, score < 1, (1 / score - 1).isNormal else {
            throw .malformed("the base score `\(text)` is no probability between 0 and 1")
        }
        return score
    }

    private static func trees(_ model: Field, featureCount: Int) throws(TreeError) -> [BinaryTree] {
        let parameters = try model["gbtree_model_param"]
        if let size = try parameters.optional("size_leaf_vector")?.text(), size != "0", size != "1"
        {
            throw .unsupported(.vectorLeaves)
        }
        let fields = try model["trees"].elements()
        let count = try parameters["num_trees"].text()
        guard count == String(fields.count) else {
            throw .malformed("there are \(fields.count) trees where \(count) are announced")
        }
        guard try model["tree_info"].integers(count: fields.count).allSatisfy({ $0 == 0 }) else {
            throw .unsupported(.classes("above 1"))
        }
        var trees: [BinaryTree] = []
        trees.reserveCapacity(fields.count)
        for (index, field) in fields.enumerated() {
            do throws(TreeError) {
                let columns = try TreeColumns(field, tree: index)
                trees.append(try BinaryTree(columns, featureCount: featureCount))
            } catch .malformed(let what) {
                throw .malformed("in tree \(index), \(what)")
            }
        }
        return trees
    }
}

extension TreeColumns {
    fileprivate init(_ tree: Field, tree index: Int) throws(TreeError) {
        let parameters = try tree["tree_param"]
        if let size = try parameters.optional("size_leaf_vector")?.text(), size != "0", size != "1"
        {
            throw .unsupported(.vectorLeaves)
        }
        let count = try tree["left_children"].elements().count
        guard count > 0, try parameters["num_nodes"].text() == String(count) else {
            throw .malformed("there are \(count) nodes, and another number is announced")
        }
        if let types = try tree.optional("split_type")?.integers(count: count),
            types.contains(where: { $0 != 0 })
        {
            throw .unsupported(.categoricalSplits(tree: index))
        }
        left = try tree["left_children"].integers(count: count)
        right = try tree["right_children"].integers(count: count)
        features = try tree["split_indices"].integers(count: count)
        values = try tree["split_conditions"].floats(count: count)
        missingGoesLeft = try tree["default_left"].integers(count: count).map { $0 != 0 }
    }
}
