extension Lexer {
    /// `"…"`, `'…'`, three of either quote for several lines, and `r` before them where a backslash
    /// is only a backslash. Nil where no string begins.
    mutating func stringLiteral() throws(ExpressionError) -> String? {
        let start = position
        let prefix = source[position].map { "rRbB".unicodeScalars.contains($0) } == true ? 1 : 0
        guard let quote = source[position + prefix], quote == "\"" || quote == "'" else {
            return nil
        }
        let isRaw = prefix == 1 && "rR".unicodeScalars.contains(source.scalars[start])
        guard prefix == 0 || isRaw else {
            throw source.error("There are no bytes here: leave out the `b`.", at: start)
        }
        position += prefix
        let triple = String(repeating: Character(quote), count: 3)
        let isTriple = sees(triple)
        position += isTriple ? 3 : 1
        var text = String.UnicodeScalarView()
        while let scalar = current {
            if isTriple ? sees(triple) : scalar == quote {
                position += isTriple ? 3 : 1
                return String(text)
            }
            if scalar == "\n" || scalar == "\r", !isTriple { break }
            if scalar == "\\", !isRaw {
                text.append(try escape())
            } else {
                text.append(scalar)
                position += 1
            }
        }
        let end = isTriple ? triple : String(quote)
        throw source.error("The string that begins here has no end: write `\(end)`.", at: start)
    }

    private mutating func escape() throws(ExpressionError) -> Unicode.Scalar {
        let start = position
        position += 1
        let letter = current
        position += 1
        switch letter {
        case "a": return "\u{7}"
        case "b": return "\u{8}"
        case "f": return "\u{C}"
        case "n": return "\n"
        case "r": return "\r"
        case "t": return "\t"
        case "v": return "\u{B}"
        case "\\", "?", "\"", "'", "`": return letter ?? "?"
        case "x", "X": return try scalar(digits: 2, radix: 16, from: start)
        case "u": return try scalar(digits: 4, radix: 16, from: start)
        case "U": return try scalar(digits: 8, radix: 16, from: start)
        case "0", "1", "2", "3":
            position -= 1
            return try scalar(digits: 3, radix: 8, from: start)
        default:
            throw source.error(
                "There is no such escape; write `\\\\` for a backslash, or r\"…\" around the text.",
                at: start
            )
        }
    }

    private mutating func scalar(
        digits: Int,
        radix: UInt32,
        from start: Int
    ) throws(ExpressionError) -> Unicode.Scalar {
        var number: UInt32 = 0
        for _ in 0 ..< digits {
            guard let digit = current?.hexadecimalValue, digit < radix else {
                let kind = radix == 8 ? "octal" : "hexadecimal"
                throw source.error("This escape needs \(digits) \(kind) digits.", at: start)
            }
            // Eight digits of four bits fill a UInt32 and no more.
            number = number &* radix &+ digit
            position += 1
        }
        guard let scalar = Unicode.Scalar(number) else {
            throw source.error("This escape names no character of Unicode.", at: start)
        }
        return scalar
    }
}
