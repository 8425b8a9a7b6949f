import Broker
import JSON

extension Broker.Usage {
    /// As `status` shows it.
    var json: JSONValue {
        func level(_ level: Level) -> JSONValue {
            ["now": .integer(Int64(level.now)), "most": .integer(Int64(level.most))]
        }
        return [
            "connections": level(connections), "ownConnections": level(ownConnections),
            "heldBytes": level(heldBytes),
            "peakHeldBytes": .integer(Int64(peakHeldBytes)),
            "ownHeldBytes": level(ownHeldBytes), "descriptors": level(descriptors),
            "partitions": level(partitions), "groups": level(groups), "members": level(members),
            "memberBytes": level(memberBytes), "offsetBytes": level(offsetBytes),
            "settings": [
                "requestBytes": .integer(Int64(settings.maxRequestBytes)),
                "requestSeconds": .integer(Int64(settings.requestSeconds)),
                "idleSeconds": .integer(Int64(settings.idleSeconds)),
                "patienceMilliseconds": .integer(settings.patienceMilliseconds),
                "descriptorReserve": .integer(Int64(settings.descriptorReserve)),
            ],
            "refused": .object(
                refused.sorted { $0.key < $1.key }.map { ($0.key, .integer(Int64($0.value))) }
            ),
        ]
    }
}
