import Foundation
import SwiftProtobuf

/// Three numbers, in the order that releases follow each other.
struct ReleaseVersion: Comparable {
    var numbers: [Int]

    init?(_ text: String) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        let numbers = parts.compactMap { Int($0) }
        guard parts.count == 3, numbers.count == 3,
            numbers.map(String.init) == parts.map(String.init),
            numbers.allSatisfy({ $0 >= 0 })
        else { return nil }
        self.numbers = numbers
    }

    static func < (one: ReleaseVersion, other: ReleaseVersion) -> Bool {
        one.numbers.lexicographicallyPrecedes(other.numbers)
    }
}

extension ReleaseVersion: CustomStringConvertible {
    var description: String { numbers.map(String.init).joined(separator: ".") }
}

extension Workplace {
    /// Every release, the oldest first.
    func releases() throws -> [ReleaseVersion] {
        guard FileManager.default.fileExists(atPath: released.path) else { return [] }
        return try FileManager.default.contentsOfDirectory(atPath: released.path)
            .compactMap(ReleaseVersion.init).sorted()
    }

    func compareWithReleases(_ contract: Contract, _ problems: inout Problems) throws {
        for version in try releases() {
            try compareMessages(contract, with: version, &problems)
            try compareTopics(contract, with: version, &problems)
        }
    }

    private func compareMessages(
        _ contract: Contract,
        with version: ReleaseVersion,
        _ problems: inout Problems
    ) throws {
        let folder = released.appendingPathComponent("\(version)")
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
            .filter { $0.hasSuffix(".desc") }.sorted()
        for name in names {
            let bytes = try Data(contentsOf: folder.appendingPathComponent(name))
            for old in try Google_Protobuf_FileDescriptorSet(serializedBytes: bytes).file {
                guard let new = contract.files.first(where: { $0.name == old.name }) else {
                    problems.add("Topics/\(old.name)", "the file is gone; \(version) has it")
                    continue
                }
                Compatibility(version: "\(version)", file: "Topics/\(old.name)")
                    .compare(old, with: new, &problems)
            }
        }
    }

    /// A topic stays what it was created as: its partitions carry its order, its retention its
    /// history.
    private func compareTopics(
        _ contract: Contract,
        with version: ReleaseVersion,
        _ problems: inout Problems
    ) throws {
        let file = "Topics/topics.yaml"
        let path = "Topics/Released/\(version)/topics.yaml"
        guard let text = try text(at: path) else {
            problems.add(path, "the file is gone")
            return
        }
        for old in TopicList(text, file: path, &problems).entries {
            guard let new = contract.topics.first(where: { $0.name == old.name }) else {
                problems.add(file, "the topic \(old.name) is gone; \(version) has it")
                continue
            }
            let changes: [(name: String, old: String, new: String)] = [
                ("plane", old.plane.rawValue, new.plane.rawValue),
                ("partitions", "\(old.partitions)", "\(new.partitions)"),
                ("retention", "\(old.retention)", "\(new.retention)"),
                ("message", old.message, new.message),
            ]
            for change in changes where change.old != change.new {
                problems.add(
                    file,
                    "\(old.name): `\(change.name)` is \(change.new); it was released as \(change.old) in \(version)"
                )
            }
        }
    }

    /// Without comments, so that a better sentence later changes nothing that is frozen.
    func freeze(_ contract: Contract, as version: String, _ problems: inout Problems) throws {
        let folder = "Topics/Released/\(version)"
        guard !FileManager.default.fileExists(atPath: root.appendingPathComponent(folder).path)
        else {
            problems.add(folder, "was released already, and what is frozen stays")
            return
        }
        for file in try protoc.files() {
            let name = file.dropLast(".proto".count) + ".desc"
            try write(try protoc.describe([file], withComments: false), to: "\(folder)/\(name)")
        }
        let list = try Data(contentsOf: topics.appendingPathComponent("topics.yaml"))
        try write(list, to: "\(folder)/topics.yaml")
    }
}
