import HTTPTypes
import Hummingbird
import JSON
import NIOCore

@testable import HTTP

extension Door {
    /// What a command of the door answers, without a socket between.
    func ask(
        _ command: String,
        _ arguments: [String: Substring],
        _ body: JSONValue = .null
    ) async throws -> JSONValue {
        guard let command = commands.first(where: { $0.name == command }) else {
            preconditionFailure("The door has such a command.")
        }
        let request = Request(
            head: HTTPRequest(method: command.method, scheme: nil, authority: nil, path: "/"),
            body: RequestBody(buffer: ByteBuffer(bytes: try body.bytes()))
        )
        let response = try await command.run(Call(request, arguments))
        let collected = Collected()
        try await response.body.write(collected)
        return try JSONValue(parsing: collected.bytes)
    }
}

private final class Collected: ResponseBodyWriter {
    private(set) var bytes: [UInt8] = []
    func write(_ buffer: ByteBuffer) { bytes += buffer.readableBytesView }
    func finish(_: HTTPFields?) {}
}
