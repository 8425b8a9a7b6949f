public import Documents

extension StreamDefinition.Field {
    /// What is wrong with a list of fields that stands in a resource at `path`.
    public static func problems(
        of fields: [StreamDefinition.Field],
        at path: [String] = ["spec", "fields"]
    ) -> [DocumentProblem] {
        var problems: [DocumentProblem] = []
        var seen: Set<[UInt8]> = []
        for field in fields.prefix(StreamDefinition.maximumFieldCount) {
            let path = path + [field.name]
            func report(_ path: [String], _ message: String) {
                problems.append(DocumentProblem(path, message))
            }
            if let fault = Names.fault(ofColumn: field.name, of: "a field") { report(path, fault) }
            if !seen.insert(Array(field.name.utf8)).inserted {
                report(path, "there are two fields `\(field.name)`.")
            }
            if !field.oneOf.isEmpty && field.type != .string {
                report(
                    path + ["oneOf"],
                    "`oneOf` goes with `string`, not with `\(field.type.rawValue)`."
                )
            }
            if Set(field.oneOf.map { Array($0.utf8) }).count != field.oneOf.count {
                report(path + ["oneOf"], "a text stands in `oneOf` twice.")
            }
        }
        return problems
    }
}
