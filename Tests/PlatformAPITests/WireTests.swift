import Testing

/// HTTP/1.1 as RFC 9110 and RFC 9112 have it, over a real socket.
@Suite struct `Over the wire` {
    @Test func `HEAD has the headers of GET and no body`() async throws {
        try await HTTPStand.run { stand in
            try await stand.declareStream()
            for path in [
                "/health/live", "/health/ready", "/api/v1/status", "/api/v1/streams", "/v2",
                "/schemas/resources.json", "/api/v1/streams/none", "/nowhere",
            ] {
                let get = try await stand.ask("GET", path)
                let head = try await stand.ask("HEAD", path)
                #expect(head.status == get.status, "\(path)")
                #expect(head["Content-Type"] == get["Content-Type"], "\(path)")
                // What status says of the time differs in length.
                if path != "/api/v1/status" {
                    #expect(head["Content-Length"] == get["Content-Length"], "\(path)")
                    #expect(get["Content-Length"] == "\(get.body.utf8.count)", "\(path)")
                }
            }
        }
    }

    @Test func `HEAD leaves the connection ready for the next request`() async throws {
        try await HTTPStand.run { stand in
            try await stand.declareStream()
            let caller = try await Caller(stand.port)
            for path in [
                "/health/live", "/api/v1/events/readings", "/api/v1/events/readings?follow=true",
            ] {
                try await caller.say("HEAD \(path) HTTP/1.1\r\nHost: localhost\r\n\r\n")
                #expect(try await caller.answer(isToHead: true).status == 200)
            }
            try await caller.say("GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n")
            #expect(try await caller.answer().body == "{\"live\":true}")
            #expect(caller.text == "")
        }
    }

    @Test func `OPTIONS says what a path takes, and so does a refused method`() async throws {
        try await HTTPStand.run { stand in
            for (path, allowed) in [
                ("/health/live", "GET, HEAD, OPTIONS"), ("/api/v1/apply", "OPTIONS, POST"),
                ("/api/v1/streams/x", "DELETE, GET, HEAD, OPTIONS"),
                ("/api/v1/features/read", "DELETE, GET, HEAD, OPTIONS, POST"),
                ("/v2/models/m/versions/1/infer", "OPTIONS, POST"),
            ] {
                let options = try await stand.ask("OPTIONS", path)
                #expect(options.status == 204)
                #expect(options["Allow"] == allowed)
                let refused = try await stand.ask("PATCH", path, "Content-Type: application/json")
                #expect(refused.status == 405)
                #expect(refused["Allow"] == allowed)
            }
            #expect(try await stand.ask("OPTIONS", "*").status == 204)
            #expect(try await stand.ask("OPTIONS", "/nowhere").status == 404)
        }
    }

    @Test func `a client of HTTP 1.0 reads to the end of the connection`() async throws {
        try await HTTPStand.run { stand in
            try await stand.declareStream()
            for path in ["/health/live", "/nowhere", "/api/v1/events/readings"] {
                let caller = try await Caller(stand.port)
                try await caller.say("GET \(path) HTTP/1.0\r\nHost: localhost\r\n\r\n")
                let answer = try await caller.answer()
                try await caller.end()
                #expect(answer.version == "HTTP/1.0")
                #expect(answer["Connection"] == "close")
                #expect(answer["Transfer-Encoding"] == nil)
            }
        }
    }

    @Test func `a client of HTTP 1.0 keeps its connection if it asks to`() async throws {
        try await HTTPStand.run { stand in
            let caller = try await Caller(stand.port)
            for _ in 0 ..< 3 {
                try await caller.say(
                    "GET /health/live HTTP/1.0\r\nHost: localhost\r\nConnection: keep-alive\r\n\r\n"
                )
                let answer = try await caller.answer()
                #expect(answer.status == 200)
                #expect(answer["Connection"] == "keep-alive")
            }
        }
    }

    @Test func `a request that asks for the end gets it`() async throws {
        try await HTTPStand.run { stand in
            for value in ["close", "Close", "foo, close"] {
                let caller = try await Caller(stand.port)
                try await caller.say(
                    "GET /health/live HTTP/1.1\r\nHost: localhost\r\nConnection: \(value)\r\n\r\n"
                )
                #expect(try await caller.answer()["Connection"] == "close")
                try await caller.end()
            }
        }
    }

