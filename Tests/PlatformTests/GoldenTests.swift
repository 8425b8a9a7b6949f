import Bytes
import Events
import Foundation
import JSON
import Logs
import Platform
import Projections
import Store
import SwiftProtobuf
import Testing

/// A log that was frozen with the release, and the digests that it gave then. A later release gives
/// the same, or raises the fold version of the projection that differs.
///
/// Both files are written once, by this test with `TRIBUTARY_WRITE_GOLDEN` in the environment.
@Suite struct `The golden log of 0.1.0` {
    private static let folder = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().appending(path: "Golden")
    private static let logFile = folder.appending(path: "0.1.0.log")
    private static let digestFile = folder.appending(path: "digests.json")

    private func digests(of log: MemoryLog) throws -> [GoldenDigest] {
        let store = MemoryStore()
        for family in Platform.everyFamily { try store.open(family) }
        for (projection, partition) in try GoldenLog.seatings(of: log) {
            try Replay(projection, of: partition)
                .fold(
                    from: 0,
                    to: try log.bounds(of: partition).upperBound,
                    log: log,
                    into: store
                )
        }
        return try GoldenLog.digests(of: log, in: store)
    }

    @Test(.enabled(if: ProcessInfo.processInfo.environment["TRIBUTARY_WRITE_GOLDEN"] != nil))
    func `is written`() async throws {
        let log = try await GoldenLog.make(recordCount: 300, seed: 2_013)
        try Data(FrozenLog.text(of: log).utf8).write(to: Self.logFile)
        try write(try digests(of: log).map(\.json))
    }

    /// What a raised fold version gives is pinned beside what the former ones gave.
    @Test(.enabled(if: ProcessInfo.processInfo.environment["TRIBUTARY_PIN_GOLDEN"] != nil))
    func `is pinned for fold versions that were raised since`() async throws {
        let log = try await FrozenLog.read(String(contentsOf: Self.logFile, encoding: .utf8))
        let known = try pinned()
        let new = try digests(of: log).filter { digest in
            !known.contains { digest.isOfTheSame($0) && digest.isOfTheVersion($0) }
        }
        try write(known + new.map(\.json))
    }

    private func write(_ members: [JSONValue]) throws {
        let text = try JSONValue.array(members).text(.pretty) + "\n"
        try Data(text.utf8).write(to: Self.digestFile)
    }

    private func pinned() throws -> [JSONValue] {
        let text = try Data(contentsOf: Self.digestFile)
        return try #require(try JSONValue(parsing: Array(text)).array)
    }

    @Test func `holds every kind of fact that its release knew`() async throws {
        let log = try await FrozenLog.read(String(contentsOf: Self.logFile, encoding: .utf8))
        var found: Set<String> = []
        for topic in try log.topics() where topic.name.hasPrefix("tributary.") {
            for index in 0 ..< topic.partitions {
                for record in try log.records(of: Partition(topic.name, index)) {
                    if let type = record.text("ce_type") { found.insert(type) }
                }
            }
        }
        #expect(found == (try Self.released()))
    }

    /// The types of all facts in the contract that was frozen with the release.
    private static func released() throws -> Set<String> {
        let contract = folder.deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Topics/Released/0.1.0")
        var types: Set<String> = []
        for file in try FileManager.default.contentsOfDirectory(atPath: contract.path)
        where file.hasSuffix(".desc") {
            let bytes = try Data(contentsOf: contract.appending(path: file))
            for file in try Google_Protobuf_FileDescriptorSet(serializedBytes: bytes).file {
                for message in file.messageType where message.name.hasSuffix("Event") {
                    for fact in message.field where fact.hasOneofIndex {
                        let name = fact.typeName.split(separator: ".").last ?? ""
                        types.insert("\(file.package).\(name)")
                    }
                }
            }
        }
        return types
    }

    @Test func `is folded by a projection of every family`() async throws {
        let log = try await FrozenLog.read(String(contentsOf: Self.logFile, encoding: .utf8))
        let seated = try GoldenLog.seatings(of: log).map(\.projection.family)
        #expect(Set(seated) == Set(Platform.everyFamily))
    }

