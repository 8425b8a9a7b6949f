import Bytes
import Engine
import JSON
import Logs
import Platform
import Projections
import Store
import Testing
import Workers

@testable import tributary

private let planes = """
    kind: Stream
    name: planes
    spec: {key: tail, time: at, fields: {tail: string, at: timestamp}}

    """

private func notice(about stream: String, _ text: String = "Some clocks are slow.") -> String {
    """
    kind: Notice
    name: slow-clocks
    owner: ada
    spec:
      stream: \(stream)
      text: \(text)

    """
}

/// A kind, a fact, a command and a door that no module of the house knows, used as people use what is at home.
@Suite struct `What joins from outside` {
    @Test func `is applied, listed, described, and missed where it is in use`() async throws {
        try await House.open(over: MemoryLog()) { house in
            let stream = try house.file("planes.yaml", planes)
            let wrong = try house.file("notice.yaml", notice(about: "plains"))
            let refused = try await house.tributary("apply", stream, wrong)
            #expect(refused.status == 1)
            #expect(
                refused.errors.contains(
                    "\(wrong):5:11  Notice slow-clocks: there is no Stream `plains`. Did you mean `planes`?"
                ),
                "\(refused.errors)"
            )
            let nobody = try await house.tributary("get", "notice").said()
            #expect(nobody == "There are none.\n")

            let right = try house.file("notice.yaml", notice(about: "planes"))
            // What it refers to comes first, however they are given.
            let applied = try await house.tributary("apply", right, stream).said()
            #expect(applied.contains(/Notice +slow-clocks +created/), "\(applied)")
            let again = try await house.tributary("apply", right).said()
            #expect(again.contains(/Notice +slow-clocks +unchanged/), "\(again)")

            let listed = try await house.tributary("get", "notices", "-o", "json").json()
            #expect(
                listed["items"]
                    == [
                        [
                            "name": "slow-clocks", "stream": "planes", "owner": "ada",
                            "description": "",
                        ]
                    ]
            )
            let described = try await house.tributary("describe", "notice", "slow-clocks").said()
            #expect(described.contains(#"text: "Some clocks are slow.""#), "\(described)")
            #expect(described.contains("revision: 1"), "\(described)")
            let yaml = try await house.tributary("get", "notice", "-o", "yaml").said()
            let same = try house.file("same.yaml", yaml)
            let unchanged = try await house.tributary("apply", same).said()
            #expect(unchanged.contains("unchanged"), "\(unchanged)")

