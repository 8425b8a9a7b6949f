import ArgumentParser
import Foundation

/// What is wrong, all of it: whoever mends a contract wants to see everything at once.
struct Problems {
    private var lines: [String] = []

    mutating func add(_ place: String, _ message: String) { lines.append("\(place): \(message)") }

    var isEmpty: Bool { lines.isEmpty }

    /// Prints the problems and ends with exit code 1, if there are any.
    func report() throws {
        guard !lines.isEmpty else { return }
        let count = lines.count == 1 ? "1 problem" : "\(lines.count) problems"
        let text = (lines + [count]).joined(separator: "\n") + "\n"
        FileHandle.standardError.write(Data(text.utf8))
        throw ExitCode(1)
    }
}
