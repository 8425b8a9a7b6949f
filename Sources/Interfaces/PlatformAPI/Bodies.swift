internal import HTTPTypes
internal import Hummingbird
internal import NIOCore
internal import Synchronization

/// The connection broke, or was cut, before the whole request was there.
struct BrokenRequest: Error {}

/// What one request holds of the memory that all bodies share.
final class BodyAllowance: Sendable {
    @TaskLocal static var current: BodyAllowance?

    let traffic: Traffic
    private let taken = Mutex(0)

    init(of traffic: Traffic) { self.traffic = traffic }

    func take(_ bytes: Int) throws(Problem) {
        guard traffic.take(bytes: bytes) else {
            traffic.refused(.bytesInFlight)
            throw Problem(
                "busy",
                "Too much at once",
                .serviceUnavailable,
                "The bodies of all requests hold \(traffic.limits.bytesInFlight) bytes at most, and there is no room: ask again.",
                retryAfterSeconds: 1
            )
        }
        taken.withLock { $0 += bytes }
    }

    func giveBack() {
        let bytes = taken.withLock { taken in
            defer { taken = 0 }
            return taken
        }
        traffic.giveBack(bytes: bytes)
    }
}

/// Gives the body of a request its part of the memory that all bodies share, until it is answered.
struct BodyMiddleware: RouterMiddleware {
    let traffic: Traffic

    func handle(
        _ request: Request,
        context: BasicRequestContext,
        next: @concurrent (Request, BasicRequestContext) async throws -> Response
    ) async throws -> Response {
        let allowance = BodyAllowance(of: traffic)
        defer { allowance.giveBack() }
        return try await BodyAllowance.$current.withValue(allowance) {
            try await next(request, context)
        }
    }
}

extension Request {
    /// The whole body, unpacked. What is too long is not read to its end.
    func collectedBody() async throws -> [UInt8] {
        let allowance = BodyAllowance.current
        let limit = (allowance?.traffic.limits ?? HTTPLimits()).bodyBytes(of: uri.path)
        var bytes: [UInt8] = []
        for try await piece in body {
            guard bytes.count + piece.readableBytes <= limit else {
                allowance?.traffic.refused(.longBodies)
                throw Problem.tooLarge(limit)
            }
            try allowance?.take(piece.readableBytes)
            bytes.append(contentsOf: piece.readableBytesView)
        }
        // The pieces end with the connection too, and half a body is none.
        if let length = headers[.contentLength], Int(length) != bytes.count {
            throw BrokenRequest()
        }
        return bytes
    }
}
