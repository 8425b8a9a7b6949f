import ArgumentParser
import Broker

/// What the clients of the embedded broker may take of it, as the command line says it.
struct BrokerLimitOptions: ParsableArguments {
    private static let usual = Broker.Settings()

    @Option(help: "Connections at once; beyond them the one silent for longest gives way.")
    var kafkaConnections = usual.maxConnections

    @Option(help: "Connections beyond them, for the server's own clients.")
    var kafkaOwnConnections = usual.ownConnections

    @Option(help: "Requests under way and answers not taken yet of all clients, in MiB.")
    var kafkaMemory = usual.maxHeldBytes >> 20

    @Option(help: "The same of the server's own clients, in MiB.")
    var kafkaOwnMemory = usual.ownHeldBytes >> 20

    @Option(help: "The longest request, in MiB.")
    var kafkaRequest = usual.maxRequestBytes >> 20

    @Option(help: "Seconds for a request to arrive, and one more for each MiB.")
    var kafkaRequestSeconds = usual.requestSeconds

    @Option(help: "Seconds that a silent connection stays open.")
    var kafkaIdleSeconds = usual.idleSeconds

    @Option(help: "Milliseconds to stand still with memory that others wait for.")
    var kafkaPatience = usual.patienceMilliseconds

    @Option(help: "Files and sockets of the process; as many as the system allows by itself.")
    var kafkaDescriptors: Int?

    @Option(help: "Of them, those that connections leave for files.")
    var kafkaDescriptorReserve = usual.descriptorReserve

    @Option(help: "Partitions of all topics.")
    var kafkaPartitions = usual.maxPartitions

    @Option(help: "Consumer groups.")
    var kafkaGroups = usual.groups.maxGroups

    @Option(help: "Members of all groups.")
    var kafkaMembers = usual.groups.maxAllMembers

    @Option(help: "What all members say and are told, in MiB.")
    var kafkaMemberMemory = usual.groups.maxAllMemberBytes >> 20

    @Option(help: "Offsets of all groups, in MiB.")
    var kafkaOffsetMemory = usual.groups.maxOffsetBytes >> 20

    func validate() throws {
        let counts = [
            kafkaConnections, kafkaOwnConnections, kafkaMemory, kafkaOwnMemory,
            kafkaDescriptors ?? 64,
            kafkaDescriptorReserve, kafkaPartitions, kafkaGroups, kafkaMembers, kafkaMemberMemory,
            kafkaOffsetMemory,
        ]
        let seconds = [kafkaRequestSeconds, kafkaIdleSeconds]
        guard counts.allSatisfy({ (1 ... 1_000_000).contains($0) }),
            seconds.allSatisfy({ (1 ... 86_400).contains($0) }),
            (1 ... 86_400_000).contains(kafkaPatience)
        else {
            throw ValidationError(
                "The limits of the broker are at least 1, and times no more than a day."
            )
        }
        // Lengths are of 32 bits in Kafka's protocol.
        guard (1 ... 1_024).contains(kafkaRequest) else {
            throw ValidationError("--kafka-request is from 1 to 1024 MiB.")
        }
    }

    func set(_ settings: inout Broker.Settings) {
        settings.maxConnections = kafkaConnections
        settings.ownConnections = kafkaOwnConnections
        settings.maxHeldBytes = kafkaMemory << 20
        settings.ownHeldBytes = kafkaOwnMemory << 20
        settings.maxRequestBytes = kafkaRequest << 20
        settings.requestSeconds = kafkaRequestSeconds
        settings.idleSeconds = kafkaIdleSeconds
        settings.patienceMilliseconds = kafkaPatience
        settings.maxDescriptors = kafkaDescriptors
        settings.descriptorReserve = kafkaDescriptorReserve
        settings.maxPartitions = kafkaPartitions
        settings.groups.maxGroups = kafkaGroups
        settings.groups.maxAllMembers = kafkaMembers
        settings.groups.maxAllMemberBytes = kafkaMemberMemory << 20
        settings.groups.maxOffsetBytes = kafkaOffsetMemory << 20
    }
}