    @Test func `gives the digests it gave then, or those of a fold version that was raised since`()
        async throws
    {
        let log = try await FrozenLog.read(String(contentsOf: Self.logFile, encoding: .utf8))
        let pinned = try pinned()
        let found = try digests(of: log)
        #expect(found.count >= 10)
        for digest in found {
            let name = "\(digest.projection) on \(digest.partition)"
            let versions = pinned.filter { digest.isOfTheSame($0) }
            #expect(!versions.isEmpty, "\(name) is new, and pinned nowhere.")
            // Another fold version gives other rows, and is pinned with what it gives.
            let pin = try #require(
                versions.first { digest.isOfTheVersion($0) },
                "Fold version \(digest.foldVersion) of \(name) is pinned nowhere."
            )
            #expect(pin["generation"]?.string == digest.generation, "\(name)")
            #expect(pin["next"]?.integer == digest.next, "\(name)")
            #expect(pin["entries"]?.integer == digest.entries, "\(name)")
            #expect(pin["digest"]?.string == digest.digest, "\(name)")
        }
        for pin in pinned {
            #expect(found.contains { $0.isOfTheSame(pin) }, "\(pin) is folded by nobody any more.")
        }
    }
}

extension GoldenDigest {
    fileprivate var json: JSONValue {
        [
            "projection": .string(projection), "partition": .string(partition),
            "generation": .string(generation), "foldVersion": .integer(foldVersion),
            "next": .integer(next), "entries": .integer(entries), "digest": .string(digest),
        ]
    }

    fileprivate func isOfTheSame(_ pin: JSONValue) -> Bool {
        pin["projection"]?.string == projection && pin["partition"]?.string == partition
            && pin["generation"]?.string == generation
    }

    fileprivate func isOfTheVersion(_ pin: JSONValue) -> Bool {
        pin["foldVersion"]?.integer == foldVersion
    }
}

/// A log as text. A line is a topic with its partition count, or a record: partition, timestamp,
/// key, value and headers, tab by tab, in hexadecimal; `-` is null.
enum FrozenLog {
    static func text(of log: MemoryLog) throws -> String {
        var lines: [String] = []
        for topic in try log.topics() {
            lines.append("topic\t\(topic.name)\t\(topic.partitions)")
            for index in 0 ..< topic.partitions {
                for record in try log.records(of: Partition(topic.name, index)) {
                    var parts = ["\(index)", "\(record.timestamp.microseconds)"]
                    parts += [record.key, record.value].map { $0?.hex ?? "-" }
                    for header in record.headers {
                        parts.append("\(Array(header.name.utf8).hex)=\(header.value?.hex ?? "-")")
                    }
                    lines.append(parts.joined(separator: "\t"))
                }
            }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// A line that is none of a frozen log.
    struct Malformed: Error {
        var line: Substring
    }

    static func read(_ text: String) async throws -> MemoryLog {
        let log = memoryLog()
        let retentions = Dictionary(
            uniqueKeysWithValues: PlatformTopics.all.map { ($0.name, $0.retention) }
        )
        var topic = ""
        for line in text.split(separator: "\n") {
            let parts = line.split(separator: "\t", omittingEmptySubsequences: false)
            if parts[0] == "topic" {
                guard parts.count == 3, let count = Int32(parts[2]) else {
                    throw Malformed(line: line)
                }
                topic = String(parts[1])
                try log.create(
                    TopicSpec(topic, partitions: count, retention: retentions[topic] ?? .forever)
                )
                continue
            }
            guard parts.count >= 4, let index = Int32(parts[0]), let time = Int64(parts[1]) else {
                throw Malformed(line: line)
            }
            let headers = try parts[4...].map { part in
                let halves = part.split(separator: "=", omittingEmptySubsequences: false)
                guard halves.count == 2, let name = [UInt8](hex: String(halves[0])) else {
                    throw Malformed(line: line)
                }
                return Header(String(decoding: name, as: UTF8.self), try bytes(halves[1], line))
            }
            let record = NewRecord(
                key: try bytes(parts[2], line),
                value: try bytes(parts[3], line),
                headers: headers,
                timestamp: Instant(microseconds: time)
            )
            _ = try await log.append(record, to: topic, partition: index)
        }
        return log
    }

    private static func bytes(_ text: Substring, _ line: Substring) throws -> [UInt8]? {
        if text == "-" { return nil }
        guard let bytes = [UInt8](hex: String(text)) else { throw Malformed(line: line) }
        return bytes
    }
}
