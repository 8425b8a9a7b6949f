internal import HTTPTypes

/// How a body is packed (RFC 9110, 8.4.1).
enum ContentCoding {
    case identity

    /// Nil: one that nobody here can unpack.
    init?(_ text: String) {
        switch text.lowercased() {
        case "identity", "": self = .identity
        default: return nil
        }
    }

    static func unknown(_ text: String) -> Problem {
        Problem(
            "mediaType",
            "The body has the wrong type",
            .unsupportedMediaType,
            "Send it as it is: `Content-Encoding: \(text)` is not unpacked."
        )
    }
}
