extension Lexer {
    /// `7`, `0x1F`, `1.5`, `.5`, `6.02e23`.
    mutating func numberLiteral() throws(ExpressionError) -> Token.Kind {
        let start = position
        if sees("0x") || sees("0X") { return try hexadecimal(from: start) }
        digits()
        var isDouble = false
        if current == ".", source[position + 1]?.isDigit == true {
            isDouble = true
            position += 1
            digits()
        }
        if current == "e" || current == "E" {
            let sign = source[position + 1]
            let first = sign == "+" || sign == "-" ? source[position + 2] : sign
            if first?.isDigit == true {
                isDouble = true
                position += sign == first ? 1 : 2
                digits()
            }
        }
        let text = source[start ..< position]
        try endNumber(text, from: start)
        if isDouble {
            guard let double = Double(text), double.isFinite else {
                throw source.error("\(text.excerpt) is too large for a double.", at: start)
            }
            return .double(double)
        }
        return try integer(UInt64(text), text: text, from: start)
    }

    private mutating func hexadecimal(from start: Int) throws(ExpressionError) -> Token.Kind {
        position += 2
        let first = position
        while let digit = current, digit.hexadecimalValue != nil { position += 1 }
        let text = source[start ..< position]
        guard first < position else {
            throw source.error("Write digits behind `\(text)`, as in 0x1F.", at: start)
        }
        try endNumber(text, from: start)
        return try integer(UInt64(source[first ..< position], radix: 16), text: text, from: start)
    }

    /// A minus before it makes 2⁶³ a good number; the parser looks for that.
    private func integer(
        _ magnitude: UInt64?,
        text: String,
        from start: Int
    ) throws(ExpressionError) -> Token.Kind {
        guard let magnitude, magnitude <= Int64.min.magnitude else {
            throw source.error(
                "\(text.excerpt) is too large for an int; write it as a double, with `.0`.",
                at: start
            )
        }
        return .integer(magnitude)
    }

    private mutating func digits() {
        while current?.isDigit == true { position += 1 }
    }

    private func endNumber(_ text: String, from start: Int) throws(ExpressionError) {
        guard let next = current, next.continuesName else { return }
        if next == "u" || next == "U" {
            throw source.error(
                "There are no unsigned ints here: write \(text.excerpt) without the `u`.",
                at: position
            )
        }
        throw source.error(
            "`\(next)` cannot stand right behind the number \(text.excerpt).",
            at: position
        )
    }
}

extension Unicode.Scalar {
    var hexadecimalValue: UInt32? {
        switch self {
        case "0" ... "9": value - 48
        case "a" ... "f": value - 97 + 10
        case "A" ... "F": value - 65 + 10
        default: nil
        }
    }
}
