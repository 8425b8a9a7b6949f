internal import Logs

extension Stamp {
    private static let key = "message.timestamp.type"

    /// What Kafka is told.
    var configuration: [(name: String, value: String)] {
        [(Self.key, self == .log ? "LogAppendTime" : "CreateTime")]
    }

    init(configuration: [String: String]) {
        self = configuration[Self.key] == "LogAppendTime" ? .log : .writer
    }
}
