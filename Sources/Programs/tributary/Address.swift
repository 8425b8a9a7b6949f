import ArgumentParser
import Glibc
import HTTP
import ServiceLifecycle
import UnixSignals

/// `HOST:PORT`.
enum Address {
    static func parse(_ text: String, option: String) throws -> (host: String, port: Int) {
        guard let colon = text.lastIndex(of: ":"),
            let port = UInt16(text[text.index(after: colon)...]),
            colon > text.startIndex
        else { throw ValidationError("\(option) takes HOST:PORT, and not `\(text)`.") }
        return (String(text[..<colon]), Int(port))
    }

    /// Other addresses are refused: whoever reaches the port may do everything.
    static func loopback(_ text: String, option: String) throws -> (host: String, port: Int) {
        let place = try parse(text, option: option)
        guard Loopback.contains(place.host) else {
            throw Failure.refused(
                "refused: \(option) \(text) is not loopback, and there is no access control yet. Use 127.0.0.1 and a tunnel."
            )
        }
        return place
    }
}

enum Signals {
    /// Returns at the first SIGTERM or SIGINT.
    static func untilAskedToStop() async {
        let signals = await UnixSignalsSequence(trapping: .sigterm, .sigint)
        for await _ in signals { return }
    }
}

func makeFolder(_ path: String) throws {
    guard mkdir(path, 0o755) != 0, errno != EEXIST else { return }
    throw Failure.refused(
        "refused: the folder \(path) cannot be made: \(String(cString: strerror(errno)))"
    )
}

/// What the ground throws, as a refusal that says what was being done.
func refusing<Result>(_ doing: String, _ body: () throws -> Result) throws -> Result {
    do {
        return try body()
    } catch {
        throw Failure.refused("refused: \(doing): \(error)")
    }
}
