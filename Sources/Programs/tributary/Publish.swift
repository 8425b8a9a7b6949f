import ArgumentParser
import Bytes
import JSON
import KafkaLog
import Logs
import Records
import Streams

struct Publish: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Appends the records of a file to the topic of a declared stream, each once.",
        discussion: """
            Key and time come from the Stream. The whole file is read first: where a record of it does not fit the stream, \
            nothing is sent. What the stream refuses for the records before it (late, duplicate) is counted when all is \
            folded. Either ends with exit code 1, unless --allow-refused is given. After a kill, of this command or of the \
            server, run it again: it goes on behind what arrived.

            Example: tributary publish planes --file planes.jsonl
            """
    )

    @Argument(help: "The topic of a declared stream.")
    var topic: String
    @Option(
        help:
            "JSON lines, or CSV with a header where the name ends in .csv or .csv.gz; either of them in gzip too."
    )
    var file: String
    @Flag(
        help:
            "Also sends records that do not fit the stream: they become dead letters. Refused records are no failure then."
    )
    var allowRefused = false
    @Option(
        help: ArgumentHelp(
            "After this file nothing comes with an event time before this; default: its own latest.",
            valueName: "instant"
        )
    )
    var completeUntil: String?
    @OptionGroup var output: OutputOptions
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
        let file = try RecordFile(file)
        let check = try FileCheck(
            file,
            of: definition,
            longestLine: FilePublication.longestLine,
            now: SystemClock().now()
        )
        try refuse(check)
        let (log, kafka) = try await log(client)
        defer { log.close() }
        let watch = PublishWatch(self.file, topic: topic, kafka: kafka, log: log)
        watch.start()
        defer { watch.stop() }
        try await watch.telling {
            try await publish(file, check, definition, log, watch, client)
        }
    }

    private func publish(
        _ file: RecordFile,
        _ check: FileCheck,
        _ definition: StreamDefinition,
        _ log: KafkaLog,
        _ watch: PublishWatch,
        _ client: Client
    ) async throws {
        var client = client
        client.saysWaits = false
        let settling = Settling(stream: definition, log: log, watch: watch, client: client)
        try await settling.settle()
        let source = Publication.source(ofFile: check.digest)
        let starts = try refusing("reading the dead letters") { try RefusedLines.ends(in: log) }
        var publication = FilePublication(
            definition: definition,
            source: source,
            arrived: try await lastLines(of: source, in: definition, client),
            log: log,
            watch: watch
        )
        try await publication.append(file)
        watch.noteFolding()
        try await advance(definition, to: check.latest, source, client)
        try await settling.settle()
        let refused = try refusing("reading the dead letters") {
            try RefusedLines(
                of: source,
                in: definition,
                // Of what had arrived before, the dead letters may be as old.
                from: publication.skipped > 0 ? starts.map { _ in 0 } : starts,
                log: log
            )
        }
        try report(publication, refused)
    }

    /// Ends the command where something is wrong that can be seen in the file.
    private func refuse(_ check: FileCheck) throws {
        let (faults, refused) = (check.faults, allowRefused ? 0 : check.refusedCount)
        guard faults + refused > 0 else { return }
        var reasons: [String] = []
        if faults > 0 { reasons.append("\(counted(faults, "line")) no record can be made of") }
        if refused > 0 {
            reasons.append(
                "\(counted(refused, "record")) of \(check.records) \(refused == 1 ? "does" : "do") not fit \(topic): "
                    + listed(check.refused)
            )
        }
        throw Failure.refused(
            check.sentences.map { "\(file): \($0)" }.joined(separator: "\n")
                + "\nrefused: \(reasons.joined(separator: ", and ")). Nothing was appended"
                + (faults > 0
                    ? ". Correct the file"
                    : ". Correct them, or send them as dead letters with --allow-refused")
        )
    }

    private func report(_ publication: FilePublication, _ refused: RefusedLines) throws {
        let accepted = publication.appended + publication.skipped - refused.count
        let answer: JSONValue = [
            "topic": .string(topic), "appended": .integer(publication.appended),
            "arrivedBefore": .integer(publication.skipped), "accepted": .integer(accepted),
            "refused": .integer(refused.count),
            "reasons": .object(
                refused.counts.sorted { $0.key < $1.key }.map { ($0.key, .integer($0.value)) }
            ),
        ]
        try output.show(answer) { _ in
            print(
                "\(topic): \(counted(publication.appended, "record")) appended, \(publication.skipped) had arrived before; "
                    + "\(accepted) accepted, \(refused.count) refused"
                    + (refused.count > 0 ? ": \(listed(refused.counts))" : "")
            )
        }
        guard refused.count > 0, !allowRefused else { return }
        throw Failure.refused(
            "refused: \(counted(refused.count, "record")) of \(file). The first is \(refused.first ?? ""). "
                + "They are dead letters: tributary events tributary.deadletters"
        )
    }

    private func log(_ client: Client) async throws -> (log: KafkaLog, kafka: String) {
        let status = try await client.ask(.GET, "/api/v1/status")
        let kafka = status["kafka"]?.string ?? ""
        var settings = KafkaLog.Settings(bootstrapServers: kafka)
        settings.lingerMilliseconds = 5
        settings.longestRecordBytes = Int(TopicSpec.longestRecordBytes)
        // Never given up: a line that failed while later ones arrived could not be told from one that arrived.
        settings.messageTimeoutMilliseconds = 0
        return (try refusing("connecting to Kafka") { try KafkaLog(settings) { _ in } }, kafka)
    }

    private func advance(
        _ definition: StreamDefinition,
        to latest: Instant?,
        _ source: String,
        _ client: Client
    ) async throws {
        let told = completeUntil.flatMap { Instant(rfc3339: $0) }
        guard let latest = [latest, told].compactMap(\.self).max() else { return }
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
            var definition = try StreamDefinition(json: json)
            if let generation = json["status"]?["generation"]?.string.flatMap(Digest.init(hex:)) {
                definition.isDeclared(as: generation)
            }
            return definition
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

/// Waits for one stream's records to be folded, whatever else the server has to do.
private struct Settling {
    /// Nobody waits longer than this without any progress.
    private static let patience = Duration.seconds(300)

    let stream: StreamDefinition
    let log: any Log
    let watch: PublishWatch
    let client: Client

    /// Returns when the server has folded what the stream's topic holds by now.
    func settle() async throws {
        let ends = try refusing("asking where \(stream.topic) ends") {
            try (0 ..< stream.partitions).map {
                try log.bounds(of: Partition(stream.topic, $0)).upperBound
            }
        }
        var (known, since) = (Int64(-1), ContinuousClock.now)
        while true {
            let seats = try await seats()
            let reached = ends.indices.map { index in
                seats.filter {
                    $0["partition"]?.string == Partition(stream.topic, Int32(index)).description
                }
                .compactMap { $0["next"]?.integer }.min() ?? 0
            }
            if zip(reached, ends).allSatisfy({ $0 >= $1 }) { return }
            if let stopped = seats.compactMap({ $0["stopped"]?.string }).first {
                throw Failure.refused("refused: \(stream.name) stands still: \(stopped)")
            }
            let progress = reached.reduce(0, +)
            if progress > known {
                (known, since) = (progress, .now)
                watch.noteFolding()
            }
            guard ContinuousClock.now - since < Self.patience else {
                throw Failure.refused(
                    "refused: the server has folded \(progress) records of \(stream.name) and does not go on. "
                        + "See tributary status, and run the same command again: it goes on behind what arrived"
                )
            }
            try await Task.sleep(for: .milliseconds(50))
        }
    }

    /// What takes the stream's records in.
    private func seats() async throws -> [JSONValue] {
        let status = try await client.ask(.GET, "/api/v1/status")
        return (status["projections"]?.array ?? []).filter {
            $0["projection"]?.string == "intake of \(stream.name)"
        }
    }
}
