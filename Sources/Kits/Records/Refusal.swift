public import Bytes

/// Why a record is not of its stream. A record that breaks several rules is refused for the first
/// in this order: the number that its source gave it, the rules about the whole text, then field by field in the order of the
/// definition, then its time, then what the records before it say.
public enum Refusal: Error, Sendable, Hashable {
    /// The greatest number there is: whatever its source sends next would count as sent before.
    case lastSequence(source: String)
    /// No value (a tombstone) or one without bytes.
    case emptyValue
    case tooLarge(byteCount: Int)
    case notUTF8(at: Int)
    case notJSON(String, at: Int)
    case tooDeep(at: Int)
    case duplicateKey(String)
    case notAnObject(found: String)

    case missingField(String)
    case nullField(String)
    case wrongType(field: String, expected: FieldType, found: String)
    /// A number whose double would be infinite. NaN and Infinity themselves are not JSON.
    case notFinite(field: String, text: String)
    case integerOutOfRange(field: String, expected: FieldType, text: String)
    case fractionalInteger(field: String, expected: FieldType, text: String)
    case integerTooLargeForFloat(field: String, text: String)
    case notATimestamp(field: String, text: String)
    case notOneOf(field: String, text: String)

    case tooEarly(time: Instant, bound: Instant)
    case tooLate(time: Instant, bound: Instant)
    /// More than a day after the instant at which the log got it, by its own clock.
    case inTheFuture(time: Instant, received: Instant)

    /// Behind the watermark by more than the stream's lateness.
    case late(time: Instant, watermark: Instant)
    case duplicate(field: String, seen: Instant)

    /// A stable word for the kind of refusal, which programs may compare.
    public var word: String {
        switch self {
        case .lastSequence: "lastSequence"
        case .emptyValue: "emptyValue"
        case .tooLarge: "tooLarge"
        case .notUTF8: "notUTF8"
        case .notJSON: "notJSON"
        case .tooDeep: "tooDeep"
        case .duplicateKey: "duplicateKey"
        case .notAnObject: "notAnObject"
        case .missingField: "missingField"
        case .nullField: "nullField"
        case .wrongType: "wrongType"
        case .notFinite: "notFinite"
        case .integerOutOfRange: "integerOutOfRange"
        case .fractionalInteger: "fractionalInteger"
        case .integerTooLargeForFloat: "integerTooLargeForFloat"
        case .notATimestamp: "notATimestamp"
        case .notOneOf: "notOneOf"
        case .tooEarly: "tooEarly"
        case .tooLate: "tooLate"
        case .inTheFuture: "inTheFuture"
        case .late: "late"
        case .duplicate: "duplicate"
        }
    }
}

extension Refusal: CustomStringConvertible {
    public var description: String {
        switch self {
        case .lastSequence(let source):
            "Its `ce_sequence` is \(Int64.max), after which its source `\(source.excerpt)` could send nothing more."
        case .emptyValue: "The record has no value."
        case .tooLarge(let count):
            "The record has \(count) bytes; at most \(RecordReader.maximumByteCount) are read."
        case .notUTF8(let place): "Byte \(place) is not UTF-8."
        case .notJSON(let what, let place): "It is not JSON. At byte \(place): \(what)."
        case .tooDeep(let place):
            "At byte \(place), arrays and objects lie too deep in one another."
        case .duplicateKey(let key): "An object has the key `\(key.excerpt)` twice."
        case .notAnObject(let found): "The record is \(found), not an object."
        case .missingField(let field): "`\(field)` is missing."
        case .nullField(let field): "`\(field)` is null; the stream says that it is always there."
        case .wrongType(let field, let expected, let found):
            "`\(field)` is \(found), not \(expected == .bool ? "true or false" : expected.phrase)."
        case .notFinite(let field, let text):
            "`\(field)` is \(text.excerpt), which is too large for a double."
        case .integerOutOfRange(let field, let expected, let text):
            "`\(field)` is \(text.excerpt), which does not fit \(expected.phrase)."
        case .fractionalInteger(let field, let expected, let text):
            "`\(field)` is \(text.excerpt), not \(expected == .bool ? "true or false" : expected.phrase)."
        case .integerTooLargeForFloat(let field, let text):
            "`\(field)` is \(text.excerpt); "
                + "a float holds whole numbers exactly only up to 9007199254740992."
        case .notATimestamp(let field, let text):
            "`\(field)` is `\(text.excerpt)`, which is no RFC 3339 time with an offset."
        case .notOneOf(let field, let text):
            "`\(field)` is `\(text.excerpt)`, which the stream does not list."
        case .tooEarly(let time, let bound):
            "Its time \(time.phrase) lies before \(bound.phrase), the stream's `notBefore`."
        case .tooLate(let time, let bound):
            "Its time \(time.phrase) lies after \(bound.phrase), the stream's `notAfter`."
        case .inTheFuture(let time, let received):
            "Its time \(time.phrase) lies more than a day after \(received.phrase), when it came."
        case .late(let time, let watermark):
            "Its time \(time.phrase) lies before the watermark \(watermark.phrase)."
        case .duplicate(let field, let seen):
            "A record with the same `\(field)` came before it, of \(seen.phrase)."
        }
    }
}

extension Instant {
    /// Whether RFC 3339 has a way to write it: the years 0001 to 9999. Kafka's own timestamps may
    /// be any number.
    var isWritable: Bool {
        (-62_135_596_800_000_000 ..< 253_402_300_800_000_000).contains(microseconds)
    }

    fileprivate var phrase: String { isWritable ? rfc3339 : "\(microseconds) µs after 1970" }
}

extension String {
    /// The beginning of a text that somebody else wrote: a reason has a size.
    var excerpt: String {
        let start = unicodeScalars.prefix(64)
        return start.endIndex == unicodeScalars.endIndex
            ? self : String(String.UnicodeScalarView(start)) + "…"
    }
}
