/// Splits the text of one CSV row into its values: quotes, doubled quotes, line breaks inside quotes.
struct CSVRow {
    /// One value, without its quotes.
    struct Cell {
        var bytes: [UInt8] = []
        var isQuoted = false
    }

    private let text: [UInt8]
    private var index = 0
    private var line: Int

    /// `line`: The line of the file on which the row begins.
    init(_ text: [UInt8], line: Int) {
        self.text = text
        self.line = line
    }

    mutating func cells() throws(CSVError) -> [Cell] {
        let start = line
        var cells: [Cell] = []
        repeat {
            cells.append(try cell(start, column: cells.count + 1))
        } while skip(",")
        guard index == text.count else {
            throw CSVError(
                line: line,
                column: cells.count,
                message: "something follows a closing quote."
            )
        }
        return cells
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
        while index < text.count, text[index] != UInt8(ascii: ",") {
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

    private mutating func skip(_ character: Unicode.Scalar) -> Bool {
        guard index < text.count, text[index] == UInt8(ascii: character) else { return false }
        index += 1
        return true
    }
}

/// Puts the lines of a CSV file together to rows: a line break inside quotes belongs to a value.
struct CSVRowText {
    private enum Place { case beginning, plain, quoted, quote }

    private var place = Place.beginning
    private var text: [UInt8] = []
    /// The line on which the row began.
    private(set) var line = 0

    var byteCount: Int { text.count }

    /// Whether a row goes on with the next line.
    var isOpen: Bool { place == .quoted }

    /// Takes a line without its line feed; the row that ends with it.
    mutating func take(_ next: ArraySlice<UInt8>, line number: Int) -> [UInt8]? {
        if isOpen { text.append(0x0A) } else { (text, line, place) = ([], number, .beginning) }
        for byte in next {
            place = Self.place(behind: byte, at: place)
            text.append(byte)
        }
        if isOpen { return nil }
        if text.last == 0x0D { text.removeLast() }
        return text
    }

    /// The row that the file ends in.
    mutating func abandon() -> [UInt8] {
        place = .beginning
        return text
    }

    private static func place(behind byte: UInt8, at place: Place) -> Place {
        switch (place, byte) {
        case (.quoted, UInt8(ascii: "\"")): .quote
        case (.quoted, _): .quoted
        case (.beginning, UInt8(ascii: "\"")), (.quote, UInt8(ascii: "\"")): .quoted
        case (_, UInt8(ascii: ",")): .beginning
        case (.beginning, _), (.plain, _), (.quote, _): .plain
        }
    }
}
