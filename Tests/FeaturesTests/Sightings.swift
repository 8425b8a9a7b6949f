import Bytes
import Features
import JSON
import Logs
import Records
import Store

/// A stream with a field of every type, for views of whoever was seen.
enum Sightings {
    static let start = Instant(microseconds: 1_372_636_800_000_000)  // 2013-07-01T00:00:00Z
    static let received = start + .day

    static func stream(
        partitions: Int32 = 1,
        lateness: TimeSpan = .seconds(0)
    ) -> StreamDefinition {
        StreamDefinition(
            name: "sightings",
            partitions: partitions,
            key: "id",
            time: "at",
            identity: "id",
            lateness: lateness,
            fields: [
                .init("id", .int64), .init("at", .timestamp),
                .init("who", .string, isOptional: true), .init("part", .int32),
                .init("n", .int32, isOptional: true), .init("big", .int64, isOptional: true),
                .init("x", .float, isOptional: true), .init("flag", .bool, isOptional: true),
                .init("word", .string, isOptional: true),
                .init("seen", .timestamp, isOptional: true),
            ]
        )
    }

    /// An instant some microseconds after the start.
    static func at(_ microseconds: Int64) -> Instant {
        Instant(microseconds: start.microseconds + microseconds)
    }

    static func value(_ values: [(String, JSONValue)]) throws -> [UInt8] {
        try JSONValue.object(values).bytes()
    }

    static func view(
        _ features: [FeatureViewDefinition.Aggregate],
        entity: String = "who",
        filter: String? = nil,
        ttl: TimeSpan? = nil,
        over stream: StreamDefinition = stream()
    ) throws -> StreamView {
        let source = FeatureViewDefinition.StreamSource(
            stream: stream.name,
            entity: entity,
            filter: filter,
            ttl: ttl,
            features: features
        )
        let definition = FeatureViewDefinition(name: "seen", source: .stream(source))
        return try StreamView(definition, of: source, over: stream)
    }

    static func store() throws -> MemoryStore {
        let store = MemoryStore()
        try store.open(FeatureFold.family)
        return store
    }
}

extension FieldValue {
    var json: JSONValue {
        switch self {
        case .null: .null
        case .bool(let value): .bool(value)
        case .int(let value): .integer(value)
        case .float(let value): .number(value)
        case .string(let value): .string(value)
        case .timestamp(let value): .string(value.rfc3339)
        }
    }

    /// What tells two values apart that are not the same to the last bit.
    var exactBytes: [UInt8] {
        guard case .float(let value) = self else { return storedBytes }
        return value.bitPattern.orderedBytes
    }
}
