public import Bytes
internal import Expressions
public import Records

/// A view of requests, made ready: what a request's own fields give, by the same code in training and online.
public struct RequestView: Sendable {
    public let definition: FeatureViewDefinition
    public let fields: [StreamDefinition.Field]
    public let columnNames: [String]
    public let columnTypes: [FieldType]
    public let generation: Digest
    private let expressions: [Expression]

    /// Throws everything in the view that makes no sense.
    public init(
        _ definition: FeatureViewDefinition,
        of source: FeatureViewDefinition.RequestSource,
        generation: Digest? = nil
    ) throws(FeatureViewProblems) {
        var problems: [FeatureViewProblem] = []
        var expressions: [Expression] = []
        var types: [FieldType] = []
        let variables = source.fields.map(\.variable)
        for feature in source.features {
            let path = ["spec", "features", feature.name]
            do throws(ExpressionError) {
                let parsed = try Expression(feature.expression, over: variables)
                expressions.append(parsed)
                switch parsed.type {
                case .bool: types.append(.bool)
                case .int: types.append(.int64)
                case .double: types.append(.float)
                case .string: types.append(.string)
                case .timestamp: types.append(.timestamp)
                case .null:
                    problems.append(FeatureViewProblem(path, "it is always null."))
                }
            } catch {
                problems.append(
                    FeatureViewProblem(path, "column \(error.column): \(error.message)")
                )
            }
        }
        guard problems.isEmpty else { throw FeatureViewProblems(problems) }
        self.definition = definition
        self.fields = source.fields
        self.columnNames = source.features.map(\.name)
        self.columnTypes = types
        self.generation = generation ?? definition.generation(over: nil)
        self.expressions = expressions
    }

    /// `values`: In the order of `fields`.
    /// Returns: The features in their order. A fault, such as a division by zero, gives no value.
    public func values(of values: [FieldValue]) -> [FieldValue] {
        let arguments = values.map(\.expressionValue)
        return expressions.map { expression in
            do throws(EvaluationError) {
                return FieldValue(try expression.evaluate(arguments))
            } catch {
                return .null
            }
        }
    }
}
