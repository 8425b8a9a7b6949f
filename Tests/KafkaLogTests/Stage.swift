import Broker
import Foundation
import KafkaLog
import Logs
import Segments
import Synchronization

/// A broker of our own on a directory of its own, that can stop and start again on the same port.
final class Stage: Sendable {
    private let directory: String
    private let running: Mutex<Running?> = Mutex(nil)
    private let chosenPort: Mutex<Int> = Mutex(0)
    private let checksBatches: Bool

    private struct Running: Sendable {
        let store: SegmentStore
        let broker: Broker
    }

    /// `checksBatches`: Whether the broker looks into what it is sent, as ours does and another's may not.
    init(checksBatches: Bool = true) throws {
        self.checksBatches = checksBatches
        directory = NSTemporaryDirectory() + "tributary-kafka-log-" + UUID().uuidString
        try FileManager.default.createDirectory(
            atPath: directory,
            withIntermediateDirectories: true
        )
    }

    var address: String { "127.0.0.1:\(chosenPort.withLock { $0 })" }

    func start() async throws {
        var stored = SegmentStore.Settings()
        stored.checksBatches = checksBatches
        let store = try SegmentStore(directory: directory, settings: stored)
        var settings = Broker.Settings()
        settings.port = chosenPort.withLock { $0 }
        let broker = Broker(store: store, settings: settings)
        try await broker.start()
        chosenPort.withLock { $0 = broker.port }
        running.withLock { $0 = Running(store: store, broker: broker) }
    }

    func stop() async {
        let running = running.withLock { running in
            defer { running = nil }
            return running
        }
        await running?.broker.stop()
        running?.store.close()
    }

    /// Retention, at once.
    func deleteRecords(before offset: Offset, in partition: Partition) throws {
        guard let store = running.withLock({ $0?.store }) else { return }
        _ = try store.deleteRecords(
            before: offset,
            in: TopicPartition(partition.topic, partition.index)
        )
    }

    /// Appends a record batch as it is.
    func append(_ batch: [UInt8], to partition: Partition) async throws {
        guard let store = running.withLock({ $0?.store }) else { return }
        try await withCheckedThrowingContinuation { (done: CheckedContinuation<Void, any Error>) in
            store.append(batch, to: TopicPartition(partition.topic, partition.index)) {
                done.resume(with: $0.map { _ in }.mapError { $0 })
            }
        }
    }

    /// Runs a body while a broker runs, and clears away what is left of it.
    static func run(
        checksBatches: Bool = true,
        _ body: (Stage) async throws -> Void
    ) async throws {
        let stage = try Stage(checksBatches: checksBatches)
        defer {
            do {
                try FileManager.default.removeItem(atPath: stage.directory)
            } catch {
                print("A directory of a test stays behind: \(error)")
            }
        }
        try await stage.start()
        do {
            try await body(stage)
        } catch {
            await stage.stop()
            throw error
        }
        await stage.stop()
    }

    func log(_ change: (inout KafkaLog.Settings) -> Void = { _ in }) throws -> KafkaLog {
        var settings = KafkaLog.Settings(bootstrapServers: address)
        change(&settings)
        return try KafkaLog(settings) { _ in }
    }
}

/// Runs blocking work away from the threads that tasks share.
func blocking<Value: Sendable>(
    _ body: @escaping @Sendable () throws -> Value
) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
        Thread.detachNewThread { continuation.resume(with: Result { try body() }) }
    }
}
