public import Engine
internal import HTTPTypes
public import Hummingbird
internal import Logs

/// All doors of a server together: answers every request that comes in.
public struct Site: HTTPResponder {
    public let routes: RouteTable
    let doors: [any Door]
    let engine: Engine
    let traffic: Traffic

    /// `release`: Of the server.
    public init(_ doors: [any Door], release: String, engine: Engine, traffic: Traffic) {
        self.doors = doors + [Description(others: doors, release: release)]
        self.engine = engine
        self.traffic = traffic
        routes = RouteTable(self.doors)
    }

    var gatekeeper: Gatekeeper { Gatekeeper(routes: routes, limits: traffic.limits) }

    public func respond(to request: Request, context: BasicRequestContext) async throws -> Response
    {
        var response: Response
        do {
            response = try await answer(request)
        } catch {
            response = problem(of: error).response(in: routes.manner(of: request.uri.path))
        }
        // What answers HEAD has the headers of the answer to GET and no body (RFC 9110, 9.3.2).
        if request.method == .head { response = response.withoutBody }
        return response
    }

    private func answer(_ request: Request) async throws -> Response {
        try gatekeeper.check(request.head)
        if request.method == .options, let allowed = gatekeeper.allowed(request.head) {
            return Response(status: .noContent, headers: [.allow: allowed])
        }
        let found = routes.find(request.method, request.uri.path)
        // What would be answered from is not all there before.
        if found?.command.isOpen != true, let why = engine.whyNotStarted {
            throw PlatformError.unavailable(why)
        }
        guard let (command, arguments) = found else { throw Problem.noSuchRoute }
        // The body has its part of the memory that all bodies share, until it is answered.
        let allowance = BodyAllowance(of: traffic, limit: command.body.limit(traffic.limits))
        defer { allowance.giveBack() }
        return try await BodyAllowance.$current.withValue(allowance) {
            try await reach(request)
            return try await command.run(Call(request, arguments))
        }
    }

    /// Has every answer wait for what the caller has seen: the position in `Tributary-At-Least`.
    private func reach(_ request: Request) async throws {
        guard let text = request.headers[.atLeast] else { return }
        guard let position = Position(text) else {
            throw Problem.invalid(
                "Tributary-At-Least takes a position such as tributary.streams/0@12, and not `\(text)`."
            )
        }
        try await engine.reach(position)
    }

    /// The one place where errors become answers.
    func problem(of error: any Error) -> Problem {
        for door in doors {
            if let problem = door.problem(of: error) { return problem }
        }
        return Problem(error)
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