    @Test func `requests that come at once are answered one by one, in order`() async throws {
        try await HTTPStand.run { stand in
            let caller = try await Caller(stand.port)
            let paths = (0 ..< 50).map { $0 % 3 == 0 ? "/health/live" : "/api/v1/streams/s\($0)" }
            try await caller.say(
                paths.map { "GET \($0) HTTP/1.1\r\nHost: localhost\r\n\r\n" }.joined()
            )
            for path in paths {
                let answer = try await caller.answer()
                if path == "/health/live" {
                    #expect(answer.status == 200)
                } else {
                    #expect(answer.status == 404)
                    #expect(answer.body.contains(path.split(separator: "/").last ?? "?"))
                }
            }
        }
    }

    @Test func `what is no HTTP is answered as such, and the connection ends`() async throws {
        let live = "GET /health/live HTTP/1.1\r\nHost: localhost\r\n"
        let wait =
            "POST /api/v1/wait HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        let cases = [
            (live + "Host: localhost\r\n\r\n", 400), (live + "Host: example.com\r\n\r\n", 400),
            ("GET /health/live HTTP/1.1\r\n\r\n", 400), ("nonsense\r\n\r\n", 400),
            ("GET  HTTP/1.1\r\n\r\n", 400), ("\u{16}\u{3}\u{1}\u{2}\u{0}\r\n\r\n", 400),
            ("GET /health/live HTTP/3.7\r\nHost: localhost\r\n\r\n", 505),
            ("GET http://example.com/ HTTP/1.1\r\nHost: localhost\r\n\r\n", 400),
            (live + "no header\r\n\r\n", 400), (live + ": empty\r\n\r\n", 400),
            (wait + "Transfer-Encoding: chunked\r\n\r\nZZ\r\n{}\r\n0\r\n\r\n", 400),
            (wait + "Transfer-Encoding: chunked\r\n\r\n2\r\n{}XX0\r\n\r\n", 400),
            (wait + "Transfer-Encoding: chunked\r\n\r\n-2\r\n{}\r\n0\r\n\r\n", 400),
            (wait + "Content-Length: 2\r\nContent-Length: 3\r\n\r\n{} ", 400),
            (wait + "Content-Length: 2, 2\r\n\r\n{}", 400),
            (wait + "Content-Length: -2\r\n\r\n{}", 400),
            (wait + "Content-Length: 99999999999999999999999\r\n\r\n{}", 400),
            (wait + "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
            (wait + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 501),
            (live + "X: \(String(repeating: "x", count: 20_000))\r\n\r\n", 431),
            (
                live + String(repeating: "X: \(String(repeating: "x", count: 900))\r\n", count: 80),
                431
            ),
            (live + String(repeating: "X: x\r\n", count: 200) + "\r\n", 431),
            ("GET /\(String(repeating: "x", count: 20_000)) HTTP/1.1\r\nHost: a\r\n\r\n", 414),
        ]
        try await HTTPStand.run { stand in
            for (text, status) in cases {
                let caller = try await Caller(stand.port)
                try await caller.say(text)
                let answer = try await caller.answer()
                #expect(answer.status == status, "\(text.prefix(200)): \(answer)")
                #expect(answer["Content-Type"] == "application/problem+json", "\(text.prefix(200))")
                try await caller.end()
            }
            #expect(try await stand.ask("GET", "/health/live").status == 200)
        }
    }

    @Test func `a whole request is answered before the nonsense behind it`() async throws {
        try await HTTPStand.run { stand in
            let caller = try await Caller(stand.port)
            try await caller.say(
                "GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\nnonsense\r\n\r\n"
            )
            #expect(try await caller.answer().status == 200)
            #expect(try await caller.answer().status == 400)
            try await caller.end()
        }
    }

    @Test func `half a body is none`() async throws {
        try await HTTPStand.run { stand in
            try await stand.declareStream()
            let head =
                "POST /api/v1/streams/readings/records HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-ndjson\r\n"
            for body in [
                "Content-Length: 100\r\n\r\n{\"k\": \"a\"}\n",
                "Transfer-Encoding: chunked\r\n\r\nb\r\n{\"k\": \"a\"}\n\r\n",
            ] {
                let caller = try await Caller(stand.port)
                try await caller.say(head + body)
                try await caller.endSaying()
                #expect(try await caller.answer().status == 400)
                try await caller.end()
            }
            let read = try await stand.ask("GET", "/api/v1/events/readings")
            #expect(read.status == 200)
            #expect(!read.body.contains("\"k\""))
        }
    }

