import ArgumentParser

/// `carrier=B6`; the server knows which type each field has.
struct FieldArgument {
    var name: String
    var text: String

    init(_ argument: String) throws {
        guard let equals = argument.firstIndex(of: "="), equals > argument.startIndex else {
            throw ValidationError("Write FIELD=VALUE, such as carrier=B6.")
        }
        name = String(argument[..<equals])
        text = String(argument[argument.index(after: equals)...])
    }
}

/// `late-arrival@2`
struct VersionName: CustomStringConvertible {
    var name: String
    var number: Int64

    init(_ argument: String) throws {
        guard let at = argument.lastIndex(of: "@"), at > argument.startIndex,
            let number = Int64(argument[argument.index(after: at)...]), number > 0
        else {
            throw ValidationError(
                "Write a version as NAME@N, such as \(argument.prefix { $0 != "@" })@1."
            )
        }
        name = String(argument[..<at])
        self.number = number
    }

    var description: String { "\(name)@\(number)" }
}
