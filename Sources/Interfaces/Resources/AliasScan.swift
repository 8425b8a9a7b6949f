/// Looks for aliases before a parser gets to write them out. It reads no YAML: a text that has both
/// a word beginning with `&` and one beginning with `*` is taken to use them.
struct AliasScan {
    /// Of the first word that begins with `*`; nil where there are no two such words.
    private(set) var place: Place?

    init(_ text: String) {
        var (line, column) = (1, 1)
        var (hasAnchor, alias): (Bool, Place?) = (false, nil)
        var before: Unicode.Scalar = " "
        var mark: (sign: Unicode.Scalar, place: Place)?
        for scalar in text.unicodeScalars {
            if let mark, Self.isNameScalar(scalar) {
                if mark.sign == "&" { hasAnchor = true } else { alias = alias ?? mark.place }
            }
            let begins = " \t\r\n\u{85}\u{2028}\u{2029}\u{FEFF}[{,:?-".unicodeScalars.contains(
                before
            )
            mark =
                begins && (scalar == "&" || scalar == "*")
                ? (scalar, Place(line: line, column: column)) : nil
            column += 1
            if scalar == "\n" { (line, column) = (line + 1, 1) }
            before = scalar
        }
        place = hasAnchor ? alias : nil
    }

    private static func isNameScalar(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.isAlphabetic || ("0" ... "9").contains(scalar) || scalar == "_"
            || scalar == "-"
    }
}
