import Events
import Logs
import SwiftProtobuf

/// What `tributary.notices` holds. Of the platform's own topics, TopicTool writes this.
extension NoticeEvent: ControlEvent {
    static let topic = TopicSpec("tributary.notices", partitions: 1, retention: .forever)
    static let plane = Plane.control
    static let typeNames = [
        "tributary.notices.v1.Declared", "tributary.notices.v1.Deleted",
        "tributary.notices.v1.Acknowledged",
    ]

    var typeName: String? {
        switch fact {
        case .declared?: Self.typeNames[0]
        case .deleted?: Self.typeNames[1]
        case .acknowledged?: Self.typeNames[2]
        case nil: nil
        }
    }

    var subject: String? {
        switch fact {
        case .declared(let fact)?: fact.name
        case .deleted(let fact)?: fact.name
        case .acknowledged(let fact)?: fact.name
        case nil: nil
        }
    }

    var isOfLaterRelease: Bool {
        guard unknownFields.data.isEmpty else { return true }
        return switch fact {
        case .declared(let fact)?: !fact.unknownFields.data.isEmpty
        case .deleted(let fact)?: !fact.unknownFields.data.isEmpty
        case .acknowledged(let fact)?: !fact.unknownFields.data.isEmpty
        case nil: false
        }
    }
}
