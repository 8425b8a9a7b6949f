import Foundation
import Testing

/// A copy of the contract in a folder of its own, to be changed and checked.
struct Repository: ~Copyable {
    let folder: URL

    init() throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        for path in ["Topics", "Docs/Topics.md", "Docs/asyncapi.json", "Sources/Events/Generated"] {
            let copy = folder.appendingPathComponent(path)
            try FileManager.default.createDirectory(
                at: copy.deletingLastPathComponent(),
                withIntermediateDirectories: true
            )
            try FileManager.default.copyItem(at: Self.root.appendingPathComponent(path), to: copy)
        }
    }

    deinit {
        do {
            try FileManager.default.removeItem(at: folder)
        } catch {
            Issue.record("\(folder.path) is left over: \(error)")
        }
    }

    /// Writes `replacement` over the one place where `text` stands.
    func edit(_ path: String, _ text: String, _ replacement: String) throws {
        let file = folder.appendingPathComponent(path)
        let content = try String(contentsOf: file, encoding: .utf8)
        try #require(
            content.components(separatedBy: text).count == 2,
            "`\(text)` stands once in \(path)"
        )
        try content.replacingOccurrences(of: text, with: replacement)
            .write(to: file, atomically: true, encoding: .utf8)
    }

    func text(_ path: String) throws -> String {
        try String(contentsOf: folder.appendingPathComponent(path), encoding: .utf8)
    }

    func remove(_ path: String) throws {
        try FileManager.default.removeItem(at: folder.appendingPathComponent(path))
    }

    /// Runs TopicTool on the copy; what it printed, and how it ended.
    func run(_ arguments: String...) throws -> (status: Int32, output: String) {
        let process = Process()
        process.executableURL = try Self.tool()
        process.arguments = arguments + ["--root", folder.path]
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = pipe
        try process.run()
        let output = String(
            decoding: pipe.fileHandleForReading.readDataToEndOfFile(),
            as: UTF8.self
        )
        process.waitUntilExit()
        return (process.terminationStatus, output)
    }

    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent()
        .deletingLastPathComponent()

    /// TopicTool as it was built together with these tests.
    private static func tool() throws -> URL {
        let beside = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
        let places = [
            beside, root.appendingPathComponent(".build/debug"),
            root.appendingPathComponent(".build/release"),
        ]
        .map { $0.appendingPathComponent("TopicTool") }
        return try #require(
            places.first { FileManager.default.isExecutableFile(atPath: $0.path) },
            "TopicTool is built with the package; build it before these tests."
        )
    }
}
