internal import JSON
internal import Statistics

/// Logistic regression on standardised columns, where a missing value counts as the mean: what a
/// model of trees must beat to be worth its trouble.
public struct LogisticModel: Sendable, Hashable {
    /// What one column adds to the log-odds.
    public struct Term: Sendable, Hashable {
        public var column: String
        public var mean: Double
        /// One standard deviation; 1 for a column of one value.
        public var scale: Double
        public var weight: Double

        public init(column: String, mean: Double, scale: Double, weight: Double) {
            self.column = column
            self.mean = mean
            self.scale = scale
            self.weight = weight
        }
    }

    public var terms: [Term]
    public var intercept: Double

    public init(terms: [Term], intercept: Double) {
        self.terms = terms
        self.intercept = intercept
    }

    /// The chance of yes, of rows that stand one behind the other.
    public func probabilities(rows: [Float]) -> [Double] {
        margins(rows: rows).map(Self.probability)
    }

    /// The log-odds of yes.
    func margins(rows: [Float]) -> [Double] {
        precondition(
            !terms.isEmpty && rows.count.isMultiple(of: terms.count),
            "Each row has a value for each of the model's columns."
        )
        return stride(from: 0, to: rows.count, by: terms.count).map {
            margin(rows[$0 ..< $0 + terms.count])
        }
    }

    func margin(_ row: ArraySlice<Float>) -> Double {
        var margin = intercept
        for (term, value) in zip(terms, row) where !value.isNaN {
            margin += term.weight * (Double(value) - term.mean) / term.scale
        }
        return margin
    }

    static func probability(ofMargin margin: Double) -> Double {
        1 / (1 + Elementary.exp(-margin))
    }
}

extension LogisticModel {
    private static let kind = "logistic"

    /// The model as JSON. Equal models give equal bytes.
    public func artifact() -> [UInt8] {
        let terms = terms.map { term -> JSONValue in
            [
                "column": .string(term.column), "mean": .number(term.mean),
                "scale": .number(term.scale), "weight": .number(term.weight),
            ]
        }
        let value: JSONValue = [
            "kind": .string(Self.kind), "intercept": .number(intercept), "terms": .array(terms),
        ]
        do throws(JSONError) {
            return try value.bytes()
        } catch {
            preconditionFailure("A fitted model holds finite numbers: \(error)")
        }
    }

    public init(artifact: [UInt8]) throws(EvaluatorError) {
        let value: JSONValue
        do throws(JSONError) {
            value = try JSONValue(parsing: artifact)
        } catch {
            throw .badArtifact("\(error)")
        }
        guard value["kind"]?.string == Self.kind, let intercept = value["intercept"]?.number,
            let fields = value["terms"]?.array
        else { throw .badArtifact("it is no logistic model") }
        self.intercept = intercept
        terms = []
        for (index, field) in fields.enumerated() {
            guard let column = field["column"]?.string, let mean = field["mean"]?.number,
                let scale = field["scale"]?.number, scale > 0, let weight = field["weight"]?.number
            else { throw .badArtifact("term \(index) is incomplete") }
            terms.append(Term(column: column, mean: mean, scale: scale, weight: weight))
        }
    }
}
