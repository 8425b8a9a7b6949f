internal import Engine
internal import Hummingbird
internal import Platform

/// Answers for a platform that has not begun yet, and says what it waits for: what it would answer from is not all there.
struct StartMiddleware: RouterMiddleware {
    let platform: Platform

    /// What is there from the first moment on.
    private static let open = ["/health/", "/v2/health/", "/schemas/", "/api/v1/status"]

    func handle(
        _ request: Request,
        context: BasicRequestContext,
        next: @concurrent (Request, BasicRequestContext) async throws -> Response
    ) async throws -> Response {
        if let why = platform.engine.whyNotStarted,
            !Self.open.contains(where: { request.uri.path.hasPrefix($0) })
        {
            throw PlatformError.unavailable(why)
        }
        return try await next(request, context)
    }
}
