import Bytes
import Documents
import JSON
import ModelRegistry
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
}
