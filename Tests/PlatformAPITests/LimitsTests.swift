import JSON
import Logs
import NIOCore
import Testing

@testable import HTTP
@testable import Platform

/// The limits at a tenth of what they are, or less.
@Suite struct `The limits of HTTP` {
    private static let head = "POST /api/v1/wait HTTP/1.1\r\nHost: localhost\r\n"
    private static let json = "Content-Type: application/json\r\n"
    private static let records =
        "POST /api/v1/streams/readings/records HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-ndjson\r\n"

    /// No clock ends anything.
    private static var patient: HTTPLimits {
        var limits = HTTPLimits()
        limits.headTime = .hours(1)
        limits.bodyTime = .hours(1)
        limits.idleTime = .hours(1)
        limits.unreadTime = .hours(1)
        return limits
    }

    @Test func `end a request whose headers do not come to an end`() async throws {
        var limits = Self.patient
        limits.headTime = .seconds(1)
        try await HTTPStand.run(limits) { stand in
            let caller = try await Caller(stand.port)
            try await caller.say("GET /health/live HTTP/1.1\r\nHost: local")
            let answer = try await caller.answer()
            #expect(answer.status == 408)
            #expect(answer.body.contains("\"tooSlow\""))
            try await caller.end()
            #expect(stand.site.traffic.count(of: .slowHeads) == 1)
        }
    }

    /// Nothing of an answer is lost because the connection is to end with it.
    @Test func `leave an answer whole that is long and taken late`() async throws {
        try await HTTPStand.run { stand in
            try await stand.declareStream()
            let body = String(repeating: "a", count: 1_000_000)
            for _ in 0 ..< 30 {
                _ = try await stand.platform.log.append(
                    NewRecord(key: nil, value: Array(body.utf8)),
                    to: "readings",
                    partition: 0
                )
            }
            let caller = try await Caller(stand.port, reads: false)
            defer { caller.hangUp() }
            try await caller.say(
                "GET /api/v1/events/readings HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
            )
            // Long enough for the server to have written all that it has to say.
            try await Task.sleep(for: .seconds(2))
            try await caller.beginReading()
            try await caller.end()
            let text = caller.text
            #expect(text.hasPrefix("HTTP/1.1 200 ") && text.hasSuffix("\r\n0\r\n\r\n"))
            #expect(text.utf8.count > 30_000_000)
        }
    }

    @Test func `end a body that does not go on, and none that does`() async throws {
        var limits = Self.patient
        limits.bodyTime = .seconds(1)
        limits.leastBodyBytes = 10
        try await HTTPStand.run(limits) { stand in
            let slow = try await Caller(stand.port)
            try await slow.say(Self.head + Self.json + "Content-Length: 100\r\n\r\n{")
            let steady = try await Caller(stand.port)
            try await steady.say(Self.head + Self.json + "Content-Length: 17000\r\n\r\n")
            // It goes on until the other one was ended.
            var sent = 0
            while !slow.isOver, sent < 16_000 {
                try await steady.say(String(repeating: " ", count: 20))
                sent += 20
                try await Task.sleep(for: .milliseconds(20))
            }
            #expect(try await slow.answer().status == 408)
            try await slow.end()
            let rest = "{\"settled\": true}"
            try await steady.say(String(repeating: " ", count: 17_000 - sent - rest.count) + rest)
            #expect(try await steady.answer().status == 200)
            #expect(stand.site.traffic.count(of: .slowBodies) == 1)
        }
    }

    @Test func `close a connection that nobody uses`() async throws {
        var limits = Self.patient
        limits.idleTime = .seconds(1)
        try await HTTPStand.run(limits) { stand in
            let silent = try await Caller(stand.port)
            let used = try await Caller(stand.port)
            try await used.say("GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n")
            #expect(try await used.answer().status == 200)
            try await silent.end()
            try await used.end()
            #expect(silent.text == "")
        }
    }

    @Test func `refuse a body as soon as its length says that it is too long`() async throws {
        var limits = Self.patient
        limits.recordsBytes = 6 << 20
        limits.bodyBytes = 1 << 20
        try await HTTPStand.run(limits) { stand in
            for head in [
                Self.head + Self.json + "Content-Length: \((1 << 20) + 1)\r\n\r\n",
                Self.records + "Content-Length: 100000000\r\n\r\n",
            ] {
                let caller = try await Caller(stand.port)
                try await caller.say(head)
                let answer = try await caller.answer()
                #expect(answer.status == 413)
                #expect(answer.body.contains("\"tooLarge\""))
                try await caller.end()
            }
        }
    }

