internal import Bytes
internal import Events
public import Logs
internal import Projections
internal import Store
internal import Streams
internal import Synchronization
internal import Workers

extension Platform {
    /// Appends records as they came: what does not fit the stream becomes a dead letter, and nothing is dropped.
    /// - Parameter values: One record each, in order.
    /// - Returns: Where the last record of each partition went.
    public func publish(_ values: [[UInt8]], to stream: String) async throws -> [Position] {
        guard let entry = try StreamCatalog.View(store).stream(stream) else {
            throw PlatformError.refused(.unknownStream(stream))
        }
        let definition = entry.definition
        let records = try await pool.run { [clock] in
            zip(Publication.keys(of: values, in: definition, at: clock.now()), values).map { key, value in
                NewRecord(key: key, value: value)
            }
        }
        return try await withThrowingTaskGroup(of: Position.self) { group in
            for record in records {
                group.addTask { [log] in try await log.append(record, to: definition.topic) }
            }
            var last: [Partition: Position] = [:]
            for try await position in group {
                let known = last[position.partition]?.offset ?? -1
                if position.offset > known { last[position.partition] = position }
            }
            return last.values.sorted { $0.partition < $1.partition }
        }
    }
}
