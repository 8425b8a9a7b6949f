import ArgumentParser
import Foundation
import JSON

struct Apply: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Makes resources as the files say: all of them, or none.",
        discussion: "Example: tributary apply Deploy/Demo"
    )

    @Argument(help: "YAML files, and folders of them; - is standard input.")
    var files: [String] = []

    @Option(
        name: [.customShort("f"), .customLong("file")],
        help: "A file or folder, as other programs take it; it may be given several times."
    )
    var named: [String] = []

    @Flag(help: "Only say what would be done.")
    var dryRun = false

    @OptionGroup var output: OutputOptions
    @OptionGroup var change: ChangeOptions

    func validate() throws {
        guard !(files + named).isEmpty else {
            throw ValidationError("Name a YAML file, a folder of them, or - for standard input.")
        }
    }

    func run() async throws {
        let files = files + named
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
                    try Self.isStandardInput(path)
                        ? standardInput()
                        : refusing("reading \(path)") {
                            try String(contentsOfFile: path, encoding: .utf8)
                        }
                ),
            ]
        }
        let answer = try await change.ask(
            .POST,
            "/api/v1/apply",
            body: ["files": .array(texts), "dryRun": .bool(dryRun)],
            to: "apply \(counted(sources.count, "file"))"
        )
        try output.show(answer) { answer in
            let results = answer["results"]?.array ?? []
            printTable(
                results.map { result in
                    ["kind", "name", "action", "note"].map { result[$0]?.plain ?? "" }
                }
            )
            for result in results {
                for note in result["notes"]?.array ?? [] {
                    print(
                        "note: \(result["kind"]?.plain ?? "") \(result["name"]?.plain ?? ""): \(note.plain)"
                    )
                }
            }
        }
    }

    private static func isStandardInput(_ path: String) -> Bool {
        ["-", "/dev/stdin"].contains(path)
    }

    private func standardInput() throws -> String {
        if isatty(STDIN_FILENO) == 1 {
            printError("reading resources from standard input; Ctrl-D ends it")
        }
        let bytes = try refusing("reading standard input") {
            try FileHandle.standardInput.readToEnd() ?? Data()
        }
        guard let text = String(data: bytes, encoding: .utf8) else {
            throw Failure.refused("refused: standard input is no UTF-8")
        }
        return text
    }

    private func yamlFiles(_ path: String) throws -> [String] {
        if Self.isStandardInput(path) { return [path] }
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
