/// A plain reader of RFC 8259 that finds the first fault of a text and its place.
///
/// It runs only on texts that simdjson refused, so its reasons do not depend on the processor. It
/// allows numbers of any size; it refuses halves of surrogate pairs, because no UTF-8 stands for
/// them.
struct JSONGrammar {
    private let bytes: [UInt8]
    private var index = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// First whether it is UTF-8, then the first fault in the order of the text.
    mutating func check() throws(JSONError) {
        do throws(UTF8.ValidationError) {
            _ = try UTF8Span(validating: bytes.span)
        } catch {
            throw .notUTF8(at: error.byteOffsets.lowerBound)
        }
        index = 0
        skipSpace()
        guard next != nil else { throw fault("there is no value") }
        try value(depth: 0)
        skipSpace()
        guard next == nil else { throw fault("something follows the value") }
    }

    private var next: UInt8? { index < bytes.count ? bytes[index] : nil }

    private func fault(_ what: String) -> JSONError { .malformed(what, at: index) }

    private mutating func skipSpace() {
        while let next, next == 0x20 || next == 0x0A || next == 0x0D || next == 0x09 { index += 1 }
    }

    private mutating func skip(_ character: Unicode.Scalar) -> Bool {
        guard next == UInt8(ascii: character) else { return false }
        index += 1
        return true
    }

    private mutating func value(depth: Int) throws(JSONError) {
        switch next {
        case UInt8(ascii: "{"): try object(depth: depth + 1)
        case UInt8(ascii: "["): try array(depth: depth + 1)
        case UInt8(ascii: "\""): try string()
        case UInt8(ascii: "-"): try number()
        case let byte? where Self.isDigit(byte): try number()
        case nil: throw fault("the text ends where a value should stand")
        default: try word()
        }
    }

    private mutating func object(depth: Int) throws(JSONError) {
        guard depth <= JSONParser.maximumDepth else { throw .tooDeep(at: index) }
        index += 1
        skipSpace()
        if skip("}") { return }
        repeat {
            skipSpace()
            guard next == UInt8(ascii: "\"") else {
                throw fault("a key in quotes should stand here")
            }
            try string()
            skipSpace()
            guard skip(":") else { throw fault("a key is followed by no colon") }
            skipSpace()
            try value(depth: depth)
            skipSpace()
        } while skip(",")
        guard skip("}") else {
            throw fault("an object goes on without a comma or ends without `}`")
        }
    }

    private mutating func array(depth: Int) throws(JSONError) {
        guard depth <= JSONParser.maximumDepth else { throw .tooDeep(at: index) }
        index += 1
        skipSpace()
        if skip("]") { return }
        repeat {
            skipSpace()
            try value(depth: depth)
            skipSpace()
        } while skip(",")
        guard skip("]") else { throw fault("an array goes on without a comma or ends without `]`") }
    }

    private mutating func string() throws(JSONError) {
        let start = index
        index += 1
        while let byte = next {
            switch byte {
            case UInt8(ascii: "\""):
                index += 1
                return
            case UInt8(ascii: "\\"): try escape()
            case 0 ..< 0x20: throw fault("a control character stands in a string without an escape")
            default: index += 1
            }
        }
        throw .malformed("a string does not end", at: start)
    }

    private mutating func escape() throws(JSONError) {
        let start = index
        index += 1
        switch next {
        case UInt8(ascii: "u"):
            guard let unit = codeUnit() else {
                throw .malformed("`\\u` needs four hexadecimal digits", at: start)
            }
            guard unit & 0xF800 == 0xD800 else { return }
            guard unit < 0xDC00, skip("\\"), next == UInt8(ascii: "u"), let low = codeUnit(),
                low & 0xFC00 == 0xDC00
            else { throw .malformed("an escape is half of a surrogate pair", at: start) }
        case let byte? where "\"\\/bfnrt".utf8.contains(byte): index += 1
        default: throw .malformed("there is no such escape", at: start)
        }
    }

    private mutating func codeUnit() -> UInt16? {
        index += 1
        guard index + 4 <= bytes.count else { return nil }
        var unit = UInt16(0)
        for digit in bytes[index ..< index + 4] {
            guard let value = Character(Unicode.Scalar(digit)).hexDigitValue, digit < 0x80 else {
                return nil
            }
            unit = unit << 4 | UInt16(value)
        }
        index += 4
        return unit
    }

    private mutating func number() throws(JSONError) {
        let start = index
        _ = skip("-")
        if !skip("0") { try digits(from: start) }
        if skip(".") { try digits(from: start) }
        if skip("e") || skip("E") {
            if !skip("+") { _ = skip("-") }
            try digits(from: start)
        }
        switch next {
        case nil, 0x20, 0x0A, 0x0D, 0x09, UInt8(ascii: ","), UInt8(ascii: "]"), UInt8(ascii: "}"):
            return
        default: throw .malformed("a number is not written as JSON has it", at: start)
        }
    }

    private mutating func digits(from start: Int) throws(JSONError) {
        let first = index
        while let next, Self.isDigit(next) { index += 1 }
        guard index > first else {
            throw .malformed("a number is not written as JSON has it", at: start)
        }
    }

    private mutating func word() throws(JSONError) {
        let start = index
        while let next, Self.isLetter(next), index - start < 32 { index += 1 }
        let word = String(decoding: bytes[start ..< index], as: UTF8.self)
        if ["null", "true", "false"].contains(word) { return }
        index = start
        throw word.isEmpty
            ? fault("a value should stand here") : fault("`\(word)` is no JSON value")
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0") ... UInt8(ascii: "9")).contains(byte)
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a") ... UInt8(ascii: "z")).contains(byte | 0x20)
    }
}
