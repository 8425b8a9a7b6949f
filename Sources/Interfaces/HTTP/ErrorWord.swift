/// The stable word of a problem. Docs/Errors.md says of each what to do.
public enum ErrorWord: String, Sendable, CaseIterable {
    case malformed
    case invalid
    case badRequest
    case foreignOrigin
    case notFound
    case noSuchRoute
    case method
    case tooSlow
    case refused
    case conflict
    case tooLarge
    case mediaType
    case foreignHost
    case keyReused
    case invalidResources
    case `internal`
    case busy
    case unavailable
    case stateFailed
    case archiveFailed
    case outcomeUnknown
    case notReached

    /// With which it is answered.
    var statuses: [Int] {
        switch self {
        case .malformed, .invalid: [400]
        case .badRequest: [400, 414, 417, 431, 501, 505]
        case .foreignOrigin: [403]
        case .notFound, .noSuchRoute: [404]
        case .method: [405]
        case .tooSlow: [408]
        case .refused, .conflict: [409]
        case .tooLarge: [413]
        case .mediaType: [415]
        case .foreignHost: [421]
        case .keyReused, .invalidResources: [422]
        case .internal: [500]
        case .busy, .unavailable, .stateFailed, .archiveFailed: [503]
        case .outcomeUnknown, .notReached: [504]
        }
    }

    var meaning: String {
        switch self {
        case .malformed: "The body is not what the route takes."
        case .invalid: "A parameter or a header has a value that means nothing here."
        case .badRequest: "HTTP itself was used wrongly."
        case .foreignOrigin: "A web page of another site, or of another port, sent the request."
        case .notFound: "There is nothing of that name."
        case .noSuchRoute: "There is no such route."
        case .method: "The path does not take this method; `Allow` lists those that it takes."
        case .tooSlow: "The request did not come to its end in time."
        case .refused:
            "A rule of the platform speaks against it; `detail` says what would be accepted."
        case .conflict: "Other writers were first, several times in a row."
        case .tooLarge: "The body is longer than the route takes."
        case .mediaType:
            "The body has a media type, or is packed in a way, that the route does not take."
        case .foreignHost: "The `Host` is not loopback."
        case .keyReused: "The `Idempotency-Key` came before, with another body."
        case .invalidResources:
            "Files hold errors; `errors` lists each with file, line, column and message."
        case .internal: "A fault of the server."
        case .busy: "Too much at once: ask again after `Retry-After` seconds."
        case .unavailable:
            "The log, or the archive, does not answer or take writes. Nothing was written."
        case .stateFailed: "The projections cannot be read."
        case .archiveFailed: "A file of the archive is missing or damaged."
        case .outcomeUnknown: "It may or may not have been written."
        case .notReached: "Not everything that was asked for is folded yet."
        }
    }

    /// What any request may be answered with.
    static let everywhere: [ErrorWord] = [
        .invalid, .badRequest, .foreignOrigin, .tooSlow, .foreignHost, .internal, .busy,
        .notReached,
    ]
    /// What a request may be answered with that asks for what is folded.
    static let folded: [ErrorWord] = [.unavailable, .stateFailed]
    /// What a request with a body may be answered with.
    static let withBody: [ErrorWord] = [.malformed, .tooLarge, .mediaType]
    /// What a request may be answered with that changes something.
    static let changing: [ErrorWord] = [.refused, .conflict, .outcomeUnknown]
}
