import ArgumentParser
import JSON

struct Status: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Looks at the server as a doctor does. Exit code 0 only when it is ready.",
        discussion: "Example: tributary status"
    )

    @Flag(help: "Every projection, also where there are many of which nothing is to be said.")
    var all = false
    @OptionGroup var output: OutputOptions
    @OptionGroup var options: ServerOptions

    /// Of more projections only those are shown that have something to say.
    private static let shownProjections = 60

    func run() async throws {
        let status = try await options.client.ask(.GET, "/api/v1/status")
        let isReady = status["ready"]?.bool == true
        try output.show(status) { printStatus($0, isReady) }
        guard isReady else {
            let reasons = status["reasons"]?.array?.map(\.plain) ?? []
            throw Failure.refused("not ready: \(reasons.joined(separator: "; "))")
        }
    }

    private func printStatus(_ status: JSONValue, _ isReady: Bool) {
        printTable([
            [
                "server",
                "\(options.address), tributary \(status["version"]?.plain ?? ""), "
                    + (isReady ? "ready" : "NOT READY"),
            ],
            ["Kafka", status["kafka"]?.plain ?? ""],
            ["data", status["dataDirectory"]?.plain ?? ""],
            ["attested", status["lastAttestation"]?.string ?? "not yet"],
        ])
        printBroker(status["broker"])
        printHTTP(status["http"])
        print()
        printProjections(status["projections"]?.array ?? [])
        print()
        printTable(
            [["LIMIT", "USED", "OF"]]
                + (status["limits"]?.array ?? []).map { limit in
                    ["name", "used", "limit"].map { limit[$0]?.plain ?? "" }
                }
        )
        for (title, key) in [("open alerts", "openAlerts"), ("notices", "notices")] {
            guard let lines = status[key]?.array, !lines.isEmpty else { continue }
            print("\n\(title)")
            for line in lines { print("  \(line.plain)") }
        }
    }

    private func printProjections(_ seats: [JSONValue]) {
        let isShort = seats.count > Self.shownProjections && !all
        let shown = seats.filter { seat in
            !isShort || seat["lag"]?.integer != 0 || seat["stopped"] != nil
        }
        func place(_ seat: JSONValue) -> String {
            "\(seat["projection"]?.plain ?? "") \(seat["partition"]?.plain ?? "")"
        }
        let counts = Dictionary(grouping: seats, by: place).mapValues(\.count)
        printTable(
            [["PROJECTION", "PARTITION", "NEXT", "LAG"]]
                + shown.map { seat in
                    // A definition that changed, or that a model stays with, is folded beside the one that is served.
                    let generation =
                        counts[place(seat)] == 1
                        ? "" : " (\((seat["generation"]?.plain ?? "").prefix(12)))"
                    return [
                        (seat["projection"]?.plain ?? "") + generation,
                        seat["partition"]?.plain ?? "", seat["next"]?.plain ?? "",
                        seat["lag"]?.integer.map { "\($0)" } ?? "unknown",
                        (seat["replayableSince"].map { "replayable since \($0.plain)" } ?? "")
                            + (seat["stopped"].map { "STOPPED: \($0.plain)" } ?? ""),
                    ]
                }
        )
        if shown.count < seats.count {
            print("and \(seats.count - shown.count) that have folded everything: --all shows them")
        }
    }
}

/// How much the embedded broker uses of what its clients may use, and what it has refused.
private func printBroker(_ usage: JSONValue?) {
    guard let usage, usage["connections"] != nil else { return }
    let levels = [
        ("connections", "connections"), ("own connections", "ownConnections"),
        ("bytes held", "heldBytes"), ("own bytes", "ownHeldBytes"),
        ("descriptors", "descriptors"), ("partitions", "partitions"), ("groups", "groups"),
        ("members", "members"), ("bytes of members", "memberBytes"),
        ("bytes of offsets", "offsetBytes"),
    ]
    let settings = [
        ("bytes of a request", "requestBytes"), ("seconds for a request", "requestSeconds"),
        ("seconds of silence", "idleSeconds"), ("ms of standing still", "patienceMilliseconds"),
        ("descriptors for files", "descriptorReserve"),
    ]
    print()
    printTable(
        [["BROKER", "NOW", "MOST"]]
            + levels.map { title, key in
                [title, usage[key]?["now"]?.plain ?? "", usage[key]?["most"]?.plain ?? ""]
            }
            + settings.map { title, key in [title, "", usage["settings"]?[key]?.plain ?? ""] }
            + (usage["refused"]?.object ?? []).map { ["refused: \($0.0)", $0.1.plain, ""] }
    )
}

/// What the clients of HTTP take of the server, and what was refused because it was too much.
private func printHTTP(_ http: JSONValue?) {
    guard let http else { return }
    func use(_ key: String, _ unit: String) -> String {
        "\(http[key]?["current"]?.plain ?? "?") of \(http[key]?["limit"]?.plain ?? "?") \(unit)"
    }
    let refused = (http["refused"]?.object ?? []).filter { $0.1 != 0 }
        .map { "\($0.1.plain) \($0.0)" }
    printTable(
        [
            [
                "HTTP",
                [
                    use("connections", "connections"), use("readers", "readers"),
                    use("bytesInFlight", "bytes of bodies"),
                ].joined(separator: ", "),
            ]
        ] + (refused.isEmpty ? [] : [["", "refused: " + refused.joined(separator: ", ")]])
    )
}

struct Wait: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Waits until everything that is in the log was folded.",
        discussion: "Example: tributary wait --settled"
    )

    @Flag(help: "Until nothing is left to fold.")
    var settled = false
    @Option(help: "How long at most.")
    var seconds = 300
    @OptionGroup var output: OutputOptions
    @OptionGroup var options: ServerOptions

    func validate() throws {
        guard settled else { throw ValidationError("Say what to wait for: --settled.") }
    }

    func run() async throws {
        let answer = try await options.client.ask(
            .POST,
            "/api/v1/wait",
            body: ["settled": true, "seconds": .integer(Int64(seconds))],
            to: "fold everything that is in the log"
        )
        try output.show(answer) { _ in print("settled") }
    }
}
