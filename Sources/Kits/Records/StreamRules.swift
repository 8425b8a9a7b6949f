public import Bytes
public import Documents
internal import Logs

extension StreamDefinition {
    public static let partitionRange: ClosedRange<Int32> = 1 ... 1_024
    public static let maximumFieldCount = 1_000
    /// A longer memory than this belongs into the definition of a window, not of a stream.
    public static let maximumLateness = TimeSpan.seconds(366 * 86_400)

    public var problems: [DocumentProblem] {
        var problems: [DocumentProblem] = []
        func require(_ holds: Bool, _ path: String..., says message: @autoclosure () -> String) {
            if !holds { problems.append(DocumentProblem(path, message())) }
        }
        if let fault = Names.fault(of: name) { problems.append(DocumentProblem(["name"], fault)) }
        if topic != name, let fault = Names.fault(of: topic) {
            problems.append(DocumentProblem(["spec", "topic"], fault))
        }
        require(
            Self.partitionRange.contains(partitions),
            "spec",
            "partitions",
            says: "there can be 1 to 1024 partitions, not \(partitions)."
        )
        switch retention {
        case .forever: break
        case .latestPerKey:
            require(
                false,
                "spec",
                "retention",
                says: "the records of a stream are all kept, or for a time."
            )
        case .span(let span):
            require(span.microseconds > 0, "spec", "retention", says: "nothing would be kept.")
        }
        require(
            lateness.microseconds >= 0 && lateness <= Self.maximumLateness,
            "spec",
            "lateness",
            says: "`lateness` is 0s to 366d, not \(lateness)."
        )
        if let idle {
            require(
                idle.microseconds > 0,
                "spec",
                "idle",
                says: "`idle` is longer than 0s; leave it out for a stream that may be silent."
            )
        }
        for (key, bound) in [("notBefore", notBefore), ("notAfter", notAfter)] {
            guard let bound, !bound.isWritable else { continue }
            problems.append(DocumentProblem(["spec", key], "its year is not one from 1 to 9999."))
        }
        if let notBefore, let notAfter {
            require(
                notBefore <= notAfter,
                "spec",
                "notAfter",
                says: "`notAfter` lies before `notBefore`."
            )
        }
        require(!fields.isEmpty, "spec", "fields", says: "a stream has at least one field.")
        require(
            fields.count <= Self.maximumFieldCount,
            "spec",
            "fields",
            says: "a stream has at most \(Self.maximumFieldCount) fields."
        )
        problems += Field.problems(of: fields)
        problems += roleProblems
        return problems
    }

    /// The fields that the stream itself reads must be there in every record.
    private var roleProblems: [DocumentProblem] {
        let naming: [FieldType] = [.string, .int32, .int64]
        let roles: [(role: String, name: String?, types: [FieldType])] = [
            ("key", key, naming), ("time", time, [.timestamp]), ("identity", identity, naming),
        ]
        return roles.compactMap { role, name, types in
            guard let name else { return nil }
            let path = ["spec", role]
            guard let field = field(name) else {
                let suggestion = Spelling.suggestion(for: name, among: fields.map(\.name))
                return DocumentProblem(path, "there is no field `\(name)`.\(suggestion)")
            }
            guard types.contains(field.type) else {
                let allowed = types.map(\.rawValue).joined(separator: ", ")
                return DocumentProblem(
                    path,
                    "`\(name)` is of type \(field.type.rawValue); `\(role)` takes \(allowed)."
                )
            }
            guard !field.isOptional else {
                return DocumentProblem(
                    path,
                    "`\(name)` may be null; `\(role)` needs a field that is always there. "
                        + "Take away its `?`."
                )
            }
            return nil
        }
    }
}
