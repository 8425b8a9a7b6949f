/// Splits CSV text into rows of values: quotes, doubled quotes, line breaks inside quotes, CRLF or
/// LF, a byte-order mark. Empty lines are skipped.
struct CSVRows {
    /// One value, without its quotes.
    struct Cell {
        var bytes: [UInt8] = []
        var isQuoted = false
    }

    private let text: [UInt8]
    private var index: Int
    private var line = 1

    init(_ text: [UInt8]) {
        self.text = text
        index = text.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    }

    mutating func next() throws(CSVError) -> (line: Int, cells: [Cell])? {
        while skipLineBreak() {}
        guard index < text.count else { return nil }
        let start = line
        var cells: [Cell] = []
        repeat {
            cells.append(try cell(start, column: cells.count + 1))
        } while skip(",")
        guard index == text.count || skipLineBreak() else {
            throw CSVError(
                line: line,
                column: cells.count,
                message: "something follows a closing quote."
            )
        }
        return (start, cells)
    }

    private mutating func cell(_ start: Int, column: Int) throws(CSVError) -> Cell {
        guard skip("\"") else { return try plainCell(column: column) }
        var bytes: [UInt8] = []
        while index < text.count {
            let byte = text[index]
            index += 1
            if byte == UInt8(ascii: "\"") {
                guard skip("\"") else { return Cell(bytes: bytes, isQuoted: true) }
            } else if byte == 0x0A {
                line += 1
            }
            bytes.append(byte)
        }
        throw CSVError(line: start, column: column, message: "a quote is never closed.")
    }

    private mutating func plainCell(column: Int) throws(CSVError) -> Cell {
        let first = index
        while index < text.count, text[index] != UInt8(ascii: ","), !isAtLineBreak {
            guard text[index] != UInt8(ascii: "\""), text[index] != 0x0D else {
                let found = text[index] == 0x0D ? "a carriage return" : "a quote"
                throw CSVError(
                    line: line,
                    column: column,
                    message: "\(found) stands inside a value that is not in quotes."
                )
            }
            index += 1
        }
        return Cell(bytes: Array(text[first ..< index]))
    }

    private var isAtLineBreak: Bool {
        guard index < text.count else { return false }
        return text[index] == 0x0A
            || text[index] == 0x0D && index + 1 < text.count && text[index + 1] == 0x0A
    }

    private mutating func skipLineBreak() -> Bool {
        guard isAtLineBreak else { return false }
        index += text[index] == 0x0D ? 2 : 1
        line += 1
        return true
    }

    private mutating func skip(_ character: Unicode.Scalar) -> Bool {
        guard index < text.count, text[index] == UInt8(ascii: character) else { return false }
        index += 1
        return true
    }
}
