public import Expressions
public import Records

/// Which rows a dataset keeps: an expression over the fields of the row's stream, and over its label.
public struct RowFilter: Sendable {
    private let expression: Expression

    public static func make(
        _ text: String,
        over rows: StreamDefinition,
        label: StreamDefinition.Field?
    ) throws(ExpressionError) -> RowFilter {
        var variables = rows.fields.map(\.variable)
        if let label {
            variables.append(
                StreamDefinition.Field("label", label.type, isOptional: true).variable
            )
        }
        return RowFilter(expression: try Expression(text, over: variables))
    }

    /// `label`: Nil where the dataset has none.
    public func keeps(_ values: [FieldValue], label: FieldValue?) -> Bool {
        do throws(EvaluationError) {
            let arguments = (values + [label].compactMap(\.self)).map(\.expressionValue)
            return try expression.evaluate(arguments) == .bool(true)
        } catch {
            return false
        }
    }

    public var isCondition: Bool { expression.type == .bool }
}

extension DatasetDefinition {
    /// What is wrong with `where`; nil where nothing is.
    public func filterFault(over rows: StreamDefinition, label: StreamDefinition.Field?) -> String?
    {
        guard let filter else { return nil }
        do throws(ExpressionError) {
            let condition = try RowFilter.make(filter, over: rows, label: label)
            return condition.isCondition ? nil : "it must give true or false."
        } catch {
            return "column \(error.column): \(error.message)"
        }
    }
}
