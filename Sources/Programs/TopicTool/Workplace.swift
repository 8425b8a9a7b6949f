import Foundation
import SwiftProtobuf

/// The folders that the contract is read from and that the results go to.
struct Workplace {
    var root: URL

    var topics: URL { root.appendingPathComponent("Topics") }
    var released: URL { topics.appendingPathComponent("Released") }
    var protoc: Protoc { Protoc(folder: topics) }

    /// The contract, with what is wrong in it; nil where it cannot be read at all.
    func readContract(_ problems: inout Problems) -> Contract? {
        do {
            let files = try protoc.files()
            let list = Array(try Data(contentsOf: topics.appendingPathComponent("topics.yaml")))
            let set = try Google_Protobuf_FileDescriptorSet(
                serializedBytes: try protoc.describe(files, withComments: true)
            )
            let topicList = TopicList(
                String(decoding: list, as: UTF8.self),
                file: "Topics/topics.yaml",
                &problems
            )
            let contract = Contract(
                topics: topicList.entries,
                files: set.file.sorted { $0.name < $1.name },
                sources: [("topics.yaml", list)]
                    + (try files.map {
                        ($0, Array(try Data(contentsOf: topics.appendingPathComponent($0))))
                    })
            )
            ContractRules(contract: contract).check(&problems)
            return contract
        } catch let failure as Protoc.Failure {
            problems.add("Topics", "protoc refuses the messages:\n\(failure)")
        } catch {
            problems.add("Topics", "the contract cannot be read: \(error.localizedDescription)")
        }
        return nil
    }

    /// A text below the root; nil where there is no such file.
    func text(at path: String) throws -> String? {
        let file = root.appendingPathComponent(path)
        guard FileManager.default.fileExists(atPath: file.path) else { return nil }
        return String(decoding: try Data(contentsOf: file), as: UTF8.self)
    }

    func write(_ bytes: Data, to path: String) throws {
        let file = root.appendingPathComponent(path)
        try FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(),
            withIntermediateDirectories: true
        )
        try bytes.write(to: file, options: .atomic)
    }
}
