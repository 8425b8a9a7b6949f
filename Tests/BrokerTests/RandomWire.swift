import Bytes
import Chance

@testable import Broker

/// Fills a message with chance instead of reading it, by the same description of its fields.
struct RandomWire: Wire {
    let version: Int16
    let isFlexible: Bool
    var generator: SeededRandom
    var position: Int { 0 }

    init(version: Int16, isFlexible: Bool, seed: UInt64) {
        self.version = version
        self.isFlexible = isFlexible
        self.generator = SeededRandom(seed: seed)
    }

    mutating func integer<Integer: FixedWidthInteger>(_ value: inout Integer) throws(ByteError) {
        value = Integer.random(
            in: (Bool.random(using: &generator) ? .min ... .max : 0 ... 3),
            using: &generator
        )
    }

    mutating func text(_ value: inout String?) throws(ByteError) {
        if value == nil, Bool.random(using: &generator) { return }
        value = String(
            (0 ..< Int.random(in: 0 ... 12, using: &generator)).map { _ in
                "aé.-_7𝄞".randomElement(using: &generator) ?? "a"
            }
        )
    }

    mutating func records(_ slices: inout [[UInt8]]?) throws(ByteError) {
        if Int.random(in: 0 ..< 4, using: &generator) == 0 { return slices = nil }
        slices = [
            (0 ..< Int.random(in: 0 ... 90, using: &generator)).map { _ in
                .random(in: 0 ... 255, using: &generator)
            }
        ]
    }

    mutating func raw(_ bytes: inout [UInt8], count: Int) throws(ByteError) {
        bytes = (0 ..< count).map { _ in .random(in: 0 ... 255, using: &generator) }
    }

    mutating func array<Element: Field>(_ elements: inout [Element]?) throws(ByteError) {
        if elements == nil, Bool.random(using: &generator) { return }
        var filled: [Element] = []
        for _ in 0 ..< Int.random(in: 0 ... 3, using: &generator) {
            var element = Element()
            try element.pass(through: &self)
            filled.append(element)
        }
        elements = filled
    }

    mutating func tags() throws(ByteError) {}
}

/// Every kind of request.
let everyRequest: [any Request.Type] = [
    ProduceRequest.self, FetchRequest.self, ListOffsetsRequest.self, MetadataRequest.self,
    FindCoordinatorRequest.self, ApiVersionsRequest.self, CreateTopicsRequest.self,
    DeleteTopicsRequest.self,
    DeleteRecordsRequest.self, InitProducerIDRequest.self, OffsetForLeaderEpochRequest.self,
    DescribeConfigsRequest.self, AlterConfigsRequest.self, IncrementalAlterConfigsRequest.self,
    CreatePartitionsRequest.self, DescribeClusterRequest.self, JoinGroupRequest.self,
    SyncGroupRequest.self, HeartbeatRequest.self, LeaveGroupRequest.self, OffsetCommitRequest.self,
    OffsetFetchRequest.self, DescribeGroupsRequest.self, ListGroupsRequest.self,
    DeleteGroupsRequest.self, OffsetDeleteRequest.self,
]

/// A message full of chance.
func random<Message: Structure>(
    _ type: Message.Type,
    of api: API,
    version: Int16,
    seed: UInt64
) throws -> Message {
    var wire = RandomWire(version: version, isFlexible: api.isFlexible(in: version), seed: seed)
    var message = Message()
    try message.pass(through: &wire)
    return message
}
