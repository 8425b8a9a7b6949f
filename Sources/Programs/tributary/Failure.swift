import ArgumentParser
import Glibc
import JSON

/// Why a command did not do what it was asked for.
enum Failure: Error, CustomStringConvertible {
    /// With the problem that the server answered, where it did.
    case refused(String, JSONValue? = nil)
    case noServer(String)
    case outcomeUnknown(String)

    var exitCode: Int32 {
        switch self {
        case .refused: 1
        case .noServer: 3
        case .outcomeUnknown: 4
        }
    }

    var description: String {
        switch self {
        case .refused(let why, _): why
        case .noServer(let why): why
        case .outcomeUnknown(let why): "outcome unknown: \(why)"
        }
    }

    /// The same for programs: what the server answered, or an object of the same members.
    var problem: JSONValue {
        switch self {
        case .refused(_, let problem?): problem
        case .refused(let why, nil):
            .problem("refused", "Refused", why.hasPrefix("refused: ") ? "\(why.dropFirst(9))" : why)
        case .noServer(let why): .problem("noServer", "No server answers", why)
        case .outcomeUnknown(let why):
            .problem("outcomeUnknown", "It may or may not have been done", why)
        }
    }
}

extension JSONValue {
    static func problem(_ type: String, _ title: String, _ detail: String) -> JSONValue {
        ["type": .string(type), "title": .string(title), "detail": .string(detail)]
    }
}

extension Tributary {
    static func exit(withStatus status: Int32) -> Never {
        fflush(nil)
        return Glibc.exit(status)
    }
}

/// Whoever reads the output through a pipe sees it at once.
func flushOutput() { fflush(nil) }

func printError(_ text: String) {
    fflush(nil)
    var line = text + "\n"
    line.withUTF8 { _ = write(STDERR_FILENO, $0.baseAddress, $0.count) }
}
