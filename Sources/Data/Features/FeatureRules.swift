internal import Bytes
public import Documents
internal import Records

extension FeatureViewDefinition {
    public var problems: [DocumentProblem] {
        switch source {
        case .stream(let source):
            nameProblems + source.problems + featureProblems(source.features.map(\.name))
        case .request(let source):
            nameProblems + source.problems + featureProblems(source.features.map(\.name))
        }
    }

    /// The columns it gives, as they were declared and with windows ascending: `flights_3h`,
    /// `flights_24h`, `last_delay`.
    public var columnNames: [String] { columns.map(\.name) }

    private var columns: [(feature: String, name: String)] {
        switch source {
        case .stream(let source):
            source.features.flatMap { feature in
                feature.columnNames.map { (feature.name, $0) }
            }
        case .request(let source): source.features.map { ($0.name, $0.name) }
        }
    }

    private func featureProblems(_ features: [String]) -> [DocumentProblem] {
        var problems: [DocumentProblem] = []
        var seen: Set<String> = []
        for feature in features where !seen.insert(feature).inserted {
            let path = ["spec", "features", feature]
            problems.append(
                DocumentProblem(path, "there are two features `\(feature)`.", isAboutKey: true)
            )
        }
        var givers: [String: String] = [:]
        for (feature, column) in columns {
            let path = ["spec", "features", feature]
            if let fault = Names.fault(ofColumn: column, of: "a feature") {
                problems.append(DocumentProblem(path, fault, isAboutKey: true))
            }
            if let giver = givers[column], giver != feature {
                let message = "the column `\(column)` comes of the feature `\(giver)` already."
                problems.append(DocumentProblem(path, message, isAboutKey: true))
            } else {
                givers[column] = feature
            }
        }
        if columns.isEmpty {
            problems.append(
                DocumentProblem(["spec", "features"], "a view has at least one feature.")
            )
        }
        return problems
    }
}

extension FeatureViewDefinition.Aggregate {
    /// One for each window; the feature's own name where there is none.
    public var columnNames: [String] {
        over.isEmpty ? [name] : over.map { "\(name)_\($0)" }
    }

    fileprivate var problems: [DocumentProblem] {
        var problems: [DocumentProblem] = []
        let path = ["spec", "features", name]
        func require(_ holds: Bool, _ path: [String], _ message: @autoclosure () -> String) {
            if !holds { problems.append(DocumentProblem(path, message())) }
        }
        let word = aggregation.name
        require(
            aggregation.readsNewest || !over.isEmpty,
            path,
            "`\(word)` needs windows, such as over: [3h, 24h]. "
                + "Only \(AggregateKeys.windowless) goes without."
        )
        require(
            over.allSatisfy { $0.microseconds > 0 },
            path + ["over"],
            "a window is longer than none."
        )
        require(
            zip(over, over.dropFirst()).allSatisfy { $0 < $1 },
            path + ["over"],
            "windows stand in ascending order, each once."
        )
        require(
            aggregation.takesField == (field != nil),
            path + [word],
            aggregation.takesField
                ? "`\(word)` has a field." : "`\(word)` counts records, and has no field."
        )
        if let field, let fault = Names.fault(ofColumn: field, of: "a field") {
            require(false, path + [word], fault)
        }
        return problems
    }
}

extension FeatureViewDefinition.StreamSource {
    fileprivate var problems: [DocumentProblem] {
        var problems = features.flatMap(\.problems)
        if let fault = Names.fault(of: stream) {
            problems.append(DocumentProblem(["spec", "stream"], fault))
        }
        if let fault = Names.fault(ofColumn: entity, of: "a field") {
            problems.append(DocumentProblem(["spec", "entity"], fault))
        }
        if let filter, filter.isBlank {
            problems.append(DocumentProblem(["spec", "where"], "`where` is an expression."))
        }
        guard let ttl else { return problems }
        if ttl.microseconds <= 0 {
            problems.append(DocumentProblem(["spec", "ttl"], "`ttl` is longer than none."))
        } else if let widest = features.compactMap({ $0.over.last }).max(), ttl < widest {
            let message =
                "`ttl` is \(ttl), but there is a window of \(widest); "
                + "what a window needs must not end before it."
            problems.append(DocumentProblem(["spec", "ttl"], message))
        }
        return problems
    }
}

extension FeatureViewDefinition.RequestSource {
    fileprivate var problems: [DocumentProblem] {
        let path = ["spec", "request"]
        var problems = StreamDefinition.Field.problems(of: fields, at: path).map { problem in
            DocumentProblem(problem.path, problem.message)
        }
        if fields.isEmpty {
            problems.append(DocumentProblem(path, "a request has at least one field."))
        }
        if fields.count > StreamDefinition.maximumFieldCount {
            let most = StreamDefinition.maximumFieldCount
            problems.append(DocumentProblem(path, "a request has at most \(most) fields."))
        }
        for feature in features where feature.expression.isBlank {
            let message = "`\(feature.name)` has no expression."
            problems.append(DocumentProblem(["spec", "features", feature.name], message))
        }
        return problems
    }
}
