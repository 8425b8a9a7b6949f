internal import Bytes
internal import Events
internal import FoundationEssentials
internal import Logs
internal import Records
internal import SwiftProtobuf

extension StreamDefinition {
    /// The whole definition as the fact that declares it.
    var declared: StreamEvent.Declared {
        .with {
            $0.name = name
            $0.description_p = description
            $0.owner = owner
            $0.topic = topic
            $0.partitions = partitions
            if case .span(let span) = retention { $0.retentionUs = span.microseconds }
            switch format {
            case .json: $0.format = .json
            }
            $0.key = key
            $0.time = time
            if let identity { $0.identity = identity }
            $0.latenessUs = lateness.microseconds
            if let idle { $0.idleUs = idle.microseconds }
            if let notBefore { $0.notBeforeUs = notBefore.microseconds }
            if let notAfter { $0.notAfterUs = notAfter.microseconds }
            $0.fields = fields.map { field in
                .with {
                    $0.name = field.name
                    $0.type = field.type.inFacts
                    $0.isOptional = field.isOptional
                    $0.oneOf = field.oneOf
                }
            }
            $0.generation = .init(generation.bytes)
        }
    }

    /// Nil where the fact holds no definition that keeps the rules: no release writes such a one.
    init?(_ declared: StreamEvent.Declared) {
        guard declared.format == .json else { return nil }
        var fields: [Field] = []
        for field in declared.fields {
            guard let type = FieldType(field.type) else { return nil }
            fields.append(Field(field.name, type, isOptional: field.isOptional, oneOf: field.oneOf))
        }
        self.init(
            name: declared.name,
            description: declared.description_p,
            owner: declared.owner,
            topic: declared.topic,
            partitions: declared.partitions,
            retention: declared.hasRetentionUs
                ? .span(TimeSpan(microseconds: declared.retentionUs)) : .forever,
            format: .json,
            key: declared.key,
            time: declared.time,
            identity: declared.hasIdentity ? declared.identity : nil,
            lateness: TimeSpan(microseconds: declared.latenessUs),
            idle: declared.hasIdleUs ? TimeSpan(microseconds: declared.idleUs) : nil,
            notBefore: declared.hasNotBeforeUs ? Instant(microseconds: declared.notBeforeUs) : nil,
            notAfter: declared.hasNotAfterUs ? Instant(microseconds: declared.notAfterUs) : nil,
            fields: fields
        )
        guard problems.isEmpty else { return nil }
    }
}

extension Records.FieldType {
    fileprivate var inFacts: StreamEvent.FieldType {
        switch self {
        case .bool: .bool
        case .int32: .int32
        case .int64: .int64
        case .float: .float
        case .string: .string
        case .timestamp: .timestamp
        }
    }

    fileprivate init?(_ type: StreamEvent.FieldType) {
        switch type {
        case .bool: self = .bool
        case .int32: self = .int32
        case .int64: self = .int64
        case .float: self = .float
        case .string: self = .string
        case .timestamp: self = .timestamp
        case .unspecified, .UNRECOGNIZED: return nil
        }
    }
}
