import Testing

@Suite struct `A server that has not begun` {
    @Test func `says what it waits for, and answers nothing from what is not all there`()
        async throws
    {
        try await HTTPStand.run(isStarted: false) { stand in
            for (method, path) in [
                ("GET", "/api/v1/streams"), ("POST", "/api/v1/apply"),
                ("POST", "/api/v1/features/read"), ("GET", "/api/v1/events/tributary.streams"),
            ] {
                let answer = try await stand.ask(method, path, "Content-Type: application/json")
                #expect(answer.status == 503 && answer.body.contains("starting"), "\(path)")
            }
            let ready = try await stand.ask("GET", "/health/ready")
            #expect(ready.status == 503 && ready.body.contains("starting: "))
            #expect(try await stand.ask("GET", "/health/live").status == 200)
            let status = try await stand.ask("GET", "/api/v1/status")
            #expect(status.status == 200 && status.body.contains("starting: "))
        }
    }
}
