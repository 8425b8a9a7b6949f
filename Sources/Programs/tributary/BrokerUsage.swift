import Broker
import JSON

extension Broker.Usage {
    /// As `status` shows it.
    var json: JSONValue {
        func level(_ level: Level) -> JSONValue {
            ["now": .integer(Int64(level.now)), "most": .integer(Int64(level.most))]
        }
        return [
            "connections": level(connections), "heldBytes": level(heldBytes),
            "ownHeldBytes": level(ownHeldBytes), "descriptors": level(descriptors),
            "partitions": level(partitions),
            "refused": .object(
                refused.sorted { $0.key < $1.key }.map { ($0.key, .integer(Int64($0.value))) }
            ),
        ]
    }
}
