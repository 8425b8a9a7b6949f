import ArgumentParser
import Foundation
import JSON

struct Apply: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Makes resources as the files say: all of them, or none.",
        discussion: "Example: tributary apply Deploy/Demo"
    )

    @Argument(help: "YAML files, and folders of them.")
    var files: [String]

    @Flag(help: "Only say what would be done.")
    var dryRun = false

    @OptionGroup var change: ChangeOptions

    func run() async throws {
        let sources = try files.flatMap(yamlFiles)
        guard !sources.isEmpty else {
            throw Failure.refused(
                "refused: there is no .yaml file in \(files.joined(separator: ", "))"
            )
        }
        let texts: [JSONValue] = try sources.map { path in
            [
                "name": .string(path),
                "text": .string(
                    try refusing("reading \(path)") {
                        try String(contentsOfFile: path, encoding: .utf8)
                    }
                ),
            ]
        }
        let answer = try await change.ask(
            .POST,
            "/api/v1/apply",
            body: ["files": .array(texts), "dryRun": .bool(dryRun)]
        )
        printTable(
            (answer["results"]?.array ?? []).map { result in
                ["kind", "name", "action", "note"].map { result[$0]?.plain ?? "" }
            }
        )
    }

    private func yamlFiles(_ path: String) throws -> [String] {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
            throw Failure.refused("refused: there is no \(path)")
        }
        guard isFolder.boolValue else { return [path] }
        return try refusing("reading the folder \(path)") {
            try FileManager.default.contentsOfDirectory(atPath: path)
        }
        .filter { $0.hasSuffix(".yaml") || $0.hasSuffix(".yml") }.sorted().map { "\(path)/\($0)" }
    }
}
