internal import Bytes

/// What the checker has proved a value to be. Anything else is a mistake in the checker.
extension ExpressionValue {
    var asBool: Bool {
        guard case .bool(let value) = self else { unexpected(.bool) }
        return value
    }

    var asInt: Int64 {
        guard case .int(let value) = self else { unexpected(.int) }
        return value
    }

    var asDouble: Double {
        guard case .double(let value) = self else { unexpected(.double) }
        return value
    }

    var asString: String {
        guard case .string(let value) = self else { unexpected(.string) }
        return value
    }

    var asTimestamp: Timestamp {
        guard case .timestamp(let value) = self else { unexpected(.timestamp) }
        return value
    }

    private func unexpected(_ wanted: ExpressionType) -> Never {
        preconditionFailure(
            "The checker promised \(wanted.withArticle), and \(type.withArticle) came."
        )
    }
}
