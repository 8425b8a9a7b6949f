import Engine
import Events
import HTTP
import HTTPTypes
import Hummingbird
import JSON
import Logs
import Platform
import SwiftProtobuf

/// Asks that it be known who has read a notice.
struct AcknowledgeNotice {
    var name: String
    var reader: String

    /// Returns: Nil where that is known already.
    func decide(
        given notice: NoticeCatalog.Entry?,
        readBy readers: [String]
    ) throws(Refusal) -> NoticeEvent? {
        guard notice != nil else { throw .unknownNotice(name) }
        guard !readers.contains(reader) else { return nil }
        return .with {
            $0.acknowledged = .with {
                $0.name = name
                $0.reader = reader
            }
        }
    }

    enum Refusal: DomainRefusal {
        case unknownNotice(String)

        var isUnknown: Bool { true }
        var description: String {
            switch self {
            case .unknownNotice(let name):
                "there is no Notice \(name). `tributary get notice` lists those there are"
            }
        }
    }
}

/// The command as it is asked for over HTTP.
struct NoticeCommands: Door {
    let platform: Platform

    var name: String { "Notices" }

    var commands: [Command] {
        [
            Command(
                "notices.acknowledge",
                .post,
                "/api/v1/notices/{name}/acknowledge",
                "says that a notice was read",
                .decides,
                [
                    .path("name", "The notice.", example: "late-planes"),
                    .body("reader", "Who has read it.", isRequired: true),
                ],
                example: ["reader": "ada"],
                errors: [.notFound]
            ) { call in
                try await acknowledge(call.name, call.request)
            }
        ]
    }

    private func acknowledge(_ name: String, _ request: Request) async throws -> Response {
        let body = try await request.collectedBody()
        guard let reader = try JSONValue(body: body[...])["reader"]?.string else {
            throw Problem.malformed("Send {\"reader\": \"ada\"}.", pointer: "/reader")
        }
        let command = AcknowledgeNotice(name: name, reader: reader)
        let effect = try await platform.engine.execute(
            try request.caller(route: "acknowledge Notice \(name)", body: body),
            on: name,
            of: NoticeCatalog()
        ) { state, _ in
            try refusing {
                try command.decide(
                    given: try NoticeKind.entry(name, in: state),
                    readBy: try NoticeKind.readers(of: name, in: state)
                )
            }
        }
        var response = Response.json(["name": .string(name), "reader": .string(reader)])
        response.headers[.position] = effect.position?.description
        return response
    }
}
