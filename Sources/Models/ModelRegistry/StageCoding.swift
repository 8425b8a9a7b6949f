public import Bytes
internal import Events

extension Stage: Stored {
    public func write(to writer: inout ByteWriter) { rawValue.write(to: &writer) }

    public init(from reader: inout ByteReader) throws(ByteError) {
        let start = reader.position
        guard let stage = Stage(rawValue: try String(from: &reader)) else {
            throw .malformed("an unknown stage", at: start)
        }
        self = stage
    }
}

extension Stage {
    /// Where versions are put by a decision; at development they begin, and archived they become by themselves.
    public static let decided: [Stage] = [.test, .production]

    var isDecided: Bool { Self.decided.contains(self) }

    /// Nil where the fact names no stage.
    init?(_ stage: ModelEvent.Stage) {
        switch stage {
        case .development: self = .development
        case .test: self = .test
        case .production: self = .production
        case .archived: self = .archived
        case .unspecified, .UNRECOGNIZED: return nil
        }
    }

    var inFacts: ModelEvent.Stage {
        switch self {
        case .development: .development
        case .test: .test
        case .production: .production
        case .archived: .archived
        }
    }
}
