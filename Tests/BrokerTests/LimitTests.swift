import Glibc
import NIOCore
import Synchronization
import Testing

@testable import Broker

/// At one tenth of the size that the limits have by default.
private func small(_ settings: inout Broker.Settings) {
    settings.maxConnections = 100
    settings.ownConnections = 4
    settings.maxHeldBytes = 25 << 20
    settings.ownHeldBytes = 12 << 20
    settings.patienceMilliseconds = 200
    settings.lookMilliseconds = 50
    settings.ownClientID = "the server's own"
}

private let mebibyte = 1 << 20

@Suite struct `What clients make the broker hold` {
    /// The beginning of a Produce that will never be finished.
    private static func beginning(of count: Int) throws -> ArraySlice<UInt8> {
        let request = TestClient.produce([UInt8](repeating: 7, count: count), to: "events")
        return try encoded(request, version: 9, correlation: 1).dropLast(1_000)
    }

    private static func isWithin(_ usage: Broker.Usage) -> Bool {
        usage.peakHeldBytes <= usage.heldBytes.most + usage.heldBytes.most / 4
    }

    @Test
    func `is within its limit where many never finish what they began, and others are served`()
        async throws
    {
        try await withBroker(small) { scene in
            let honest = try scene.client()
            try honest.create("events")
            let strangers = try (0 ..< 60).map { _ in try scene.client() }
            var unsent = try [ArraySlice<UInt8>](
                repeating: Self.beginning(of: 2 * mebibyte),
                count: strangers.count
            )
            for round in 0 ..< 20 {
                for (index, stranger) in strangers.enumerated() {
                    unsent[index] = unsent[index].dropFirst(stranger.sendAtOnce(unsent[index]))
                }
                let usage = try #require(scene.broker.usage)
                #expect(Self.isWithin(usage), "\(usage)")
                #expect(try honest.produce(TestBatch("\(round)").bytes, to: "events").error == 0)
            }
            // A large one waits until those who stand still are hung up on.
            let large = TestBatch(values: [[UInt8](repeating: 65, count: 900_000)]).bytes
            #expect(try honest.produce(large, to: "events").error == 0)
            #expect(try honest.fetch("events").values.count == 20)
        }
    }

