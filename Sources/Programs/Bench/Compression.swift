import ArgumentParser
import Foundation
import KafkaLog
import Logs

/// Producing with each compression. The broker looks into every batch before it takes it: what comes packed is unpacked,
/// and its records are walked over.
struct Compression: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Producing with each compression.",
        discussion: "Example: Bench compression"
    )
    @OptionGroup var place: Place
    @Option(help: "How many records of each.")
    var records = 1_000_000

    func run() async throws { try await Self.measure(place, records) }

    static func measure(_ place: Place, _ count: Int = 1_000_000) async throws {
        let size = values.reduce(0) { $0 + $1.count } / values.count
        print(
            "\n| one producer, one partition, acks=all, JSON of \(size) B | records/s | MB/s, unpacked | MB in the log |\n|---|---|---|---|"
        )
        for compression in KafkaLog.Compression.allCases {
            try await withFolder(in: place) { folder in
                let server = try await Server.start(in: folder)
                let log = try server.log {
                    $0.lingerMilliseconds = 5
                    $0.compression = compression
                }
                try log.create(TopicSpec("bench", partitions: 1))
                let time = try Records.produce(count, to: log) { values[$0 % values.count] }
                log.close()
                await server.stop()
                let seconds = time / .seconds(1)
                let megabytes = Double(count * size) / 1_000_000
                print(
                    "| \(compression.rawValue) | \(grouped(Double(count) / seconds)) | \(Int(megabytes / seconds)) | \(grouped(Double(try segmentBytes(in: folder)) / 1_000_000)) |"
                )
            }
        }
    }

    /// Records as streams have them, so that they pack as those do.
    private static let values: [[UInt8]] = (0 ..< 10_000).map { number in
        let time = "2026-01-01T00:\(number % 50 + 10):\(number % 49 + 10)Z"
        let celsius = Double(number * 7_919 % 4_001) / 100
        let pressure = Double(number * 104_729 % 90_001) / 89
        return Array(
            "{\"sensor\":\"s\(number % 997)\",\"at\":\"\(time)\",\"celsius\":\(celsius),\"pressure\":\(pressure),\"line\":\(number),\"state\":\"running\"}"
                .utf8
        )
    }

    /// The size of all segments below a folder.
    private static func segmentBytes(in folder: String) throws -> Int {
        guard let files = FileManager.default.enumerator(atPath: folder) else {
            throw Trouble("\(folder) cannot be read")
        }
        var bytes = 0
        for case let path as String in files where path.hasSuffix(".log") {
            let facts = try FileManager.default.attributesOfItem(atPath: "\(folder)/\(path)")
            bytes += (facts[.size] as? Int) ?? 0
        }
        return bytes
    }
}
