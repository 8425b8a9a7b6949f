public import Bytes
public import Documents
internal import JSON

extension ModelDefinition.Recipe {
    public static let roundRange: ClosedRange<Int64> = 1 ... 100_000
}

extension ModelDefinition.Policy {
    public static let approvalRange: ClosedRange<Int64> = 0 ... 100
}

extension Stage {
    /// The stages that ask something of a version.
    static let governed: [Stage] = [.test, .production]
}

extension ModelDefinition {
    /// What a version needs for a stage. Where nothing is said of it, its rows must be sealed.
    public func policy(of stage: Stage) -> Policy { promotion[stage] ?? Policy() }

    public var problems: [DocumentProblem] {
        var problems = nameProblems
        func report(_ path: [String], _ message: String?, isAboutKey: Bool = false) {
            guard let message else { return }
            problems.append(DocumentProblem(["spec"] + path, message, isAboutKey: isAboutKey))
        }
        report(["dataset"], Names.fault(of: dataset))
        for problem in recipe.problems {
            report(["recipe"] + problem.path, problem.message, isAboutKey: problem.isAboutKey)
        }
        if metrics.isEmpty { report(["metrics"], "a model has at least one metric.") }
        if Set(metrics).count != metrics.count {
            report(["metrics"], "a metric stands in `metrics` twice.")
        }
        for stage in Stage.allCases {
            guard let policy = promotion[stage] else { continue }
            let path = ["promotion", stage.rawValue]
            if !Stage.governed.contains(stage) {
                report(path, "only test and production ask something.", isAboutKey: true)
            }
            if !Policy.approvalRange.contains(Int64(policy.approvals)) {
                report(path + ["approvals"], "there are 0 to 100 approvals.")
            } else if policy.fourEyes, policy.approvals == 0 {
                let message =
                    "`fourEyes` needs `approvals` of 1 or more: without an approval "
                    + "there is no second pair of eyes."
                report(path + ["fourEyes"], message)
            }
        }
        return problems
    }

    /// Of all that decides what training gives: the task, the dataset and the recipe. What it is
    /// measured by and what its versions need for a stage is not in it.
    public var generation: Digest {
        let decisive: JSONValue = [
            "generation": "Model 1", "name": .string(name), "task": .string(task.rawValue),
            "dataset": .string(dataset), "recipe": recipe.json,
        ]
        return Digest(of: Array(decisive.canonicalText.utf8))
    }
}

extension ModelDefinition.Recipe {
    fileprivate var problems: [DocumentProblem] {
        var problems: [DocumentProblem] = []
        if !Self.roundRange.contains(Int64(rounds)) {
            problems.append(DocumentProblem(["rounds"], "there are 1 to 100000 rounds."))
        }
        if let validate, validate.microseconds <= 0 {
            problems.append(
                DocumentProblem(["validate"], "`validate` is longer than none, or left out.")
            )
        }
        for parameter in parameters {
            let path = ["parameters", parameter.name]
            if parameter.name.isBlank {
                problems.append(DocumentProblem(path, "a parameter has a name.", isAboutKey: true))
            }
            if parameter.value.isBlank {
                problems.append(DocumentProblem(path, "a parameter has a value."))
            }
        }
        for (one, next) in zip(parameters, parameters.dropFirst())
        where !one.name.utf8.lexicographicallyPrecedes(next.name.utf8) {
            let message = "parameters are sorted by name, and each stands there once."
            problems.append(DocumentProblem(["parameters", next.name], message, isAboutKey: true))
        }
        return problems
    }
}
