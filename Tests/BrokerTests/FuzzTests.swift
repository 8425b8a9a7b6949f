import Bytes
import Chance
import Foundation
import Testing

@testable import Broker

@Suite struct `A broker under random requests` {
    /// BROKER_FUZZ_ROUNDS makes it longer, BROKER_FUZZ_SEED has it again.
    private static func number(_ name: String) -> UInt64? {
        ProcessInfo.processInfo.environment[name].flatMap { UInt64($0) }
    }

    @Test func `of every kind, whole, broken and unfinished, stays up and within its limits`()
        async throws
    {
        let seed = Self.number("BROKER_FUZZ_SEED") ?? .random(in: 0 ... .max)
        let rounds = Self.number("BROKER_FUZZ_ROUNDS") ?? 6_000
        print("Seed of the random requests: \(seed)")
        try await withBroker({ settings in
            settings.maxConnections = 50
            settings.maxHeldBytes = 8 << 20
            settings.maxPartitions = 200
            settings.patienceMilliseconds = 50
            settings.lookMilliseconds = 10
            settings.groups.maxGroups = 50
        }) { scene in
            let witness = try scene.client()
            try witness.create("aé", partitions: 3)
            try witness.create("a", partitions: 3)
            var generator = SeededRandom(seed: seed)
            var clients: [TestClient] = []
            for round in 0 ..< rounds {
                // Some talk on over a connection that they have, and most of those never read.
                if clients.isEmpty || Int.random(in: 0 ..< 3, using: &generator) == 0 {
                    clients.append(try scene.client())
                }
                if clients.count > 70 { clients.removeFirst(35) }
                let client = try #require(clients.randomElement(using: &generator))
                let bytes = try Self.request(using: &generator)
                let sent = client.sendAtOnce(bytes[...])
                if sent < bytes.count || Int.random(in: 0 ..< 8, using: &generator) == 0 {
                    clients.removeAll { $0 === client }
                }
                guard round % 100 == 0 else { continue }
                let held = try #require(scene.broker.usage).heldBytes
                #expect(held.now <= held.most + held.most / 4, "seed \(seed), round \(round)")
            }
            clients = []
            let last = try scene.client()
            #expect(try last.ask(ApiVersionsRequest(), version: 3).error == 0, "seed \(seed)")
            try last.create("last")
            #expect(try last.produce(TestBatch("x").bytes, to: "last").error == 0, "seed \(seed)")
            #expect(try last.fetch("last").values == ["x"], "seed \(seed)")
            #expect(
                try await eventually { scene.broker.usage?.heldBytes.now ?? 0 < 1 << 20 },
                "seed \(seed): \(String(describing: scene.broker.usage))"
            )
            withExtendedLifetime(witness) {}
        }
    }

    /// With its length in front, which is not always the right one.
    private static func request(using generator: inout SeededRandom) throws -> [UInt8] {
        let type = everyRequest.randomElement(using: &generator) ?? ApiVersionsRequest.self
        let version = type.api.versions.randomElement(using: &generator) ?? 0
        var bytes: [UInt8]
        switch Int.random(in: 0 ..< 4, using: &generator) {
        case 0: bytes = try broken(type, version: version, using: &generator)
        case 1:
            // Records that are batches, now and then with a flipped byte.
            var batch = TestBatch("value \(UInt16.random(in: 0 ... 999, using: &generator))").bytes
            if Bool.random(using: &generator),
                let place = batch.indices.randomElement(using: &generator)
            {
                batch[place] ^= 1 << UInt8.random(in: 0 ..< 8, using: &generator)
            }
            let produce = TestClient.produce(
                batch,
                to: "a",
                .random(in: 0 ... 3, using: &generator)
            )
            bytes = Array(try encoded(produce, version: 9, correlation: 1).dropFirst(4))
        default: bytes = try whole(type, version: version, seed: generator.next())
        }
        var length = ByteWriter()
        let lie = Int.random(in: 0 ..< 40, using: &generator)
        length.append(Int32(bytes.count + (lie == 0 ? 700_000 : 0)))
        return length.bytes + bytes
    }

    private static func whole<Message: Request>(
        _ type: Message.Type,
        version: Int16,
        seed: UInt64
    ) throws -> [UInt8] {
        let request = try random(type, of: Message.api, version: version, seed: seed)
        return Array(try encoded(request, version: version, correlation: 1).dropFirst(4))
    }
}