    @Test func `refuse a body in chunks as soon as it is too long`() async throws {
        var limits = Self.patient
        limits.recordsBytes = 6 << 20
        try await HTTPStand.run(limits) { stand in
            try await stand.declareStream()
            let caller = try await Caller(stand.port)
            try await caller.say(Self.records + "Transfer-Encoding: chunked\r\n\r\n")
            let chunk = "100000\r\n" + String(repeating: "x", count: 1 << 20) + "\r\n"
            for _ in 0 ..< 7 { try await caller.say(chunk) }
            // It never says that the body has ended.
            let answer = try await caller.answer()
            #expect(answer.status == 413)
            try await caller.end()
            #expect(stand.site.traffic.count(of: .longBodies) == 1)
        }
    }

    @Test func `let the connection give way that was idle for longest`() async throws {
        var limits = Self.patient
        limits.connections = 100
        try await HTTPStand.run(limits) { stand in
            var callers: [Caller] = []
            for _ in 0 ..< 100 {
                let caller = try await Caller(stand.port)
                try await caller.say("GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n")
                #expect(try await caller.answer().status == 200)
                callers.append(caller)
            }
            // The first has been used since, so the second is the one.
            try await callers[0].say("GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n")
            #expect(try await callers[0].answer().status == 200)
            #expect(try await stand.ask("GET", "/health/live").status == 200)
            try await callers[1].end()
            #expect(callers.filter(\.isOver).count == 1)
        }
    }

    @Test func `send a new client away where all others are at work`() async throws {
        var limits = Self.patient
        limits.connections = 10
        try await HTTPStand.run(limits) { stand in
            var callers: [Caller] = []
            for _ in 0 ..< 10 {
                let caller = try await Caller(stand.port)
                try await caller.say(Self.head + Self.json + "Content-Length: 17\r\n\r\n{")
                callers.append(caller)
            }
            try await eventually("ten at work") { stand.site.traffic.atWork == 10 }
            let late = try await Caller(stand.port)
            let answer = try await late.answer()
            #expect(answer.status == 503)
            #expect(answer["Retry-After"] == "1")
            try await late.end()
            for caller in callers {
                try await caller.say("\"settled\": true}")
                #expect(try await caller.answer().status == 200)
            }
            #expect(try await stand.ask("GET", "/health/live").status == 200)
            #expect(stand.notices().first == "HTTP refused 1 connections beyond the limit")
        }
    }

    @Test func `hold all bodies together within one budget`() async throws {
        var limits = Self.patient
        limits.bytesInFlight = 2 << 20
        try await HTTPStand.run(limits) { stand in
            try await stand.declareStream()
            var callers: [Caller] = []
            for _ in 0 ..< 4 {
                let caller = try await Caller(stand.port)
                try await caller.say(Self.records + "Content-Length: 1000000\r\n\r\n")
                try await caller.say(String(repeating: " ", count: 900_000))
                callers.append(caller)
            }
            try await eventually("two refusals") {
                stand.site.traffic.count(of: .bytesInFlight) == 2
            }
            var statuses: [Int] = []
            for caller in callers {
                if !caller.isOver {
                    let end = "{\"k\": \"a\"}"
                    try await caller.say(String(repeating: " ", count: 100_000 - end.count) + end)
                }
                statuses.append(try await caller.answer().status)
            }
            #expect(statuses.sorted() == [200, 200, 503, 503])
            try await eventually("nothing in flight") {
                stand.site.traffic.json["bytesInFlight"]?["current"] == 0
            }
        }
    }