    @Test
    func `is given back, and whoever held it and stood still is hung up on for those who wait`()
        async throws
    {
        try await withBroker(small) { scene in
            let honest = try scene.client()
            try honest.create("events", ["max.message.bytes": "30000000"])
            let strangers = try (0 ..< 12).map { _ in try scene.client() }
            for stranger in strangers {
                _ = stranger.sendAtOnce(try Self.beginning(of: 2 * mebibyte))
            }
            #expect(
                try await eventually {
                    (scene.broker.usage?.heldBytes.now ?? 0) > 20 * mebibyte
                }
            )
            let large = TestBatch(values: [[UInt8](repeating: 65, count: 20 * mebibyte)]).bytes
            #expect(try honest.produce(large, to: "events").error == 0)
            #expect(strangers.contains { $0.isClosed })
            #expect(
                scene.broker.usage?.refused["clients that held memory and stood still"] ?? 0 > 0
            )
            withExtendedLifetime(strangers) {}
        }
    }

    /// Of each only the front arrives; together they keep all others out, and none has room for the rest.
    @Test func `is given back where those who wait for room wait for each other`() async throws {
        try await withBroker({ settings in
            small(&settings)
            settings.maxConnections = 1_000
            settings.maxHeldBytes = mebibyte
        }) { scene in
            try scene.client().create("events")
            let beginning = try Self.beginning(of: 800 << 10).prefix(60 << 10)
            var strangers: [TestClient] = []
            for _ in 0 ..< 3 {
                for _ in 0 ..< 100 {
                    let stranger = try scene.client()
                    _ = stranger.sendAtOnce(beginning)
                    strangers.append(stranger)
                }
                // Among them is one that has room for all of its request, and stands still.
                #expect(
                    try await eventually {
                        scene.broker.usage?.refused["clients that held memory and stood still"] ?? 0
                            > 0
                    }
                )
            }
            let large = TestBatch(values: [[UInt8](repeating: 65, count: 600 << 10)]).bytes
            #expect(
                try await eventually {
                    do {
                        return try scene.client().produce(large, to: "events").error == 0
                    } catch TestClient.Failure.closed {
                        // There was no room for so much at once.
                        return false
                    }
                }
            )
            withExtendedLifetime(strangers) {}
        }
    }

    @Test func `is taken from no more clients than is needed`() async throws {
        for _ in 0 ..< 5 {
            try await withBroker({ settings in
                small(&settings)
                settings.lookMilliseconds = 20
            }) { scene in
                let honest = try scene.client()
                try honest.create("events", ["max.message.bytes": "30000000"])
                let strangers = try (0 ..< 12).map { _ in try scene.client() }
                let beginning = try Self.beginning(of: 2 * mebibyte)
                for stranger in strangers { _ = stranger.sendAtOnce(beginning) }
                #expect(
                    try await eventually {
                        (scene.broker.usage?.heldBytes.now ?? 0) >= 24 * mebibyte
                    }
                )
                let large = TestBatch(values: [[UInt8](repeating: 65, count: 4 * mebibyte)]).bytes
                #expect(try honest.produce(large, to: "events").error == 0)
                let refused = try #require(scene.broker.usage).refused
                #expect(
                    refused["clients that held memory and stood still"] ?? 0 <= 2,
                    "\(refused)"
                )
                withExtendedLifetime(strangers) {}
            }
        }
    }

    /// Each stranger asks for sixteen mebibytes again and again, and reads nothing: what it has behind the answer that
    /// it does not take is no sign of life. What a calm client is sent is so little that the system takes it at once:
    /// however busy the machine is, it never stands still with memory.
    @Test
    func `of answers that nobody takes never passes the limit, and others are answered`()
        async throws
    {
        try await withBroker(small) { scene in
            let calm = try scene.client()
            try calm.create("events")
            try calm.create("calm")
            let batch = TestBatch(values: [[UInt8](repeating: 65, count: 900_000)]).bytes
            for _ in 0 ..< 20 { _ = try calm.produce(batch, to: "events") }
            let request = TestClient.fetch(
                "events",
                maxBytes: 100 << 20,
                partitionBytes: 100 << 20
            )
            var metadata = MetadataRequest()
            metadata.topics = nil
            let strangers = try (0 ..< 60).map { _ in try scene.client() }
            for (number, stranger) in strangers.enumerated() {
                let isFetching = number % 4 != 3
                for _ in 0 ..< (isFetching ? 40 : 4) {
                    if isFetching {
                        try stranger.send(request, version: 12)
                    } else {
                        try stranger.send(metadata, version: 12)
                    }
                }
            }
            for number in 0 ..< 20 {
                #expect(try calm.produce(TestBatch("\(number)").bytes, to: "calm").error == 0)
                #expect(try calm.fetch("calm", from: Int64(number)).values.count == 1)
            }
            let usage = try #require(scene.broker.usage)
            // What arrived is counted as it comes; no answer is made beyond the limit.
            #expect(usage.peakHeldBytes <= usage.heldBytes.most + mebibyte, "\(usage)")
            #expect(usage.refused["requests for which there was no room"] == nil, "\(usage)")
            withExtendedLifetime(strangers) {}
        }
    }

    @Test func `by requests that wait for hours is given back to those who are in need of it`()
        async throws
    {
        try await withBroker(small) { scene in
            let calm = try scene.client()
            try calm.create("events")
            try calm.create("calm")
            let request = try encoded(
                TestClient.fetch(
                    "events",
                    [Int32](repeating: 0, count: 30_000),
                    wait: 3_600_000
                ),
                version: 12,
                correlation: 1
            )
            let strangers = try (0 ..< 30).map { _ in try scene.client() }
            for stranger in strangers {
                do {
                    try stranger.send(request)
                } catch TestClient.Failure.closed {
                    // It has given way already.
                }
            }
            #expect(
                try await eventually {
                    let usage = try #require(scene.broker.usage)
                    return usage.heldBytes.now > usage.heldBytes.most - (1 << 16)
                        || usage.refused["clients that held memory and stood still"] != nil
                }
            )
            for number in 0 ..< 5 {
                #expect(try calm.produce(TestBatch("\(number)").bytes, to: "calm").error == 0)
                #expect(try calm.fetch("calm", from: Int64(number)).values.count == 1)
            }
            withExtendedLifetime(strangers) {}
        }
    }

    /// The first batch of an answer comes whole, and is much longer than the least share of the room.
    @Test func `by a single batch is asked for before its answer is made`() async throws {
        try await withBroker { settings in
            small(&settings)
            settings.maxHeldBytes = 4 << 20
        } _: { scene in
            let own = try scene.client("the server's own")
            try own.create("events", ["max.message.bytes": "8000000"])
            let batch = TestBatch(values: [[UInt8](repeating: 65, count: 3_000_000)]).bytes
            for _ in 0 ..< 3 { #expect(try own.produce(batch, to: "events").error == 0) }
            let strangers = try (0 ..< 10).map { _ in try scene.client() }
            for stranger in strangers {
                try stranger.send(TestClient.fetch("events", maxBytes: 1), version: 12)
            }
            for stranger in strangers {
                let answer = try stranger.receive(answerTo: FetchRequest.self, version: 12).1
                #expect(answer.topics.first?.partitions.first?.records.byteCount == batch.count)
            }
            let usage = try #require(scene.broker.usage)
            #expect(usage.peakHeldBytes > 3_000_000, "\(usage)")
            #expect(usage.peakHeldBytes <= usage.heldBytes.most, "\(usage)")
            #expect(usage.refused.isEmpty, "\(usage)")
        }
    }

    @Test func `is nothing once everybody is gone`() async throws {
        try await withBroker(small) { scene in
            try scene.client().create("events")
            do {
                let clients = try (0 ..< 20).map { _ in try scene.client() }
                for (index, client) in clients.enumerated() {
                    switch index % 4 {
                    case 0: _ = client.sendAtOnce(try Self.beginning(of: mebibyte))
                    case 1: try client.send(TestClient.fetch("events", wait: 60_000), version: 12)
                    case 2:
                        _ = try client.produce(TestBatch("x").bytes, to: "events")
                        _ = try client.fetch("events")
                    default: try client.send(MetadataRequest(), version: 12)
                    }
                }
            }
            #expect(
                try await eventually {
                    let usage = try #require(scene.broker.usage)
                    return usage.heldBytes.now == 0 && usage.connections.now == 0
                }
            )
        }
    }

    @Test func `has a part that is the server's own clients', whatever strangers do`() async throws
    {
        try await withBroker({ settings in
            small(&settings)
            // Nobody makes room.
            settings.patienceMilliseconds = 3_600_000
        }) { scene in
            let own = try scene.client("the server's own")
            try own.create("events")
            let strangers = try (0 ..< 60).map { _ in try scene.client() }
            for stranger in strangers {
                _ = stranger.sendAtOnce(try Self.beginning(of: 2 * mebibyte).prefix(100_000))
            }
            #expect(
                try await eventually { (scene.broker.usage?.heldBytes.now ?? 0) > 22 * mebibyte }
            )
            let large = TestBatch(values: [[UInt8](repeating: 65, count: 1_000_000)]).bytes
            for _ in 0 ..< 10 { #expect(try own.produce(large, to: "events").error == 0) }
            #expect(try own.fetch("events", from: 3).records.byteCount > 1_000_000)
            withExtendedLifetime(strangers) {}
        }
    }

    @Test(arguments: API.allCases.filter { $0 != .produce })
    func `by a request that is no Produce is little: a longer one is refused before it arrives`(
        api: API
    ) async throws {
        #expect(api.mostBytes <= 4 * mebibyte)
        var frames = Frames(mostBytes: 100 * mebibyte)
        var head = ByteBuffer()
        head.writeInteger(Int32(api.mostBytes + 1))
        head.writeInteger(api.rawValue)
        frames.append(head)
        #expect(throws: Frames.Refusal.length(api.mostBytes + 1, most: api.mostBytes)) {
            try frames.head()
        }
    }

    @Test func `for a request that is not finished in time ends with its connection`() async throws
    {
        try await withBroker({ settings in
            small(&settings)
            settings.requestSeconds = 1
        }) { scene in
            let (idle, slow) = (try scene.client(), try scene.client())
            _ = try idle.ask(ApiVersionsRequest(), version: 3)
            _ = slow.sendAtOnce([0, 0, 1, 0, 0, 3, 0, 1])
            #expect(try await eventually { slow.isClosed })
            #expect(scene.broker.usage?.refused["requests that were not finished in time"] == 1)
            // Whoever has begun nothing owes nothing.
            #expect(try idle.ask(ApiVersionsRequest(), version: 3).error == 0)
        }
    }
}

