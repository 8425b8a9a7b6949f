import Testing

/// Whatever the user visits could ask loopback from the user's own browser.
@Suite struct `The gatekeeper` {
    @Test func `lets in whoever asks loopback by one of its names`() async throws {
        try await HTTPStand.run { stand in
            for host in [
                "127.0.0.1", "127.0.0.1:\(stand.port)", "127.9.9.9", "localhost", "LocalHost:1",
                "[::1]", "[::1]:8080",
            ] {
                let answer = try await stand.ask("GET", "/health/live", host: host)
                #expect(answer.status == 200, "\(host)")
            }
        }
    }

    @Test func `refuses every Host that is not loopback`() async throws {
        try await HTTPStand.run { stand in
            for host in [
                "example.com", "example.com:\(stand.port)", "127.0.0.1.example.com", "127.0.0.1@a",
                "10.0.0.1", "0.0.0.0", "127.0.0.256", "127.1", "[::2]", "[::1", "localhost.a", "",
            ] {
                let answer = try await stand.ask("GET", "/health/live", host: host)
                #expect(answer.status == 421, "\(host)")
                #expect(answer.body.contains("\"foreignHost\""), "\(host)")
            }
        }
    }

    @Test func `refuses the pages of other sites, whatever they ask`() async throws {
        try await HTTPStand.run { stand in
            for header in [
                "Origin: http://example.com", "Origin: null", "Origin: http://127.0.0.1:1",
                "Sec-Fetch-Site: cross-site", "Sec-Fetch-Site: same-site",
            ] {
                for (method, path) in [
                    ("GET", "/health/live"), ("OPTIONS", "/api/v1/apply"), ("HEAD", "/v2"),
                    ("DELETE", "/api/v1/streams/x"), ("POST", "/v2/models/x/infer"),
                ] {
                    let answer = try await stand.ask(
                        method,
                        path,
                        header,
                        "Content-Type: application/json"
                    )
                    #expect(answer.status == 403, "\(method) \(path) \(header)")
                }
            }
        }
    }

    @Test func `lets in its own pages, and whoever is no browser`() async throws {
        try await HTTPStand.run { stand in
            for header in [
                "Origin: http://127.0.0.1:\(stand.port)", "Sec-Fetch-Site: same-origin",
                "Sec-Fetch-Site: none", "Accept: */*",
            ] {
                let answer = try await stand.ask("GET", "/health/live", header)
                #expect(answer.status == 200, "\(header)")
            }
        }
    }

    @Test func `reads Content-Type as HTTP writes it`() async throws {
        try await HTTPStand.run { stand in
            for (type, isTaken) in [
                ("application/json", true), ("application/json ; charset=utf-8", true),
                ("Application/JSON;Charset=\"UTF-8\"", true),
                ("application/json;charset=utf-8;", true),
                ("application/json; version=1", true), ("application/json; charset=latin1", false),
                ("application/jsonp", false), ("text/plain", false), ("json", false),
                ("application/json, text/plain", false), ("application/json; charset", false),
                ("application/x-www-form-urlencoded", false), ("multipart/form-data", false),
            ] {
                let answer = try await stand.ask(
                    "POST",
                    "/api/v1/wait",
                    "Content-Type: \(type)",
                    body: "no JSON"
                )
                #expect(answer.status == (isTaken ? 400 : 415), "\(type)")
                if !isTaken { #expect(answer.body.contains("\"mediaType\""), "\(type)") }
            }
        }
    }

    @Test func `asks for no Content-Type where the protocol does not, except of a browser`()
        async throws
    {
        try await HTTPStand.run { stand in
            let path = "/v2/models/none/infer"
            #expect(try await stand.ask("POST", path, body: "{}").status == 404)
            let octets = "Content-Type: application/octet-stream"
            #expect(try await stand.ask("POST", path, octets, body: "{}").status == 404)
            #expect(try await stand.ask("POST", "/api/v1/wait", body: "{}").status == 415)
            for header in [
                "Origin: http://127.0.0.1:\(stand.port)", "Sec-Fetch-Site: same-origin",
            ] {
                let answer = try await stand.ask("POST", path, header, body: "{}")
                #expect(answer.status == 415, "\(header)")
                #expect(answer.body.hasPrefix("{\"error\":"), "\(answer.body)")
            }
        }
    }
}
