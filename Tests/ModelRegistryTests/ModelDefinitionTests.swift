import Bytes
import Documents
import Foundation
import ModelRegistry
import Statistics
import Testing

@Suite struct `A Model` {
    static let text = """
        {
          "kind": "Model", "name": "late-arrival", "description": "The chance.", "owner": "ada",
          "spec": {
            "task": "binary", "dataset": "late",
            "recipe": {
              "engine": "xgboost", "rounds": "120", "seed": "7",
              "parameters": {"max_depth": "4", "eta": 0.05, "tree_method": "hist", "note": "007"},
              "validate": "28d"
            },
            "metrics": ["auc", "log_loss"],
            "promotion": {"production": {"approvals": "1", "fourEyes": "true"}}
          }
        }
        """

    @Test func `reads what YAML gives, and writes every default out`() throws {
        let model = try ModelDefinition(canonical: Self.text)
        #expect(
            model
                == ModelDefinition(
                    name: "late-arrival",
                    description: "The chance.",
                    owner: "ada",
                    task: .binary,
                    dataset: "late",
                    recipe: .init(
                        engine: .xgboost,
                        rounds: 120,
                        seed: 7,
                        parameters: [
                            .init("eta", "0.05"), .init("max_depth", "4"), .init("note", "007"),
                            .init("tree_method", "hist"),
                        ],
                        validate: .seconds(28 * 86_400)
                    ),
                    metrics: [.auc, .logLoss],
                    promotion: [.production: .init(approvals: 1, fourEyes: true)]
                )
        )
        #expect(
            model.canonicalText
                == #"{"kind":"Model","name":"late-arrival","description":"The chance.","owner":"ada","#
                + #""spec":{"task":"binary","dataset":"late","recipe":{"engine":"xgboost","rounds":120,"#
                + #""seed":7,"parameters":{"eta":0.05,"max_depth":4,"note":"007","tree_method":"hist"},"#
                + #""validate":"28d"},"metrics":["auc","log_loss"],"promotion":{"#
                + #""test":{"sealedDataset":true,"approvals":0,"fourEyes":false},"#
                + #""production":{"sealedDataset":true,"approvals":1,"fourEyes":true}}}}"#
        )
    }

    /// The problems of the good resource with one piece of text replaced, each with its path.
    private func problems(_ old: String, _ new: String) -> [String] {
        guard let place = Self.text.range(of: old) else { return ["The text has no \(old)."] }
        do throws(DocumentProblems) {
            _ = try ModelDefinition(canonical: Self.text.replacingCharacters(in: place, with: new))
            return []
        } catch {
            return error.list.map { "\($0)\($0.isAboutKey ? " (key)" : "")" }
        }
    }

    @Test(arguments: [
        (
            #""binary""#, #""multiclass""#,
            "spec.task: `multiclass` is no task. There is binary."
        ),
        (
            #""task": "binary", "#, "",
            "spec: `task` is missing (what is predicted)."
        ),
        (
            #""dataset": "late""#, #""dataset": "a b""#,
            "spec.dataset: a name has 1 to 249 of a-z, A-Z, 0-9, `.`, `_` and `-`."
        ),
        (
            #""xgboost""#, #""xgbost""#,
            "spec.recipe.engine: `xgbost` is no engine. There is xgboost. Did you mean `xgboost`?"
        ),
        (
            #""xgboost""#, "[]",
            "spec.recipe.engine: `engine` is a list. It takes `xgboost`."
        ),
        (
            #""120""#, #""0""#,
            "spec.recipe.rounds: `rounds` is `0`. It takes a whole number from 1 to 100000."
        ),
        (
            #""120""#, "100001",
            "spec.recipe.rounds: `rounds` is `100001`. It takes a whole number from 1 to 100000."
        ),
        (
            #""rounds": "120""#, #""round": "120""#,
            "spec.recipe.round: `round` is no key of `recipe`. Did you mean `rounds`? (key)"
        ),
        (
            #""seed": "7""#, #""seed": "x""#,
            "spec.recipe.seed: `seed` is `x`. It takes a whole number of 64 bits."
        ),
        (
            #""max_depth": "4""#, #""": "4""#,
            "spec.recipe.parameters.: a parameter has a name. (key)"
        ),
        (
            #""max_depth": "4""#, #""max_depth": """#,
            "spec.recipe.parameters.max_depth: `max_depth` is nothing. It takes a number or a text."
        ),
        (
            #""max_depth": "4""#, #""max_depth": [4]"#,
            "spec.recipe.parameters.max_depth: `max_depth` is a list. It takes a number or a text."
        ),
        (
            #""28d""#, #""0s""#,
            "spec.recipe.validate: `validate` is longer than none, or left out."
        ),
        (
            #"["auc", "log_loss"]"#, "[]",
            "spec.metrics: a model has at least one metric."
        ),
        (
            #"["auc", "log_loss"]"#, #"["auc", "logloss"]"#,
            "spec.metrics.1: `logloss` is no metric. There are METRICS. Did you mean `log_loss`?"
        ),
        (
            #"["auc", "log_loss"]"#, #"["auc", "auc"]"#,
            "spec.metrics.1: `auc` stands in `metrics` twice."
        ),
        (
            #""production": {"#, #""archived": {"#,
            "spec.promotion.archived: `archived` is no key of `promotion`. There are: test, production. (key)"
        ),
        (
            #""approvals": "1""#, #""approvals": "-1""#,
            "spec.promotion.production.approvals: `approvals` is `-1`. It takes a whole number from 0 to 100."
        ),
        (
            #""approvals": "1""#, #""approvals": 0"#,
            "spec.promotion.production.fourEyes: `fourEyes` needs `approvals` of 1 or more: without an approval there is no second pair of eyes."
        ),
        (
            #""fourEyes": "true""#, #""fourEyes": "yes""#,
            "spec.promotion.production.fourEyes: `fourEyes` is `yes`. It takes `true` or `false`."
        ),
    ])
    func `says what is wrong and where`(old: String, new: String, problem: String) {
        let names = Metric.registry.names.joined(separator: ", ")
        #expect(problems(old, new) == [problem.replacingOccurrences(of: "METRICS", with: names)])
    }

    @Test func `has another generation exactly when another result is asked for`() throws {
        let good = try ModelDefinition(canonical: Self.text)
        func changed(_ change: (inout ModelDefinition) -> Void) -> Bool {
            var other = good
            change(&other)
            return other.generation != good.generation
        }
        #expect(!changed { _ in })
        #expect(!changed { $0.description = "x" })
        #expect(!changed { $0.owner = "x" })
        #expect(!changed { $0.metrics = [.auc] })
        #expect(!changed { $0.promotion = [:] })
        #expect(changed { $0.name = "x" })
        #expect(changed { $0.dataset = "x" })
        #expect(changed { $0.recipe.rounds = 1 })
        #expect(changed { $0.recipe.seed = 1 })
        #expect(changed { $0.recipe.validate = nil })
        #expect(changed { $0.recipe.parameters[0].value = "0.06" })
        #expect(changed { $0.recipe.parameters.removeLast() })
    }
}
