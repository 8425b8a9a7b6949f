internal import Bytes
internal import Engine
internal import Events
public import Logs
internal import Records
internal import Store
internal import Streams
internal import Workers

extension Platform {
    /// Appends records as they came: what does not fit the stream becomes a dead letter, and nothing is dropped.
    /// `values`: One record each, in order.
    /// Returns: Where the last record of each partition went.
    public func publish(_ values: [[UInt8]], to stream: String) async throws -> [Position] {
        guard let entry = try StreamCatalog.View(store).stream(stream) else {
            throw PlatformError.refused(StreamRefusal.unknownStream(stream))
        }
        try engine.requireLog()
        let definition = try declining { () throws(UnreadableDefinition) in
            try entry.served.read()
        }
        let answers = AppendAnswers(expecting: values.count)
        try await engine.pool.run { [clock, log] in
            // One thread appends one after the other: that keeps their order.
            let keys = Publication.keys(of: values, in: definition, at: clock.now())
            for (index, value) in values.enumerated() {
                let record = NewRecord(key: keys[index], value: value)
                log.append(record, to: definition.topic, partition: nil) {
                    answers.note($0, at: index)
                }
            }
        }
        return Dictionary(grouping: try await answers.all(), by: \.partition)
            .values.compactMap { $0.max() }.sorted()
    }
}
