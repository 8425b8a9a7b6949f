internal import Segments

/// How the configuration of a topic is to change; every value in it is one that its key takes.
struct TopicChange: Sendable, Equatable {
    /// Whether a key that is not named goes back to its default.
    private var replacesAll = false
    /// Nil goes back to the default.
    private var values: [String: String?] = [:]

    func applied(to configuration: [String: String]) -> [String: String] {
        var changed = replacesAll ? [:] : configuration
        for (name, value) in values { changed[name] = value }
        return changed
    }

    /// What AlterConfigs asks: all settings of a topic.
    static func all(_ settings: [(name: String, value: String?)]) throws(Refusal) -> TopicChange {
        var change = TopicChange()
        change.replacesAll = true
        for (name, value) in settings {
            let key = try key(name)
            guard let value else {
                throw Refusal(.invalidRequest, "\(name) is null: leave it out for its default.")
            }
            try change.set(key, value)
        }
        return change
    }

    /// What IncrementalAlterConfigs asks: single settings of a topic (KIP-339).
    static func each(
        _ changes: [IncrementalAlterConfigsRequest.Change],
        of topic: Topic
    ) throws(Refusal) -> TopicChange {
        var change = TopicChange()
        for asked in changes {
            let key = try key(asked.name)
            guard let operation = Operation(rawValue: asked.operation) else {
                throw Refusal(
                    .invalidRequest,
                    "\(asked.operation) is no operation: there are 0 to 3."
                )
            }
            guard operation != .delete else {
                try change.set(key, nil)
                continue
            }
            guard let value = asked.value else {
                throw Refusal(.invalidRequest, "\(asked.name) cannot be set to null.")
            }
            let old = topic.configuration[key.name] ?? key.standard
            try change.set(key, operation == .set ? value : try operation.list(key, old, value))
        }
        return change
    }

    /// AlterConfigOp.OpType.
    private enum Operation: Int8 {
        case set = 0
        case delete = 1
        case append = 2
        case subtract = 3

        /// A list with something added to it, or taken out.
        func list(
            _ key: TopicConfiguration,
            _ old: String,
            _ value: String
        ) throws(Refusal) -> String {
            guard case .list = key.kind else {
                throw Refusal(
                    .invalidConfig,
                    "\(key.name) is no list: nothing can be added to it or taken out."
                )
            }
            let given = value.split(separator: ",").map(String.init)
            var elements = old.split(separator: ",").map(String.init)
            elements.removeAll { given.contains($0) && self == .subtract }
            if self == .append { elements += given.filter { !elements.contains($0) } }
            return elements.joined(separator: ",")
        }
    }

    private static func key(_ name: String) throws(Refusal) -> TopicConfiguration {
        guard let key = TopicConfiguration.named(name) else {
            throw Refusal(.invalidConfig, "\(name) is no key of a topic's configuration.")
        }
        return key
    }

    private mutating func set(_ key: TopicConfiguration, _ value: String?) throws(Refusal) {
        if let value, let fault = key.fault(in: value) { throw Refusal(.invalidConfig, fault) }
        guard values.updateValue(value, forKey: key.name) == nil else {
            throw Refusal(.invalidRequest, "\(key.name) is named twice.")
        }
    }
}
