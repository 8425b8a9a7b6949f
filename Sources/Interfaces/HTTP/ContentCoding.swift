internal import Codecs
internal import HTTPTypes

/// How a body is packed (RFC 9110, 8.4.1).
enum ContentCoding: Equatable {
    case identity
    case packed(Unpacker.Format)

    /// What a client may send, as `Accept-Encoding` says it.
    static let accepted = "gzip, deflate, zstd"

    /// Nil: one that nobody here can unpack, or several, one in the other.
    init?(_ text: String) {
        switch text.lowercased() {
        case "identity", "": self = .identity
        // x-gzip is the same (RFC 9110, 8.4.1.3).
        case "gzip", "x-gzip": self = .packed(.gzip)
        // DEFLATE as zlib wraps it (RFC 9110, 8.4.1.2).
        case "deflate": self = .packed(.zlib)
        // RFC 8878.
        case "zstd": self = .packed(.zstd)
        default: return nil
        }
    }

    /// Of a request.
    init(_ fields: HTTPFields) throws(Problem) {
        let text = fields[.contentEncoding] ?? ""
        guard let coding = ContentCoding(text) else {
            throw Problem(
                .mediaType,
                "The body has the wrong type",
                .unsupportedMediaType,
                "`Content-Encoding: \(text)` is not unpacked: one of \(Self.accepted) is, or send the body as it is.",
                acceptEncoding: Self.accepted
            )
        }
        self = coding
    }
}
