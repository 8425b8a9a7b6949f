internal import Archive
internal import Datasets
internal import Engine
internal import Events
internal import HTTPTypes
internal import Hummingbird
internal import JSON
internal import Logs
internal import Platform
internal import Store
internal import Workers

/// An answer that says what went wrong and what to change (RFC 9457).
struct Problem: Error {
    /// A stable word, listed in Docs/Errors.md.
    var type: String
    var title: String
    var status: HTTPResponse.Status
    var detail: String
    /// Where in the request, as a JSON pointer.
    var pointer: String?
    /// More members: `errors` of an apply.
    var more: [(String, JSONValue)] = []
    var retryAfterSeconds: Int?
    /// The methods that the path takes.
    var allow: String?
    /// How a body may be packed.
    var acceptEncoding: String?

    init(
        _ type: String,
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

    /// `isOfOpenInference`: The Open Inference Protocol has errors of its own form.
    func response(isOfOpenInference: Bool = false) -> Response {
        var response = Response.json(json(isOfOpenInference: isOfOpenInference), status: status)
        for field in fields(isOfOpenInference: isOfOpenInference) {
            response.headers[field.name] = field.value
        }
        return response
    }

    func json(isOfOpenInference: Bool) -> JSONValue {
        if isOfOpenInference { return ["error": .string(detail)] }
        var members: [(String, JSONValue)] = [
            ("type", .string(type)), ("title", .string(title)),
            ("status", .integer(Int64(status.code))),
            ("detail", .string(detail)),
        ]
        if let pointer { members.append(("pointer", .string(pointer))) }
        return .object(members + more)
    }

    func fields(isOfOpenInference: Bool) -> HTTPFields {
        var fields: HTTPFields = [
            .contentType: isOfOpenInference ? "application/json" : "application/problem+json"
        ]
        if let retryAfterSeconds { fields[.retryAfter] = String(retryAfterSeconds) }
        if let allow { fields[.allow] = allow }
        if let acceptEncoding { fields[.acceptEncoding] = acceptEncoding }
        return fields
    }
}

extension Problem {
    /// The one place where errors become answers.
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
            self.init("malformed", "The body is not what this route takes", .badRequest, "\(error)")
        case is TrainingRefusal, is RowError, is FeaturePlan.Fault:
            self.init("refused", "Refused", .conflict, "\(error)")
        case DatasetWriteError.row(let error): self.init(error)
        case DatasetWriteError.archive(let error): self.init(error)
        case is ArchiveError, is ChunkDamage:
            self.init(
                "archiveFailed",
                "The archive does not give or take what is kept in it",
                .serviceUnavailable,
                "\(error)"
            )
        case is BrokenRequest:
            self.init(
                "badRequest",
                "The request did not come to its end",
                .badRequest,
                "The connection ended before the body did."
            )
        case is WorkPool.Busy:
            self.init(
                "busy",
                "Too much at once",
                .serviceUnavailable,
                "Long reads and audits are queueing: ask again.",
                retryAfterSeconds: 1
            )
        case let error as any HTTPResponseError:
            self.init(
                error.status == .notFound ? "noSuchRoute" : "badRequest",
                error.status.reasonPhrase,
                error.status,
                error.status == .notFound
                    ? "There is no such route. Docs/Routes.md lists all." : "\(error)"
            )
        default: self.init("internal", "Our fault", .internalServerError, "\(error)")
        }
    }

    private init(_ error: PlatformError) {
        switch error {
        case .refused(let refusal):
            self.init(
                refusal.isUnknown ? "notFound" : "refused",
                refusal.isUnknown ? "There is no such thing" : "Refused",
                refusal.isUnknown ? .notFound : .conflict,
                refusal.description
            )
        case .doesNotFit(let problems):
            self.init(
                "invalidResources",
                "Nothing was applied",
                .unprocessableContent,
                problems.map(\.message).joined(separator: "\n")
            )
        case .keyReused(let key):
            self.init(
                "keyReused",
                "The idempotency key was used for another request",
                .unprocessableContent,
                "The key `\(key)` came before with another body. Use a new key for a new request."
            )
        case .conflict(let why): self.init("conflict", "Others were first", .conflict, why)
        case .unavailable(let why):
            self.init(
                "unavailable",
                "The log does not take writes",
                .serviceUnavailable,
                "\(why). Nothing was written: ask again.",
                retryAfterSeconds: 1
            )
        case .outcomeUnknown(let why):
            self.init(
                "outcomeUnknown",
                "It may or may not have been written",
                .gatewayTimeout,
                "\(why). Ask again with the same Idempotency-Key: it takes effect once."
            )
        case .notReached(let asked, let reached):
            self.init(
                "notReached",
                "Not folded so far yet",
                .gatewayTimeout,
                "Asked for \(asked); folded up to offset \(reached - 1). Ask again."
            )
        case .unknownTopic(let topic):
            self.init(
                "notFound",
                "There is no such thing",
                .notFound,
                "There is no topic \(topic). `tributary get stream` lists the topics of the streams."
            )
        case .invalid(let why): self.init("invalid", "The request makes no sense", .badRequest, why)
        case .log(let error):
            self.init(
                "unavailable",
                "The log does not answer",
                .serviceUnavailable,
                "\(error)",
                retryAfterSeconds: 1
            )
        case .store(.full(let why)):
            self.init(
                "unavailable",
                "The disk of the state is full",
                .serviceUnavailable,
                "\(why). Make room on the disk, and ask again.",
                retryAfterSeconds: 5
            )
        case .store(let error):
            self.init("stateFailed", "The state cannot be read", .serviceUnavailable, "\(error)")
        }
    }
}

extension Response {
    /// An answer that is JSON already.
    static func json(bytes: [UInt8]) -> Response {
        Response(
            status: .ok,
            headers: [.contentType: "application/json"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes))
        )
    }

    static func json(_ value: JSONValue, status: HTTPResponse.Status = .ok) -> Response {
        do throws(JSONError) {
            var response = json(bytes: try value.bytes(.compact))
            response.status = status
            return response
        } catch {
            // A number that is none would be a fault of ours, and no reason to stop answering.
            return Problem(
                "internal",
                "Our fault",
                .internalServerError,
                "the answer cannot be written: \(error)"
            ).response()
        }
    }
}

extension JSONValue {
    /// A number, or the name of what is none: JSON has no others.
    static func figure(_ value: Float) -> JSONValue {
        value.isFinite
            ? .number(Double(value)) : .string(value.isNaN ? "NaN" : value < 0 ? "-inf" : "+inf")
    }
}

/// Turns every error into a problem.
struct ProblemMiddleware: RouterMiddleware {
    func handle(
        _ request: Request,
        context: BasicRequestContext,
        next: @concurrent (Request, BasicRequestContext) async throws -> Response
    ) async throws -> Response {
        var response: Response
        do {
            response = try await next(request, context)
        } catch {
            let isOfOpenInference = request.uri.path.isOfOpenInference
            response = Problem(error).response(isOfOpenInference: isOfOpenInference)
        }
        // What answers HEAD has the headers of the answer to GET and no body (RFC 9110, 9.3.2).
        if request.method == .head { response = response.withoutBody }
        return response
    }
}

extension Response {
    /// Nothing that would make the body is run.
    fileprivate var withoutBody: Response {
        Response(
            status: status,
            headers: headers,
            body: headers[.contentLength] == nil
                ? ResponseBody { try await $0.finish(nil) } : ResponseBody()
        )
    }
}
