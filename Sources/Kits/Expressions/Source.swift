/// The text of an expression, and where in it something stands. Offsets count Unicode scalars.
struct Source {
    let scalars: [Unicode.Scalar]

    init(_ text: String) { scalars = Array(text.unicodeScalars) }

    subscript(offset: Int) -> Unicode.Scalar? { offset < scalars.count ? scalars[offset] : nil }

    subscript(range: Range<Int>) -> String {
        var text = String.UnicodeScalarView()
        text.append(contentsOf: scalars[range])
        return String(text)
    }

    /// Columns are counted only here, because characters of several scalars make it slow.
    func error(_ message: String, at offset: Int) -> ExpressionError {
        ExpressionError(message, column: self[0 ..< offset].count + 1)
    }
}