@Suite struct `Where there are as many connections as may be` {
    @Test func `the one that was silent for longest gives way to a new one`() async throws {
        try await withBroker(small) { scene in
            let busy = try scene.client()
            try busy.create("events")
            let idle = try (0 ..< 150).map { number in
                let client = try scene.client()
                _ = try busy.ask(ApiVersionsRequest(), version: 3)
                if number % 2 == 0 { _ = try client.ask(ApiVersionsRequest(), version: 3) }
                return client
            }
            #expect(try #require(scene.broker.usage).connections.now <= 101)
            #expect(try scene.client().ask(ApiVersionsRequest(), version: 3).error == 0)
            #expect(idle[0].isClosed)
            #expect(try busy.ask(ApiVersionsRequest(), version: 3).error == 0)
        }
    }

    @Test func `there are some for the server's own clients, and no stranger gets those`()
        async throws
    {
        try await withBroker({ settings in
            small(&settings)
            settings.maxConnections = 0
            settings.ownConnections = 2
        }) { scene in
            for _ in 0 ..< 3 {
                #expect(throws: TestClient.Failure.closed) {
                    try scene.client().ask(ApiVersionsRequest(), version: 3)
                }
            }
            let own = try scene.client("the server's own")
            #expect(try own.ask(ApiVersionsRequest(), version: 3).error == 0)
            #expect(throws: TestClient.Failure.closed) {
                try scene.client().ask(ApiVersionsRequest(), version: 3)
            }
            #expect(try own.ask(ApiVersionsRequest(), version: 3).error == 0)
            let usage = try #require(scene.broker.usage)
            #expect(usage.refused["connections where there were enough"] == 4)
        }
    }

    @Test func `because files need the rest of the descriptors, it is the same`() async throws {
        let before = Descriptors.open
        try await withBroker({ settings in
            small(&settings)
            settings.maxDescriptors = before + 120
            settings.descriptorReserve = 40
        }) { scene in
            let clients = try (0 ..< 40).map { _ in
                let client = try scene.client()
                _ = try client.ask(ApiVersionsRequest(), version: 3)
                return client
            }
            let newest = try scene.client()
            #expect(try newest.ask(ApiVersionsRequest(), version: 3).error == 0)
            // Each of them costs two descriptors here, because both its ends are.
            #expect(try #require(scene.broker.usage).connections.now < 40)
            #expect(clients[0].isClosed)
            withExtendedLifetime(clients) {}
        }
    }
}

