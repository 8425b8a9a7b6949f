internal import Bytes
internal import Documents
internal import Engine
internal import HTTPTypes
internal import Hummingbird
internal import JSON
internal import Logs
internal import Platform
internal import Projections
internal import Store

extension PlatformAPI {
    /// What a question about a control topic's state sees: the last offset, or nil for everything. Waits for what it
    /// names (`as_of`).
    func moment(of projection: any Projection, _ request: Request) async throws -> Offset? {
        guard let asOf = request.query["as_of"] else { return nil }
        if let position = Position(asOf) {
            guard position.partition == Partition(projection.topic, 0) else {
                throw Problem.invalid(
                    "This is as of a position of \(projection.topic)/0, and \(position) is none."
                )
            }
            try await platform.engine.reach(position)
            return position.offset
        }
        guard let instant = Instant(rfc3339: asOf) else {
            throw Problem.invalid(
                "as_of takes a position (\(projection.topic)/0@12) or an instant (2026-01-31T12:00:00Z), and not `\(asOf)`."
            )
        }
        let tables = TableReader(
            platform.store,
            family: projection.family,
            shelf: projection.shelf(of: 0)
        )
        return try Arbiter.offset(asOf: instant, in: tables)
    }
}

/// Has every answer wait for what the caller has seen: the position in `Tributary-At-Least`.
struct AtLeastMiddleware: RouterMiddleware {
    let platform: Platform

    func handle(
        _ request: Request,
        context: BasicRequestContext,
        next: @concurrent (Request, BasicRequestContext) async throws -> Response
    ) async throws -> Response {
        if let text = request.headers[.atLeast] {
            guard let position = Position(text) else {
                throw Problem.invalid(
                    "Tributary-At-Least takes a position such as tributary.streams/0@12, and not `\(text)`."
                )
            }
            try await platform.engine.reach(position)
        }
        return try await next(request, context)
    }
}

extension JSONValue {
    /// A member that is a time; nil where it is not there, or null.
    func instant(_ name: String, pointer: String? = nil) throws -> Instant? {
        guard let value = self[name], !value.isNull else { return nil }
        guard let instant = value.string.flatMap({ Instant(rfc3339: $0) }) else {
            throw Problem.invalid(
                "`\(name)` is \(value.phrase): write an RFC 3339 time with an offset, such as 2013-03-30T00:00:00-04:00.",
                pointer: pointer ?? "/\(name)"
            )
        }
        return instant
    }
}

extension Problem {
    static func invalid(_ detail: String, pointer: String? = nil) -> Problem {
        Problem("invalid", "The request makes no sense", .badRequest, detail, pointer: pointer)
    }

    static func malformed(_ detail: String, pointer: String? = nil) -> Problem {
        Problem(
            "malformed",
            "The body is not what this route takes",
            .badRequest,
            detail,
            pointer: pointer
        )
    }
}
