import Foundation

/// The Protobuf compiler, run on the files of the contract.
struct Protoc {
    /// Why it gave nothing; the text is its own.
    struct Failure: Error, CustomStringConvertible {
        var description: String
    }

    /// The folder that imports are looked up in.
    var folder: URL

    /// Every `.proto` file of the folder, in the order of their names.
    func files() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.path)
            .filter { $0.hasSuffix(".proto") }.sorted()
    }

    /// The descriptor set of some files, with or without the comments.
    func describe(_ files: [String], withComments: Bool) throws -> Data {
        try inTemporaryFolder { temporary in
            let output = temporary.appendingPathComponent("set.desc")
            try run(
                ["--descriptor_set_out=\(output.path)"]
                    + (withComments ? ["--include_source_info"] : [])
                    + files
            )
            return try Data(contentsOf: output)
        }
    }

    /// The Swift code of each file, by the name of the Swift file.
    func generate(_ files: [String], plugin: String) throws -> [(name: String, code: Data)] {
        try inTemporaryFolder { temporary in
            try run(
                [
                    "--plugin=protoc-gen-swift=\(plugin)", "--swift_out=\(temporary.path)",
                    "--swift_opt=Visibility=Public", "--swift_opt=UseAccessLevelOnImports=true",
                ] + files
            )
            return try files.map { file in
                let name = Self.swiftName(of: file)
                return (name, try Data(contentsOf: temporary.appendingPathComponent(name)))
            }
        }
    }

    /// `streams.pb.swift` of `streams.proto`.
    static func swiftName(of file: String) -> String { file.dropLast(".proto".count) + ".pb.swift" }

    private func run(_ arguments: [String]) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["protoc", "--proto_path=\(folder.path)"] + arguments
        let errors = Pipe()
        process.standardError = errors
        try process.run()
        let text = String(
            decoding: errors.fileHandleForReading.readDataToEndOfFile(),
            as: UTF8.self
        )
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw Failure(
                description: text.isEmpty ? "protoc ended with \(process.terminationStatus)" : text
            )
        }
    }

    private func inTemporaryFolder<Result>(_ body: (URL) throws -> Result) throws -> Result {
        let temporary = FileManager.default.temporaryDirectory.appendingPathComponent(
            UUID().uuidString
        )
        try FileManager.default.createDirectory(at: temporary, withIntermediateDirectories: true)
        let result = Swift.Result { try body(temporary) }
        try FileManager.default.removeItem(at: temporary)
        return try result.get()
    }
}
