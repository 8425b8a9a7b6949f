import Events
import HTTP
import Hummingbird
import JSON
import Platform

/// A door of its own: what people should know of a stream, in another form than the platform's.
struct NoticeBoard: Door {
    let platform: Platform

    var name: String { "Board" }

    var manner: Manner? {
        Manner(root: "board", contentType: "application/json", form: .json) { problem in
            ["sorry": .string(problem.detail)]
        }
    }

    var commands: [Command] {
        [
            Command(
                "board.read",
                .get,
                "/board/{stream}",
                "the notices about a stream",
                .reads,
                [.path("stream", "The stream.", example: "planes")],
                errors: [.notFound]
            ) { call in
                let texts = try NoticeKind.entries(in: platform.store)
                    .compactMap(\.entry.served.definition)
                    .filter { $0.stream == call["stream"] }
                    .map { JSONValue.string($0.text) }
                guard !texts.isEmpty else {
                    throw Problem.notFound("nothing is on the board about \(call["stream"])")
                }
                return .json(["about": .string(call["stream"]), "notices": .array(texts)])
            }
        ]
    }
}
