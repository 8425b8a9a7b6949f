// Made by `TopicTool write` from Topics/. Do not edit.
// swift-format-ignore-file

internal import FoundationEssentials
internal import SwiftProtobuf

extension StreamEvent {
    public var isOfLaterRelease: Bool {
        guard unknownFields.data.isEmpty else { return true }
        return switch fact {
        case .declared(let fact)?: fact.isOfLaterRelease
        case .deleted(let fact)?: fact.isOfLaterRelease
        case .advanced(let fact)?: fact.isOfLaterRelease
        case .switched(let fact)?: fact.isOfLaterRelease
        case nil: false
        }
    }
}

extension StreamEvent.Format {
    var isOfLaterRelease: Bool {
        if case .UNRECOGNIZED = self { true } else { false }
    }
}

extension StreamEvent.FieldType {
    var isOfLaterRelease: Bool {
        if case .UNRECOGNIZED = self { true } else { false }
    }
}

extension StreamEvent.Cause {
    var isOfLaterRelease: Bool {
        if case .UNRECOGNIZED = self { true } else { false }
    }
}

extension StreamEvent.Declared {
    var isOfLaterRelease: Bool {
        !unknownFields.data.isEmpty || format.isOfLaterRelease || fields.contains { $0.isOfLaterRelease }
    }
}

extension StreamEvent.Field {
    var isOfLaterRelease: Bool {
        !unknownFields.data.isEmpty || type.isOfLaterRelease
    }
}

extension StreamEvent.Deleted {
    var isOfLaterRelease: Bool {
        !unknownFields.data.isEmpty
    }
}

extension StreamEvent.Advanced {
    var isOfLaterRelease: Bool {
        !unknownFields.data.isEmpty || cause.isOfLaterRelease
    }
}

extension StreamEvent.Switched {
    var isOfLaterRelease: Bool {
        !unknownFields.data.isEmpty
    }
}

extension DeadLetterEvent {
    public var isOfLaterRelease: Bool {
        guard unknownFields.data.isEmpty else { return true }
        return switch fact {
        case .refused(let fact)?: fact.isOfLaterRelease
        case .restarted(let fact)?: fact.isOfLaterRelease
        case nil: false
        }
    }
}

extension DeadLetterEvent.Refused {
    var isOfLaterRelease: Bool {
        !unknownFields.data.isEmpty || headers.contains { $0.isOfLaterRelease }
    }
}

extension DeadLetterEvent.Restarted {
    var isOfLaterRelease: Bool {
        !unknownFields.data.isEmpty
    }
}

extension DeadLetterEvent.Header {
    var isOfLaterRelease: Bool {
        !unknownFields.data.isEmpty
    }
}

extension AlertEvent {
    public var isOfLaterRelease: Bool {
        guard unknownFields.data.isEmpty else { return true }
        return switch fact {
        case .raised(let fact)?: fact.isOfLaterRelease
        case .resolved(let fact)?: fact.isOfLaterRelease
        case nil: false
        }
    }
}

extension AlertEvent.Raised {
    var isOfLaterRelease: Bool {
        !unknownFields.data.isEmpty
    }
}

extension AlertEvent.Resolved {
    var isOfLaterRelease: Bool {
        !unknownFields.data.isEmpty
    }
}

extension AttestationEvent {
    public var isOfLaterRelease: Bool {
        guard unknownFields.data.isEmpty else { return true }
        return switch fact {
        case .attested(let fact)?: fact.isOfLaterRelease
        case .diverged(let fact)?: fact.isOfLaterRelease
        case nil: false
        }
    }
}

extension AttestationEvent.Attested {
    var isOfLaterRelease: Bool {
        !unknownFields.data.isEmpty
    }
}

extension AttestationEvent.Diverged {
    var isOfLaterRelease: Bool {
        !unknownFields.data.isEmpty
    }
}