            let used = try await house.tributary("delete", "stream", "planes")
            #expect(used.status == 1)
            #expect(
                used.errors.contains(
                    "Stream planes is used by Notice slow-clocks. First change it or `tributary delete notice slow-clocks`"
                ),
                "\(used.errors)"
            )
            _ = try await house.tributary("delete", "notice", "slow-clocks").said()
            _ = try await house.tributary("delete", "stream", "planes").said()
            let gone = try await house.tributary("describe", "notice", "slow-clock")
            #expect(gone.status == 1)
            #expect(gone.errors.contains("there is no Notice slow-clock."), "\(gone.errors)")
        }
    }

    @Test func `has a command and a door that are found like all others`() async throws {
        try await House.open(over: MemoryLog()) { house in
            try await house.applyNotice()
            try await house.acknowledge("ada", key: "1")
            try await house.acknowledge("ada", key: "1")
            try await house.acknowledge("ada", key: "2")
            try await house.acknowledge("grace", key: "3")
            #expect(try await house.readers() == ["ada", "grace"])
            let events = try await house.tributary("events", "tributary.notices").said()
                .split(separator: "\n").map { try JSONValue(parsing: String($0)) }
            #expect(
                events.map { $0["type"]?.string } == [
                    "tributary.notices.v1.Declared", "tributary.notices.v1.Acknowledged",
                    "tributary.notices.v1.Acknowledged",
                ]
            )
            #expect(events.last?["fact"]?["acknowledged"]?["reader"] == "grace")

            let unknown = try await house.answer(
                .POST,
                "/api/v1/notices/none/acknowledge",
                ["reader": "ada"]
            )
            #expect(unknown.status == 404)
            #expect(try unknown.json()["type"] == "notFound")

            let api = try await house.client.ask(.GET, "/openapi.json")
            for (path, method) in [
                ("/api/v1/notices", "get"), ("/api/v1/notices/{name}", "delete"),
                ("/api/v1/notices/{name}/acknowledge", "post"), ("/board/{stream}", "get"),
            ] {
                #expect(api["paths"]?[path]?[method]?["operationId"] != nil, "\(method) \(path)")
            }
            let schema = try await house.client.ask(.GET, "/schemas/resources.json")
            #expect(schema["properties"]?["kind"]?["enum"]?.array?.last == "Notice")

            let board = try await house.client.ask(.GET, "/board/planes")
            #expect(board == ["about": "planes", "notices": ["Some clocks are slow."]])
            for path in ["/board/trains", "/board"] {
                let nothing = try await house.answer(.GET, path)
                #expect(nothing.status == 404)
                #expect(try nothing.json()["sorry"] != nil, "errors are as the door says them")
            }
            let nonsense = try await house.tributary("get", "nonsense")
            #expect(nonsense.status == 2)
            #expect(nonsense.errors.contains("  - alert\n  - notice\n"), "\(nonsense.errors)")
        }
    }

    @Test func `is read as it was, proven, and the same whatever is left of the state`()
        async throws
    {
        let (log, store) = (MemoryLog(), MemoryStore())
        var digests: [Digest?] = []
        try await House.open(over: log, store) { house in
            try await house.applyNotice()
            try await house.acknowledge("ada", key: "1")
            _ = try await house.tributary(
                "apply",
                try house.file("notice.yaml", notice(about: "planes", "All clocks are right."))
            ).said()
            try await house.acknowledge("grace", key: "2")

            func described(_ asOf: String...) async throws -> JSONValue {
                let words = asOf.flatMap { ["--as-of", $0] }
                let shown = try await house.tributary(
                    ["describe", "notice", "slow-clocks", "-o", "json"] + words
                ).json()
                return [shown["spec"]?["text"] ?? .null, shown["status"]?["readers"] ?? .null]
            }
            #expect(try await described() == ["All clocks are right.", ["grace"]])
            let topic = "tributary.notices/0"
            #expect(try await described("\(topic)@1") == ["Some clocks are slow.", ["ada"]])
            #expect(try await described("\(topic)@0") == ["Some clocks are slow.", []])
            let before = try await house.tributary(
                "get",
                "notice",
                "--as-of",
                "1970-01-01T00:00:00Z"
            )
            #expect(try before.said() == "There are none.\n")

            let proof = try await house.tributary("audit", "verify", "-o", "json").json()
            let own = proof["projections"]?.array?.first { $0["projection"] == "notices" }
            #expect(own?["finding"] == "equal", "\(proof)")
            let attested = try await house.tributary("events", "tributary.attestations").said()
            #expect(attested.contains(#""projection":"notices""#), "\(attested)")
            digests.append(try house.digest(in: store))
        }
        // What was not on the disk yet is gone with the process: at worst all rows.
        for left in [store, MemoryStore()] {
            try await House.open(over: log, left) { house in
                #expect(try await house.readers() == ["grace"])
                try await house.acknowledge("grace", key: "2")
                #expect(try await house.readers() == ["grace"])
                _ = try await house.tributary("audit", "verify").said()
                digests.append(try house.digest(in: left))
            }
        }
        #expect(digests.count == 3 && digests[0] != nil && Set(digests).count == 1)
    }

    @Test func `is missed where its history goes away`() async throws {
        let log = MemoryLog()
        try await House.open(over: log) { house in
            try await house.applyNotice()
            #expect(try await house.answer(.GET, "/health/ready").status == 200)
            try log.trim(Partition("tributary.notices", 0), before: 1)
            let engine = house.platform.engine
            try await engine.pool.run { try engine.checkTopics() }
            var ready = try await house.answer(.GET, "/health/ready")
            for _ in 0 ..< 6_000 where ready.status == 200 {
                try await Task.sleep(for: .milliseconds(10))
                ready = try await house.answer(.GET, "/health/ready")
            }
            #expect(ready.status == 503)
            let reasons = String(decoding: ready.body, as: UTF8.self)
            #expect(reasons.contains("tributary.notices/0"), "\(reasons)")
        }
    }
}

extension House {
    fileprivate func applyNotice() async throws {
        _ = try await tributary(
            "apply",
            try file("planes.yaml", planes),
            try file("notice.yaml", notice(about: "planes"))
        ).said()
    }

    fileprivate func acknowledge(_ reader: String, key: String) async throws {
        _ = try await client.ask(
            .POST,
            "/api/v1/notices/slow-clocks/acknowledge",
            body: ["reader": .string(reader)],
            headers: [("Idempotency-Key", key)]
        )
    }

    fileprivate func readers() async throws -> JSONValue? {
        try await client.ask(.GET, "/api/v1/notices/slow-clocks")["status"]?["readers"]
    }

    fileprivate func answer(
        _ method: Client.Method,
        _ path: String,
        _ body: JSONValue? = nil
    ) async throws -> Client.Answer {
        try await client.send(
            method,
            path,
            headers: body == nil ? [] : [("Content-Type", "application/json")],
            body: try body?.bytes(.compact) ?? [],
            to: "answer"
        )
    }

    /// Of all that is known of notices.
    fileprivate func digest(in store: any Store) throws -> Digest? {
        try NoticeCatalog().digest(of: 0, in: store)?.digest
    }
}
