import ArgumentParser
import Glibc

/// Why a command did not do what it was asked for.
enum Failure: Error, CustomStringConvertible {
    case refused(String)
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
        case .refused(let why): why
        case .noServer(let why): why
        case .outcomeUnknown(let why): "outcome unknown: \(why)"
        }
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