    @Test func `a client that waits with its body is told to send it`() async throws {
        try await HTTPStand.run { stand in
            let caller = try await Caller(stand.port)
            try await caller.say(
                "POST /api/v1/wait HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nExpect: 100-continue\r\nContent-Length: 17\r\n\r\n"
            )
            #expect(try await caller.answer().status == 100)
            try await caller.say("{\"settled\": true}")
            #expect(try await caller.answer().body == "{\"settled\":true}")
            try await caller.say("GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n")
            #expect(try await caller.answer().status == 200)
        }
    }

    @Test func `a client that waits with its body hears at once why not to send it`() async throws {
        let head =
            "HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: 5000000\r\n"
        let json = "Content-Type: application/json\r\n\r\n"
        try await HTTPStand.run { stand in
            for (request, status) in [
                ("POST /api/v1/wait \(head)Content-Type: text/plain\r\n\r\n", 415),
                ("POST /api/v1/wait \(head)Content-Encoding: br\r\n\(json)", 415),
                ("POST /api/v1/wait \(head)Origin: http://example.com\r\n\(json)", 403),
                ("PATCH /api/v1/wait \(head)\(json)", 405),
                (
                    "POST /api/v1/wait HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: 50000000\r\n\(json)",
                    413
                ),
                (
                    "POST /api/v1/wait HTTP/1.1\r\nHost: localhost\r\nExpect: a miracle\r\nContent-Length: 5\r\n\(json)",
                    417
                ),
            ] {
                let caller = try await Caller(stand.port)
                try await caller.say(request)
                let answer = try await caller.answer()
                #expect(answer.status == status, "\(request)")
                #expect(answer["Connection"] == "close")
                try await caller.end()
            }
        }
    }

    @Test func `a byte-order mark before records is passed over`() async throws {
        try await HTTPStand.run { stand in
            try await stand.declareStream()
            let answer = try await stand.ask(
                "POST",
                "/api/v1/streams/readings/records",
                "Content-Type: application/x-ndjson",
                body: "\u{FEFF}{\"k\": \"a\"}\r\n\r\n{\"k\": \"b\"}"
            )
            #expect(answer.body.contains("\"appended\":2"), "\(answer)")
            let read = try await stand.ask("GET", "/api/v1/events/readings")
            #expect(!read.body.contains("\u{FEFF}"))
        }
    }

    @Test func `a wait is asked for as it is documented`() async throws {
        try await HTTPStand.run { stand in
            for (body, status) in [
                ("{}", 200), (#"{"settled": true}"#, 200),
                (#"{"settled": true, "seconds": 5}"#, 200),
                (#"{"seconds": null}"#, 200), (#"{"seconds": "x"}"#, 400), ("[]", 400),
                ("null", 400), (#"{"settled": false}"#, 400), (#"{"settled": 1}"#, 400),
            ] {
                let answer = try await stand.ask(
                    "POST",
                    "/api/v1/wait",
                    "Content-Type: application/json",
                    body: body
                )
                #expect(answer.status == status, "\(body): \(answer)")
            }
        }
    }

    @Test func `errors under v2 have the form of its protocol`() async throws {
        try await HTTPStand.run { stand in
            for (method, path, type, status) in [
                ("GET", "/v2/models/none", "", 404), ("GET", "/v2/models/none/ready", "", 404),
                ("GET", "/v2/models/none/versions/1", "", 404), ("GET", "/v2/nowhere", "", 404),
                ("GET", "/v2/models/none/versions/1/ready", "", 404),
                ("POST", "/v2/models/none/versions/1/infer", "application/json", 404),
                ("PATCH", "/v2", "application/json", 405), ("PUT", "/v2/models/none", "", 405),
                ("POST", "/v2/models/none/infer", "text/plain", 415),
            ] {
                let answer = try await stand.ask(
                    method,
                    path,
                    type.isEmpty ? "Accept: */*" : "Content-Type: \(type)"
                )
                #expect(answer.status == status, "\(method) \(path)")
                #expect(answer["Content-Type"] == "application/json", "\(method) \(path)")
                #expect(answer.body.hasPrefix("{\"error\":\""), "\(method) \(path) \(answer.body)")
                if status == 405 { #expect(answer["Allow"] != nil) }
            }
        }
    }
}