@Suite struct `A budget` {
    @Test func `gives room to who needs least first, and takes back what nobody holds`() {
        let budget = Budget(most: 100, mostOwn: 50)
        var first: Charge? = Charge(budget, isOwn: false)
        #expect(first?.take(80) == true)
        let order = Scene.Lines()
        let (large, light) = (Charge(budget, isOwn: false), Charge(budget, isOwn: false))
        #expect(!large.take(70))
        large.wait(for: 70) { order.add("large") }
        light.wait(for: 25) { order.add("light") }
        #expect(order.all == [])
        #expect(budget.takeShortage(isOwn: false) == 75)
        first = nil
        #expect(order.all == ["light", "large"])
        #expect(budget.held(isOwn: false) == 95)
        #expect([large.bytes, light.bytes] == [70, 25])
        #expect(budget.held(isOwn: true) == 0)
    }

    @Test func `lets in alone what is larger than all of it, and says when it is far beyond`() {
        let budget = Budget(most: 100, mostOwn: 50)
        let charge = Charge(budget, isOwn: false)
        #expect(charge.take(300))
        #expect(!budget.isWithin(isOwn: false))
        let other = Charge(budget, isOwn: false)
        #expect(!other.take(1))
        #expect(!other.set(to: 1))
        charge.set(to: 100)
        #expect(other.set(to: 20))
        #expect(!other.set(to: 60))
    }

    @Test func `shares out a quarter of what is left, so that the next finds some`() {
        let budget = Budget(most: 1_000, mostOwn: 50)
        let charges = (0 ..< 30).map { _ in Charge(budget, isOwn: false) }
        let shares = charges.map { $0.takeShare(upTo: 500, least: 10) }
        #expect(shares.prefix(3) == [250, 187, 140])
        #expect(shares.last == .some(nil))
        #expect(budget.held(isOwn: false) <= 1_000)
    }