    @Test func `count what reading a body takes, and not its text alone`() async throws {
        var limits = Self.patient
        limits.bytesInFlight = 8 << 20
        try await HTTPStand.run(limits) { stand in
            try await stand.declareStream()
            func wait(_ member: String) async throws -> Answer {
                try await stand.ask(
                    "POST",
                    "/api/v1/wait",
                    "Content-Type: application/json",
                    body: "{\"settled\": true, \"more\": \(member)}"
                )
            }
            let values = { "[1" + String(repeating: ",1", count: $0 - 1) + "]" }
            let refused = try await wait(values(100_000))
            #expect(refused.status == 413)
            #expect(refused.body.contains("so many values"), "\(refused)")
            #expect(try await wait("\"\(values(100_000))\"").status == 200, "It is one value.")
            #expect(try await wait(values(40_000)).status == 200)
            let lines = try await stand.ask(
                "POST",
                "/api/v1/streams/readings/records",
                "Content-Type: application/x-ndjson",
                body: String(repeating: "1\n", count: 40_000)
            )
            #expect(lines.status == 413, "\(lines)")
            let other = try await Caller(stand.port)
            try await other.say(Self.records + "Content-Length: 5000000\r\n\r\n")
            try await other.say(String(repeating: "\n", count: 4_900_000))
            try await eventually("the other body") {
                (stand.site.traffic.json["bytesInFlight"]?["current"]?.integer ?? 0) >= 4_900_000
            }
            let later = try await wait(values(40_000))
            #expect(later.status == 503)
            #expect(later["Retry-After"] == "1")
            other.hangUp()
            try await eventually("nothing in flight") {
                stand.site.traffic.json["bytesInFlight"]?["current"] == 0
            }
        }
    }

    @Test func `end an answer that nobody reads`() async throws {
        var limits = Self.patient
        limits.unreadTime = .seconds(1)
        try await HTTPStand.run(limits) { stand in
            try await stand.declareStream()
            let line = "{\"k\": \"\(String(repeating: "x", count: 1_000))\"}\n"
            for _ in 0 ..< 10 {
                let answer = try await stand.ask(
                    "POST",
                    "/api/v1/streams/readings/records",
                    "Content-Type: application/x-ndjson",
                    body: String(repeating: line, count: 1_500)
                )
                #expect(answer.status == 200)
            }
            let caller = try await Caller(stand.port, reads: false)
            try await caller.say(
                "GET /api/v1/events/readings?follow=true HTTP/1.1\r\nHost: localhost\r\n\r\n"
            )
            try await eventually("the end of the answer") {
                stand.site.traffic.count(of: .unreadAnswers) == 1
            }
            try await eventually("no reader") {
                stand.site.traffic.json["readers"]?["current"] == 0
            }
            caller.hangUp()
        }
    }

    @Test func `hold the readers of topics within their number`() async throws {
        var limits = Self.patient
        limits.readers = 10
        try await HTTPStand.run(limits) { stand in
            try await stand.declareStream()
            let follow =
                "GET /api/v1/events/readings?follow=true HTTP/1.1\r\nHost: localhost\r\n\r\n"
            var followers: [Caller] = []
            for _ in 0 ..< 10 {
                let caller = try await Caller(stand.port)
                try await caller.say(follow)
                followers.append(caller)
            }
            try await eventually("ten readers") {
                stand.site.traffic.json["readers"]?["current"] == 10
            }
            let refused = try await stand.ask("GET", "/api/v1/events/readings")
            #expect(refused.status == 503)
            #expect(refused["Retry-After"] == "1")
            for caller in followers { caller.hangUp() }
            try await eventually("room again") {
                try await stand.ask("GET", "/api/v1/events/readings").status == 200
            }
        }
    }

    @Test func `are said with what is used of them, and what was refused`() async throws {
        var limits = Self.patient
        limits.noticeTime = .seconds(1)
        try await HTTPStand.run(limits) { stand in
            for _ in 0 ..< 5 {
                let caller = try await Caller(stand.port)
                try await caller.say("nonsense\r\n\r\n")
                #expect(try await caller.answer().status == 400)
            }
            let status = try await stand.ask("GET", "/api/v1/status")
            let http = try JSONValue(parsing: Array(status.body.utf8))["http"]
            #expect(http?["connections"]?["limit"] == 1_000)
            #expect(http?["refused"]?["malformed"] == 5)
            #expect(http?["bytesInFlight"]?["limit"] == 536_870_912)
            // The first is said at once, the others together when the time has come.
            try await eventually("all of it said") {
                let said = stand.notices().compactMap {
                    $0.split(separator: " ").dropFirst(2).first
                }
                return said.compactMap { Int($0) }.reduce(0, +) == 5
            }
            #expect(stand.notices().count < 5)
        }
    }
}
