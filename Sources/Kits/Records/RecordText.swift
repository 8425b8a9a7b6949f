/// Cuts a text, which comes in pieces, into the records of a stream: one on each line, or CSV with a header. A
/// byte-order mark, empty lines and carriage returns before a line feed are passed over. It holds one line at a time,
/// and no more of that than can be appended.
public struct RecordText {
    public enum Form: Sendable { case lines, csv }

    /// What stands in the text next.
    public enum Found: Sendable, Hashable {
        /// The bytes of a record, and the line on which it began.
        case record([UInt8], line: Int)
        /// What no record can be made of.
        case fault(CSVError)
    }

    private let longestLine: Int
    private var csv: CSVReader?
    private var line: [UInt8] = []
    /// Of the line that is being read, with what was not kept of it.
    private var lineBytes = 0
    private var lineNumber = 1
    /// Behind a fault in the header nothing can be read.
    public private(set) var isOver = false

    /// `longestLine`: A line of more bytes is a fault, and not kept.
    public init(_ form: Form, of definition: StreamDefinition, longestLine: Int) {
        self.longestLine = longestLine
        if case .csv = form { csv = CSVReader(for: definition) }
    }

    /// Takes the next piece of the text.
    public mutating func take(
        _ piece: ArraySlice<UInt8>,
        _ body: (Found) throws -> Void
    ) rethrows {
        var rest = piece
        while let end = rest.firstIndex(of: 0x0A), !isOver {
            keep(rest[..<end])
            try endLine(body)
            rest = rest[(end + 1)...]
        }
        if !isOver { keep(rest) }
    }

    /// Says that the text ends here.
    public mutating func finish(_ body: (Found) throws -> Void) rethrows {
        if lineBytes > 0, !isOver { try endLine(body) }
        guard !isOver else { return }
        do throws(CSVError) {
            try csv?.finish()
        } catch {
            try body(.fault(error))
        }
    }

    private mutating func keep(_ bytes: ArraySlice<UInt8>) {
        lineBytes += bytes.count
        if lineBytes <= longestLine { line += bytes }
    }

    private mutating func endLine(_ body: (Found) throws -> Void) rethrows {
        defer {
            line.removeAll(keepingCapacity: true)
            lineBytes = 0
            lineNumber += 1
        }
        guard lineBytes <= longestLine else {
            return try body(
                .fault(
                    CSVError(
                        line: lineNumber,
                        message:
                            "the line has \(lineBytes) bytes; at most \(longestLine) can be appended."
                    )
                )
            )
        }
        var text = line[...]
        if lineNumber == 1, text.starts(with: [0xEF, 0xBB, 0xBF]) { text = text.dropFirst(3) }
        guard csv != nil else {
            if text.last == 0x0D { text = text.dropLast() }
            if !text.isEmpty { try body(.record(Array(text), line: lineNumber)) }
            return
        }
        try endRow(text, body)
    }

    private mutating func endRow(
        _ text: ArraySlice<UInt8>,
        _ body: (Found) throws -> Void
    ) rethrows {
        guard var reader = csv.take() else { return }
        let found: Found?
        do throws(CSVError) {
            found = try reader.take(text, line: lineNumber).map { .record($0, line: reader.line) }
        } catch {
            found = .fault(error)
            isOver = !reader.hasHeader
        }
        csv = reader
        if let found { try body(found) }
    }
}
