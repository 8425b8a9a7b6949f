import Bytes
import Foundation
import SwiftProtobuf

extension Workplace {
    /// Everything that is made from the contract, apart from what protoc makes.
    private func documents(_ contract: Contract) throws -> [(path: String, text: String)] {
        let newest = try releases().last.map { "\($0)" } ?? "0.0.0"
        return [
            ("Docs/Topics.md", TopicsPage(contract: contract).text),
            (
                "Docs/asyncapi.json",
                try AsyncAPIDocument(contract: contract, version: newest).text()
            ),
            ("Sources/Events/Generated/Topics.swift", SwiftTable(contract: contract).text),
            (
                "Sources/Events/Generated/LaterRelease.swift",
                LaterReleaseCode(contract: contract).text
            ),
            ("Sources/Events/Generated/Contract.swift", try contractCode(contract)),
        ]
    }

    /// Writes what has changed, and says what that is.
    func writeDocuments(_ contract: Contract) throws -> [String] {
        var written: [String] = []
        for (path, expected) in try documents(contract) where try text(at: path) != expected {
            try write(Data(expected.utf8), to: path)
            written.append(path)
        }
        return written
    }

    func compareWithGenerated(_ contract: Contract, _ problems: inout Problems) throws {
        try checkMessages(contract, &problems)
        for (path, expected) in try documents(contract) where try text(at: path) != expected {
            problems.add(path, "is not what the contract gives; run `TopicTool write`")
        }
    }

    func generateMessages(_ contract: Contract, plugin: String) throws {
        for (name, code) in try protoc.generate(contract.files.map(\.name), plugin: plugin) {
            try write(code, to: "Sources/Events/Generated/\(name)")
        }
    }

    /// Whether each generated file is the one that was made from its `.proto` file as it stands.
    /// Their digests stand side by side in Contract.swift, so that this can be told without the
    /// generator.
    func checkMessages(_ contract: Contract, _ problems: inout Problems) throws {
        let recorded = try text(at: "Sources/Events/Generated/Contract.swift") ?? ""
        for file in contract.files.map(\.name)
        where !recorded.contains(try pairing(of: file, contract)) {
            problems.add(
                "Sources/Events/Generated/\(Protoc.swiftName(of: file))",
                "was not made from Topics/\(file) as it stands; run `TopicTool write --plugin PATH` with the"
                    + " protoc-gen-swift of swift-protobuf"
            )
        }
    }

    /// The digests of a message file and of its code; a file that is missing has the digest of no
    /// bytes.
    private func pairing(of file: String, _ contract: Contract) throws -> String {
        let name = Protoc.swiftName(of: file)
        let code = try text(at: "Sources/Events/Generated/\(name)") ?? ""
        let source = contract.sources.first { $0.name == file }?.bytes ?? []
        return """
            // \(file) \(Digest(of: source).hex)
            // \(name) \(Digest(of: Array(code.utf8)).hex)

            """
    }

    private func contractCode(_ contract: Contract) throws -> String {
        """
        // Made by `TopicTool write` from Topics/. Do not edit.
        // swift-format-ignore-file

        /// The contract that this code was made from.
        public enum Contract {
            /// SHA-256 over Topics/topics.yaml and the messages beside it.
            public static let digest = "\(contract.digest.hex)"
        }

        // Each message file, and the code that was made from it:

        """ + (try contract.files.map { try pairing(of: $0.name, contract) }.joined())
    }
}
