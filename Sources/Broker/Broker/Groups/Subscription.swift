internal import Bytes

/// What consumers say in their protocols, as far as the broker must understand it. Source: ConsumerProtocolSubscription.
enum Subscription {
    static let protocolType = "consumer"

    /// The topics that the members of a group want; nil if one of them cannot be understood.
    static func topics(of group: Group) -> Set<String>? {
        var all: Set<String> = []
        for member in group.members.values {
            do throws(ByteError) {
                let metadata = member.metadata(
                    for: group.protocolName ?? member.protocols.first?.name
                )
                all.formUnion(try topics(in: metadata))
            } catch {
                return nil
            }
        }
        return all
    }

    /// A version, and the topics by name; what follows is for the assignor.
    static func topics(in metadata: [UInt8]) throws(ByteError) -> [String] {
        var reader = ByteReader(metadata)
        try reader.skip(2)
        var topics: [String] = []
        for _ in 0 ..< max(0, try reader.read(Int32.self)) {
            let name = try reader.read(count: Int(try reader.read(Int16.self)))
            topics.append(String(decoding: name, as: UTF8.self))
        }
        return topics
    }
}
