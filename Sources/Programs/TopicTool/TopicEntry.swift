/// One topic of topics.yaml.
struct TopicEntry: Equatable {
    var name: String
    var summary: String
    var plane: Plane
    var key: String
    var partitions: Int32
    var retention: KeptFor
    /// The full name of the message in the record value.
    var message: String
    /// The one module that decides what is written here.
    var owner: String

    /// What a topic is for; it says which rules its records follow.
    enum Plane: String, CaseIterable {
        case control, data, proof, failure
    }

    /// How long the records stay.
    enum KeptFor: Equatable {
        case forever, latestPerKey
        case days(Int64)
    }

    /// `streams` of `tributary.streams`: what the topic is called in Swift and in links.
    var shortName: String { String(name.split(separator: ".").last ?? "") }
    /// `StreamEvent` of `tributary.streams.v1.StreamEvent`.
    var messageName: String { String(message.split(separator: ".").last ?? "") }
    /// `tributary.streams.v1`.
    var package: String { String(message.dropLast(messageName.count + 1)) }
}

extension TopicEntry.KeptFor: CustomStringConvertible {
    var description: String {
        switch self {
        case .forever: "forever"
        case .latestPerKey: "the latest of each key"
        case .days(1): "1 day"
        case .days(let days): "\(days) days"
        }
    }
}