    @Test func `says who must give way where those who wait hold too much for each other`() {
        let budget = Budget(most: 100, mostOwn: 50)
        let (first, second) = (Charge(budget, isOwn: false), Charge(budget, isOwn: false))
        let (light, other) = (Charge(budget, isOwn: false), Charge(budget, isOwn: false))
        light.set(to: 1)
        first.set(to: 30)
        second.set(to: 35)
        #expect(other.take(34))
        for charge in [light, first, second] { charge.wait(for: 40) {} }
        #expect(budget.standstill(isOwn: false) === first)
        // Where there would be room for one of them they wait for the other.
        first.set(to: 10)
        #expect(budget.standstill(isOwn: false) == nil)
        withExtendedLifetime(other) {}
    }

    private final class Counts: Sendable {
        let state = Mutex((inside: 0, most: 0))
    }

    /// Two who look at the same shortage at once would both end it.
    @Test func `lets one make room at a time`() async {
        let budget = Budget(most: 100, mostOwn: 50)
        let counts = Counts()
        await withTaskGroup(of: Void.self) { group in
            for _ in 0 ..< 4 {
                group.addTask {
                    for _ in 0 ..< 50 {
                        budget.makeRoom {
                            counts.state.withLock { counts in
                                counts.inside += 1
                                counts.most = max(counts.most, counts.inside)
                            }
                            // So long that others come in if they can.
                            usleep(500)
                            counts.state.withLock { $0.inside -= 1 }
                        }
                    }
                }
            }
        }
        #expect(counts.state.withLock { $0.most } == 1)
    }

    @Test func `forgets whoever waits no more`() {
        let budget = Budget(most: 100, mostOwn: 50)
        let (first, second) = (Charge(budget, isOwn: false), Charge(budget, isOwn: false))
        #expect(first.take(100))
        let order = Scene.Lines()
        second.wait(for: 10) { order.add("second") }
        second.stopWaiting()
        first.set(to: 0)
        #expect(order.all == [])
        #expect(budget.held(isOwn: false) == 0)
    }
}

@Suite struct `What clients make the broker say` {
    @Test func `is said at once, then counted, and said once a minute`() {
        let lines = Scene.Lines()
        let remarks = Remarks { lines.add($0) }
        let start = NIODeadline.uptimeNanoseconds(1_000_000_000_000)
        remarks.note(.http, "HTTP of a.", now: start)
        remarks.note(.tls, "TLS of b.", now: start)
        #expect(lines.all == ["HTTP of a.", "TLS of b."])
        for number in 0 ..< 10_000 { remarks.note(.http, "HTTP of \(number).", now: start) }
        remarks.tell(now: start + .seconds(59))
        #expect(lines.all.count == 2)
        remarks.tell(now: start + .seconds(60))
        #expect(lines.all.count == 3)
        #expect(
            lines.all[2]
                == "In the last minute again: 10000 HTTP on this port (the last: HTTP of 9999.)"
        )
        remarks.tell(now: start + .seconds(61))
        #expect(lines.all.count == 3)
        // What was silent for a minute is news again; what was not is counted on.
        remarks.note(.tls, "TLS of c.", now: start + .seconds(62))
        remarks.note(.http, "HTTP of d.", now: start + .seconds(62))
        #expect(lines.all.dropFirst(3) == ["TLS of c."])
        remarks.tellRest()
        #expect(
            lines.all.last == "In the last minute again: 1 HTTP on this port (the last: HTTP of d.)"
        )
        #expect(remarks.counts == [.http: 10_002, .tls: 2])
    }

    @Test func `about a thousand clients that speak HTTP is one line`() async throws {
        try await withBroker { scene in
            for _ in 0 ..< 1_000 {
                let client = try scene.client()
                try client.send(Array("GET / HTTP/1.1\r\n\r\n".utf8))
            }
            #expect(
                try await eventually {
                    scene.broker.usage?.refused["HTTP on this port"] ?? 0 >= 1_000
                }
            )
            #expect(scene.lines.all.count == 1)
            await scene.broker.stop()
            #expect(scene.lines.all.count == 2)
            #expect(scene.lines.all.last?.contains("999 HTTP on this port") ?? false)
        }
    }

    @Test func `about broken bytes is one line, however often they are asked for`() {
        let lines = Scene.Lines()
        let remarks = Remarks { lines.add($0) }
        for _ in 0 ..< 100 { remarks.note(.damage, "Broken bytes in the log, not served: x.") }
        #expect(lines.all.count == 1)
    }
}
