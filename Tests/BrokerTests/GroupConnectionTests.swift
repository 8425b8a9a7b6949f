import Testing

@testable import Broker

@Suite struct `A JoinGroup that waits` {
    private static func join(_ member: String = "", session: Int32 = 6_000) -> JoinGroupRequest {
        var (request, offer) = (JoinGroupRequest(), JoinGroupRequest.Offer())
        offer.name = "range"
        (request.group, request.member, request.protocolType) = ("group", member, "consumer")
        request.sessionTimeoutMilliseconds = session
        request.rebalanceTimeoutMilliseconds = 6_000
        request.protocols = [offer]
        return request
    }

    @Test func `is answered together with the others, in every version`() async throws {
        // Long enough for both to come, however busy the machine is.
        try await withBroker({ $0.groups.initialDelayMilliseconds = 5_000 }) { scene in
            var waiting: [(version: Int16, clients: [TestClient])] = []
            for version in API.joinGroup.versions {
                let clients = [try scene.client(), try scene.client()]
                for client in clients {
                    var request = Self.join()
                    request.group = "group-\(version)"
                    if version >= 4 {
                        let refused = try client.ask(request, version: version)
                        #expect(refused.error == ErrorCode.memberIDRequired.rawValue)
                        request.member = refused.member
                    }
                    try client.send(request, version: version)
                }
                waiting.append((version, clients))
            }
            for (version, clients) in waiting {
                let answers = try clients.map {
                    try $0.receive(answerTo: JoinGroupRequest.self, version: version).1
                }
                #expect(answers.map(\.generation) == [1, 1])
                #expect(Set(answers.map(\.members.count)) == [0, 2])
            }
        }
    }

    @Test func `is forgotten when its connection closes`() async throws {
        try await withBroker({ $0.groups.initialDelayMilliseconds = 60_000 }) { scene in
            var gone: TestClient? = try scene.client()
            try gone?.send(Self.join(), version: 3)
            let watcher = try scene.client()
            #expect(try await eventually { try Self.members(watcher) == 1 })
            gone = nil
            #expect(try await eventually { try Self.members(watcher) == 0 })
        }
    }

    @Test func `is answered when the broker stops`() async throws {
        try await withBroker({ $0.groups.initialDelayMilliseconds = 60_000 }) { scene in
            let (client, watcher) = (try scene.client(), try scene.client())
            try client.send(Self.join(), version: 3)
            #expect(try await eventually { try Self.members(watcher) == 1 })
            await scene.broker.stop()
            let answer = try client.receive(answerTo: JoinGroupRequest.self, version: 3).1
            #expect(answer.error == ErrorCode.notCoordinator.rawValue)
        }
    }

    private static func members(_ client: TestClient) throws -> Int {
        var request = DescribeGroupsRequest()
        request.groups = ["group"]
        return try client.ask(request, version: 5).groups[0].members.count
    }
}
