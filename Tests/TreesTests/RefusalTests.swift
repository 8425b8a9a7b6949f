import Testing

@testable import Trees

@Suite struct `Reading a model` {
    @Test func `takes the names, the counts and both spellings of a base score`() throws {
        let text = Self.model()
        let ensemble = try TreeEnsemble(xgboost: Array(text.utf8))
        #expect(ensemble.featureNames == ["a", "b"])
        #expect(ensemble.featureCount == 2)
        #expect(ensemble.treeCount == 1)
        #expect(ensemble.margin([0, .nan]) == -0.25)
        #expect(ensemble.margin([.nan, 0]) == -0.25)
        #expect(ensemble.margin([1, 0]) == 0.75)
        let bracketed = text.replacing("\"5E-1\"", with: "\"[5E-1]\"")
        #expect(try TreeEnsemble(xgboost: Array(bracketed.utf8)).margin([1, 0]) == 0.75)
    }

    @Test(arguments: [
        ("gbtree", "dart", TreeError.unsupported(.booster("dart"))),
        ("gbtree", "gblinear", .unsupported(.booster("gblinear"))),
        ("binary:logistic", "multi:softprob", .unsupported(.objective("multi:softprob"))),
        ("binary:logistic", "reg:squarederror", .unsupported(.objective("reg:squarederror"))),
        ("\"num_class\":\"0\"", "\"num_class\":\"3\"", .unsupported(.classes("3"))),
        ("\"num_target\":\"1\"", "\"num_target\":\"2\"", .unsupported(.targets("2"))),
        (
            "\"split_type\":[0,0,0]", "\"split_type\":[1,0,0]",
            .unsupported(.categoricalSplits(tree: 0))
        ),
        ("\"size_leaf_vector\":\"0\"", "\"size_leaf_vector\":\"4\"", .unsupported(.vectorLeaves)),
        ("\"5E-1\"", "\"1\"", .malformed("the base score `1` is no probability between 0 and 1")),
        (
            "\"5E-1\"", "\"nan\"",
            .malformed("the base score `nan` is no probability between 0 and 1")
        ),
        (
            "\"num_feature\":\"2\"", "\"num_feature\":\"99999999999999999999\"",
            .malformed(
                "`learner.learner_model_param.num_feature` is `99999999999999999999`, not a number from 1 to 1000000"
            )
        ),
        (
            "\"num_trees\":\"1\"", "\"num_trees\":\"2\"",
            .malformed("there are 1 trees where 2 are announced")
        ),
        (
            "\"num_nodes\":\"3\"", "\"num_nodes\":\"4294967295\"",
            .malformed("in tree 0, there are 3 nodes, and another number is announced")
        ),
        ("[1,-1,-1]", "[0,-1,-1]", .malformed("in tree 0, node 0 is reached twice")),
        ("[1,-1,-1]", "[2,-1,-1]", .malformed("in tree 0, node 2 is reached twice")),
        (
            "[1,-1,-1]", "[7,-1,-1]",
            .malformed("in tree 0, node 0 leads to node 7, which is not there")
        ),
        (
            "[1,-1,-1]", "[-1,-1,-1]",
            .malformed("in tree 0, node 0 has a right child and no left one")
        ),
        (
            "[1,-1,-1]", "[1,-1]",
            .malformed("in tree 0, there are 2 nodes, and another number is announced")
        ),
        (
            "[0,0,0],\"split_type", "[5,0,0],\"split_type",
            .malformed("in tree 0, node 0 splits on feature 5 of 2")
        ),
        (
            "[5E-1,-", "[1E39,-",
            .malformed(
                "in tree 0, `learner.gradient_booster.model.trees.split_conditions` holds what is no number of 32 bits"
            )
        ),
        ("[\"a\",\"b\"]", "[\"a\"]", .malformed("1 names are given to 2 features")),
        ("learner\":", "teacher\":", .malformed("it has no `learner`")),
    ])
    func `names what it refuses`(original: String, changed: String, reason: TreeError) {
        let text = Self.model()
        #expect(text.contains(original))
        #expect(throws: reason) {
            try TreeEnsemble(xgboost: Array(text.replacing(original, with: changed).utf8))
        }
    }

    @Test func `says how to save a model that is no JSON`() throws {
        let error = #expect(throws: TreeError.self) {
            try TreeEnsemble(xgboost: Array("binf\u{1}\u{2}".utf8))
        }
        #expect(error?.description.contains("save it with the format `json`") == true)
    }

    /// One split on the first of two features, at 0.5; a missing value goes left.
    static func model() -> String {
        """
        {"learner":{"feature_names":["a","b"],"gradient_booster":{"model":{"gbtree_model_param":\
        {"num_parallel_tree":"1","num_trees":"1","size_leaf_vector":"0"},"tree_info":[0],"trees":[\
        {"default_left":[1,0,0],"left_children":[1,-1,-1],"right_children":[2,-1,-1],\
        "split_conditions":[5E-1,-2.5E-1,7.5E-1],"split_indices":[0,0,0],"split_type":[0,0,0],\
        "tree_param":{"num_nodes":"3","size_leaf_vector":"0"}}]},"name":"gbtree"},\
        "learner_model_param":{"base_score":"5E-1","num_class":"0","num_feature":"2",\
        "num_target":"1"},"objective":{"name":"binary:logistic"}},"version":[1,7,4]}
        """
    }
}
