/// Why a text is no JSON of ours, or a value cannot be written as JSON.
public enum JSONError: Error, Hashable, Sendable {
    /// The byte at this place belongs to no UTF-8 character.
    case notUTF8(at: Int)
    /// The grammar (RFC 8259) does not allow it. The place is a count of bytes from 0.
    case malformed(String, at: Int)
    /// Arrays and objects lie deeper in one another than `JSONParser.maximumDepth`.
    case tooDeep(at: Int)
    /// One object has this key twice: which of the two counts would depend on the reader.
    case duplicateKey(String)
    /// A number that neither a 64-bit integer nor a double holds.
    case numberOutOfRange(String)
    /// NaN or an infinity was to be written; JSON has no word for them.
    case notFinite
}

extension JSONError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .notUTF8(let place): "Byte \(place) is not UTF-8."
        case .malformed(let what, let place): "At byte \(place): \(what)."
        case .tooDeep(let place):
            "At byte \(place): arrays and objects lie more than \(JSONParser.maximumDepth) deep."
        case .duplicateKey(let key): "An object has the key `\(key)` twice."
        case .numberOutOfRange(let text): "The number \(text) is too large."
        case .notFinite: "JSON has neither NaN nor infinities."
        }
    }
}
