internal import Engine
internal import Events
public import HTTPTypes
public import Hummingbird
public import JSON
internal import Logs
internal import NIOCore
internal import Store
internal import Workers

/// An answer that says what went wrong and what to change (RFC 9457).
public struct Problem: Error {
    /// A stable word, listed in Docs/Errors.md.
    public var type: ErrorWord
    public var title: String
    public var status: HTTPResponse.Status
    public var detail: String
    /// Where in the request, as a JSON pointer.
    public var pointer: String?
    /// More members: `errors` of an apply.
    public var more: [(String, JSONValue)] = []
    public var retryAfterSeconds: Int?
    /// The methods that the path takes.
    public var allow: String?
    /// How a body may be packed.
    public var acceptEncoding: String?

    public init(
        _ type: ErrorWord,
        _ title: String,
        _ status: HTTPResponse.Status,
        _ detail: String,
        pointer: String? = nil,
        more: [(String, JSONValue)] = [],
        retryAfterSeconds: Int? = nil,
        allow: String? = nil,
        acceptEncoding: String? = nil
    ) {
        self.type = type
        self.title = title
        self.status = status
        self.detail = detail
        self.pointer = pointer
        self.more = more
        self.retryAfterSeconds = retryAfterSeconds
        self.allow = allow
        self.acceptEncoding = acceptEncoding
    }

    func response(in manner: Manner = .problems) -> Response {
        var response = Response.json(manner.body(self), status: status)
        for field in fields(in: manner) { response.headers[field.name] = field.value }
        return response
    }

    /// RFC 9457.
    var json: JSONValue {
        var members: [(String, JSONValue)] = [
            ("type", .string(type.rawValue)), ("title", .string(title)),
            ("status", .integer(Int64(status.code))),
            ("detail", .string(detail)),
        ]
        if let pointer { members.append(("pointer", .string(pointer))) }
        return .object(members + more)
    }

    func fields(in manner: Manner) -> HTTPFields {
        var fields: HTTPFields = [.contentType: manner.contentType]
        if let retryAfterSeconds { fields[.retryAfter] = String(retryAfterSeconds) }
        if let allow { fields[.allow] = allow }
        if let acceptEncoding { fields[.acceptEncoding] = acceptEncoding }
        return fields
    }
}

extension Problem {
    public static func invalid(_ detail: String, pointer: String? = nil) -> Problem {
        Problem(.invalid, "The request makes no sense", .badRequest, detail, pointer: pointer)
    }

    public static func malformed(_ detail: String, pointer: String? = nil) -> Problem {
        Problem(
            .malformed,
            "The body is not what this route takes",
            .badRequest,
            detail,
            pointer: pointer
        )
    }

    public static func notFound(_ detail: String) -> Problem {
        Problem(.notFound, "There is no such thing", .notFound, detail)
    }

    static let noSuchRoute = Problem(
        .noSuchRoute,
        "Not Found",
        .notFound,
        "There is no such route. Docs/Routes.md lists all."
    )
}

extension Problem {
    /// What an error is that follows from no domain.
    init(_ error: any Error) {
        switch error {
        case let problem as Problem: self = problem
        case let error as PlatformError: self.init(error)
        case let refusal as any DomainRefusal: self.init(PlatformError.refused(refusal))
        case let error as LogError: self.init(PlatformError.log(error))
        case let error as StoreError: self.init(PlatformError.store(error))
        case let error as AppendError:
            switch error {
            case .notPersisted(let why), .refused(let why):
                self.init(PlatformError.unavailable(why))
            case .possiblyPersisted(let why): self.init(PlatformError.outcomeUnknown(why))
            }
        case let error as JSONError:
            self.init(.malformed, "The body is not what this route takes", .badRequest, "\(error)")
        case is BrokenRequest:
            self.init(
                .badRequest,
                "The request did not come to its end",
                .badRequest,
                "The connection ended before the body did."
            )
        case is WorkPool.Busy:
            self.init(
                .busy,
                "Too much at once",
                .serviceUnavailable,
                "Long reads and audits are queueing: ask again.",
                retryAfterSeconds: 1
            )
        case let error as any HTTPResponseError:
            self.init(.badRequest, error.status.reasonPhrase, error.status, "\(error)")
        default: self.init(.internal, "Our fault", .internalServerError, "\(error)")
        }
    }

    private init(_ error: PlatformError) {
        switch error {
        case .refused(let refusal):
            self.init(
                refusal.isUnknown ? .notFound : .refused,
                refusal.isUnknown ? "There is no such thing" : "Refused",
                refusal.isUnknown ? .notFound : .conflict,
                refusal.description
            )
        case .doesNotFit(let problems):
            self.init(
                .invalidResources,
                "Nothing was applied",
                .unprocessableContent,
                problems.map(\.message).joined(separator: "\n")
            )
        case .keyReused(let key):
            self.init(
                .keyReused,
                "The idempotency key was used for another request",
                .unprocessableContent,
                "The key `\(key)` came before with another body. Use a new key for a new request."
            )
        case .conflict(let why): self.init(.conflict, "Others were first", .conflict, why)
        case .unavailable(let why):
            self.init(
                .unavailable,
                "The log does not take writes",
                .serviceUnavailable,
                "\(why). Nothing was written: ask again.",
                retryAfterSeconds: 1
            )
        case .outcomeUnknown(let why):
            self.init(
                .outcomeUnknown,
                "It may or may not have been written",
                .gatewayTimeout,
                "\(why). Ask again with the same Idempotency-Key: it takes effect once."
            )
        case .notReached(let asked, let reached):
            self.init(
                .notReached,
                "Not folded so far yet",
                .gatewayTimeout,
                "Asked for \(asked); folded up to offset \(reached - 1). Ask again."
            )
        case .unknownTopic(let topic):
            self.init(
                .notFound,
                "There is no such thing",
                .notFound,
                "There is no topic \(topic). `tributary get stream` lists the topics of the streams."
            )
        case .invalid(let why): self.init(.invalid, "The request makes no sense", .badRequest, why)
        case .log(let error):
            self.init(
                .unavailable,
                "The log does not answer",
                .serviceUnavailable,
                "\(error)",
                retryAfterSeconds: 1
            )
        case .store(.full(let why)):
            self.init(
                .unavailable,
                "The disk of the state is full",
                .serviceUnavailable,
                "\(why). Make room on the disk, and ask again.",
                retryAfterSeconds: 5
            )
        case .store(let error):
            self.init(.stateFailed, "The state cannot be read", .serviceUnavailable, "\(error)")
        }
    }
}

extension Response {
    /// An answer that is JSON already.
    public static func json(bytes: [UInt8]) -> Response {
        Response(
            status: .ok,
            headers: [.contentType: "application/json"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes))
        )
    }

    public static func json(_ value: JSONValue, status: HTTPResponse.Status = .ok) -> Response {
        do throws(JSONError) {
            var response = json(bytes: try value.bytes(.compact))
            response.status = status
            return response
        } catch {
            // A number that is none would be a fault of ours, and no reason to stop answering.
            return Problem(
                .internal,
                "Our fault",
                .internalServerError,
                "the answer cannot be written: \(error)"
            ).response()
        }
    }
}
