import ArgumentParser
import Bytes
import Foundation
import JSON
import KafkaLog
import Logs
import Records
import Streams
import Synchronization

struct Publish: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Appends the records of a file to the topic of a declared stream, each once.",
        discussion: """
            Key and time come from the Stream. After a kill, of this command or of the server, run it again: it goes on behind \
            what arrived. A record that does not fit the stream is appended too, and becomes a dead letter.

            Example: tributary publish planes --file planes.jsonl
            """
    )

    @Argument(help: "The topic of a declared stream.")
    var topic: String
    @Option(help: "JSON lines, or CSV with a header where the name ends in .csv.")
    var file: String
    @Option(
        help: ArgumentHelp(
            "After this file nothing comes with an event time before this; default: its own latest.",
            valueName: "instant"
        )
    )
    var completeUntil: String?
    @OptionGroup var options: ServerOptions

    func validate() throws {
        if let completeUntil, Instant(rfc3339: completeUntil) == nil {
            throw ValidationError(
                "--complete-until takes an RFC 3339 time with an offset, and not `\(completeUntil)`."
            )
        }
    }

    func run() async throws {
        let client = options.client
        let definition = try await stream(client)
        guard FileManager.default.fileExists(atPath: file) else {
            throw Failure.refused("refused: there is no file \(file)")
        }
        let text = try refusing("reading \(file)") {
            [UInt8](try Data(contentsOf: URL(fileURLWithPath: file)))
        }
        let source = Publication.source(ofFile: Digest(of: text))
        _ = try await client.ask(.POST, "/api/v1/wait", body: ["settled": true, "seconds": 300])
        let arrived = try await lastLines(of: source, in: definition, client)
        let status = try await client.ask(.GET, "/api/v1/status")
        var settings = KafkaLog.Settings(bootstrapServers: status["kafka"]?.string ?? "")
        settings.lingerMilliseconds = 5
        settings.longestRecordBytes = Int(TopicSpec.longestRecordBytes)
        // Never given up: a line that failed while later ones arrived could not be told from one that arrived.
        settings.messageTimeoutMilliseconds = 0
        let log = try refusing("connecting to Kafka") { try KafkaLog(settings) { _ in } }
        defer { log.close() }
        var publication = FilePublication(
            definition: definition,
            source: source,
            arrived: arrived,
            log: log
        )
        let latest = try await publication.append(text, isCSV: file.hasSuffix(".csv"))
        let told = completeUntil.flatMap { Instant(rfc3339: $0) }
        if let latest = [latest, told].compactMap(\.self).max() {
            for partition in 0 ..< definition.partitions {
                _ = try await client.ask(
                    .POST,
                    "/api/v1/streams/\(definition.name.urlEncoded)/advance",
                    body: [
                        "partition": .integer(Int64(partition)),
                        "watermark": .string(latest.rfc3339),
                    ],
                    headers: [("Idempotency-Key", "\(source) \(partition) \(latest.rfc3339)")]
                )
            }
        }
        print(
            "\(topic): \(counted(publication.appended, "record")) appended, \(publication.skipped) had arrived before"
        )
    }

    private func stream(_ client: Client) async throws -> StreamDefinition {
        let streams = try await client.ask(.GET, "/api/v1/streams")["items"]?.array ?? []
        guard let name = streams.first(where: { $0["topic"]?.string == topic })?["name"]?.string
        else {
            throw Failure.refused(
                "refused: no Stream has the topic \(topic). Declare one with `tributary apply`; `tributary get stream` lists them"
            )
        }
        let json = try await client.ask(.GET, "/api/v1/streams/\(name.urlEncoded)")
        return try refusing("reading the definition of \(name)") {
            try StreamDefinition(json: json)
        }
    }

    private func lastLines(
        of source: String,
        in definition: StreamDefinition,
        _ client: Client
    ) async throws -> [Int64] {
        let json = try await client.ask(.GET, "/api/v1/streams/\(definition.name.urlEncoded)")
        return (json["status"]?["partitions"]?.array ?? []).map {
            $0["sources"]?[source]?.integer ?? 0
        }
    }
}

/// The lines of one file on their way into a stream's topic.
struct FilePublication {
    let definition: StreamDefinition
    let source: String
    /// The last line of this file that each partition has.
    let arrived: [Int64]
    let log: any Log
    private(set) var appended = 0
    private(set) var skipped = 0
    private let reader: RecordReader

    init(definition: StreamDefinition, source: String, arrived: [Int64], log: any Log) {
        self.definition = definition
        self.source = source
        self.arrived = arrived
        self.log = log
        self.reader = RecordReader(definition)
    }

    /// - Returns: The greatest event time in the file.
    mutating func append(_ text: [UInt8], isCSV: Bool) async throws -> Instant? {
        let answers = Answers()
        var line: Int64 = 0
        var latest: Instant?
        let now = SystemClock().now()
        try eachRecord(of: text, isCSV: isCSV) { value in
            line += 1
            var row: Row?
            do throws(Refusal) { row = try reader.read(value: value, arrival: now) } catch {
                row = nil
            }
            if let time = row?.time.instant { latest = max(latest ?? time, time) }
            let key = row?.key
            let partition = Murmur2.partition(of: key ?? Array(value), among: definition.partitions)
            guard line > arrived[Int(partition)] else {
                skipped += 1
                return
            }
            appended += 1
            answers.expect()
            let headers = Publication.headers(
                stream: definition.name,
                source: source,
                line: line,
                identity: row?.identity
            )
            log.append(
                NewRecord(key: key, value: Array(value), headers: headers),
                to: definition.topic,
                partition: partition
            ) { answers.note($0) }
        }
        if let failure = await answers.all() {
            throw Failure.outcomeUnknown(
                "\(failure). Run the same command again: it goes on behind what arrived"
            )
        }
        return latest
    }

    private func eachRecord(
        of text: [UInt8],
        isCSV: Bool,
        _ body: (ArraySlice<UInt8>) throws -> Void
    ) throws {
        if isCSV {
            var rows = try refusing("reading the CSV") { try CSVReader(text, for: definition) }
            while let value = try refusing("reading the CSV", { try rows.next() }) {
                try body(value[...])
            }
            return
        }
        for line in text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: true) {
            try body(line.last == UInt8(ascii: "\r") ? line.dropLast() : line)
        }
    }
}

/// Counts the answers of appends under way.
private final class Answers: Sendable {
    private struct State {
        var open = 0
        var failure: String?
        var waiter: CheckedContinuation<Void, Never>?
    }

    private let state = Mutex(State())

    func expect() { state.withLock { $0.open += 1 } }

    func note(_ result: Result<Position, AppendError>) {
        let waiter: CheckedContinuation<Void, Never>? = state.withLock { state in
            state.open -= 1
            if case .failure(let error) = result { state.failure = state.failure ?? "\(error)" }
            guard state.open == 0 else { return nil }
            defer { state.waiter = nil }
            return state.waiter
        }
        waiter?.resume()
    }

    /// Waits for the last answer; what went wrong first, if anything did.
    func all() async -> String? {
        await withCheckedContinuation { continuation in
            let isDone = state.withLock { state in
                guard state.open > 0 else { return true }
                state.waiter = continuation
                return false
            }
            if isDone { continuation.resume() }
        }
        return state.withLock { $0.failure }
    }
}
