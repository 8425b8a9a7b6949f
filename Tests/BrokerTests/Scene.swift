import Foundation
import Synchronization

@testable import Broker
@testable import Segments

/// A broker on a free port over a folder of its own, which goes away with it.
final class Scene {
    let folder: String
    private(set) var store: SegmentStore
    private(set) var broker: Broker
    let lines = Lines()
    private let settings: Broker.Settings

    /// What the broker logged.
    final class Lines: Sendable {
        private let lines = Mutex<[String]>([])
        func add(_ line: String) { lines.withLock { $0.append(line) } }
        var all: [String] { lines.withLock { $0 } }
    }

    init(_ change: (inout Broker.Settings) -> Void = { _ in }) async throws {
        let name = FileManager.default.temporaryDirectory.path + "/broker-test-XXXXXX"
        var template = Array(name.utf8CString)
        guard let made = mkdtemp(&template) else {
            throw TestClient.Failure.system("mkdtemp", errno)
        }
        folder = String(cString: made)
        var settings = Broker.Settings()
        settings.port = 0
        change(&settings)
        self.settings = settings
        store = try SegmentStore(directory: folder)
        broker = Broker(store: store, settings: settings) { [lines] in lines.add($0) }
        try await broker.start()
    }

    /// Stops broker and store, and starts new ones on the same folder.
    func restart() async throws {
        await broker.stop()
        store.close()
        store = try SegmentStore(directory: folder)
        broker = Broker(store: store, settings: settings) { [lines] in lines.add($0) }
        try await broker.start()
    }

    func end() async {
        await broker.stop()
        store.close()
        do {
            try FileManager.default.removeItem(atPath: folder)
        } catch {
            print("The test's folder is left over: \(error)")
        }
    }

    func client(_ name: String = "test") throws -> TestClient {
        try TestClient(port: broker.port, name: name)
    }

    /// Whether a Fetch waits for a record of that partition.
    func isAwaited(_ topic: String, _ partition: Int32 = 0) -> Bool {
        store.engine.state.withLock { state in
            state[TopicPartition(topic, partition)].map { !$0.waiters.isEmpty } ?? false
        }
    }
}

/// Runs a test against a broker and takes it down, whatever happens.
func withBroker(
    _ change: (inout Broker.Settings) -> Void = { _ in },
    _ body: (Scene) async throws -> Void
) async throws {
    let scene = try await Scene(change)
    do {
        try await body(scene)
    } catch {
        await scene.end()
        throw error
    }
    await scene.end()
}

extension TestClient {
    @discardableResult
    func create(
        _ name: String,
        partitions: Int32 = 1,
        _ configuration: [String: String] = [:]
    ) throws -> Int16 {
        var topic = CreateTopicsRequest.Topic()
        topic.name = name
        topic.partitions = partitions
        topic.replicationFactor = 1
        topic.configuration = configuration.map { key, value in
            var setting = CreateTopicsRequest.Setting()
            (setting.name, setting.value) = (key, value)
            return setting
        }
        var request = CreateTopicsRequest()
        request.topics = [topic]
        return try ask(request, version: 7).topics.first?.error ?? -1
    }

    func produce(
        _ records: [UInt8]?,
        to topic: String,
        _ partition: Int32 = 0
    ) throws -> ProduceResponse.Partition {
        let answer = try ask(Self.produce(records, to: topic, partition), version: 9)
        return answer.topics.first?.partitions.first ?? .init()
    }

    static func produce(
        _ records: [UInt8]?,
        to name: String,
        _ index: Int32 = 0,
        acks: Int16 = -1
    ) -> ProduceRequest {
        var partition = ProduceRequest.Partition()
        partition.index = index
        partition.records = Records(records.map { [$0] })
        var topic = ProduceRequest.Topic()
        topic.name = name
        topic.partitions = [partition]
        var request = ProduceRequest()
        request.acks = acks
        request.timeoutMilliseconds = 5_000
        request.topics = [topic]
        return request
    }

    static func fetch(
        _ name: String,
        _ partitions: [Int32] = [0],
        from offset: Int64 = 0,
        wait: Int32 = 0,
        minBytes: Int32 = 1,
        maxBytes: Int32 = 1 << 20,
        partitionBytes: Int32 = 1 << 20
    ) -> FetchRequest {
        var topic = FetchRequest.Topic()
        topic.name = name
        topic.partitions = partitions.map { index in
            var partition = FetchRequest.Partition()
            partition.index = index
            partition.offset = offset
            partition.maxBytes = partitionBytes
            return partition
        }
        var request = FetchRequest()
        request.waitMilliseconds = wait
        request.minBytes = minBytes
        request.maxBytes = maxBytes
        request.topics = [topic]
        return request
    }

    func fetch(
        _ name: String,
        _ index: Int32 = 0,
        from offset: Int64 = 0
    ) throws -> FetchResponse.Partition {
        try ask(Self.fetch(name, [index], from: offset), version: 12).topics.first?.partitions.first
            ?? .init()
    }
}

extension FetchResponse.Partition {
    /// The values in the batches.
    var values: [String] {
        get throws { try TestBatch.values(in: (records.slices ?? []).flatMap { $0 }).map(\.value) }
    }
}
