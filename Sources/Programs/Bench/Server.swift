import Broker
import KafkaLog
import Logs
import Segments

/// A broker of our own on a free port, and a log over it.
struct Server {
    let store: SegmentStore
    let broker: Broker
    var address: String { "127.0.0.1:\(broker.port)" }

    static func start(in folder: String) async throws -> Server {
        let store = try SegmentStore(directory: "\(folder)/log")
        var settings = Broker.Settings()
        settings.port = 0
        let broker = Broker(store: store, settings: settings)
        try await broker.start()
        return Server(store: store, broker: broker)
    }

    func log(_ change: (inout KafkaLog.Settings) -> Void = { _ in }) throws -> KafkaLog {
        var settings = KafkaLog.Settings(bootstrapServers: address)
        change(&settings)
        return try KafkaLog(settings) { _ in }
    }

    func stop() async {
        await broker.stop()
        store.close()
    }
}
