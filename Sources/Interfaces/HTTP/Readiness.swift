public import Engine
public import Hummingbird
internal import JSON

extension Response {
    /// Whether anything keeps the server from being ready, and what.
    public static func ready(_ reasons: [NotReady]) -> Response {
        .json(
            [
                "ready": .bool(reasons.isEmpty),
                "reasons": .array(reasons.map { .string($0.description) }),
            ],
            status: reasons.isEmpty ? .ok : .serviceUnavailable
        )
    }

    public static var live: Response { .json(["live": true]) }
}
