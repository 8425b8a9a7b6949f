import ArgumentParser
import Bytes
import Documents
import Glibc
import JSON
import Synchronization

/// Lines for the operator: on standard error with the time, and the latest kept for `status`.
final class Notices: Sendable {
    private static let kept = 50
    private let lines = Mutex<[String]>([])
    private let options: NoticeOptions

    init(_ options: NoticeOptions = NoticeOptions()) { self.options = options }

    func add(_ line: String, _ level: NoticeLevel = .info) {
        let time = SystemClock().now().rfc3339
        lines.withLock { lines in
            lines.append("\(time) \(line)")
            if lines.count > Self.kept { lines.removeFirst() }
        }
        guard level >= options.logLevel else { return }
        switch options.logFormat {
        case .text: printError("\(time) \(line)")
        case .json:
            let value: JSONValue = [
                "time": .string(time), "level": .string(level.rawValue), "message": .string(line),
            ]
            printError(value.canonicalText)
        }
    }

    var latest: [String] { lines.withLock { $0 } }
}

/// How much a line matters.
enum NoticeLevel: String, CaseIterable, Comparable, ExpressibleByArgument, Sendable {
    /// Something happened.
    case info
    /// Somebody should do something.
    case warning
    /// The server cannot go on as it should.
    case error

    static func < (one: NoticeLevel, other: NoticeLevel) -> Bool {
        (allCases.firstIndex(of: one) ?? 0) < (allCases.firstIndex(of: other) ?? 0)
    }
}

/// What the lines on standard error look like.
struct NoticeOptions: ParsableArguments, Sendable {
    enum Format: String, CaseIterable, ExpressibleByArgument, Sendable {
        case text, json
    }

    @Option(help: "Lines on standard error: text, or json with time, level and message.")
    var logFormat = Format.text

    @Option(help: "The least level of them: info, warning or error.")
    var logLevel = NoticeLevel.info
}
