import Bytes
import Glibc
import Synchronization

/// Lines for the operator: on standard error with the time, and the latest kept for `status`.
final class Notices: Sendable {
    private static let kept = 50
    private let lines = Mutex<[String]>([])

    func add(_ line: String) {
        let stamped = "\(SystemClock().now().rfc3339) \(line)"
        lines.withLock { lines in
            lines.append(stamped)
            if lines.count > Self.kept { lines.removeFirst() }
        }
        printError(stamped)
    }

    var latest: [String] { lines.withLock { $0 } }
}
