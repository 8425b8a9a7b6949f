import Chance
import Testing

@testable import Broker

/// A group of clients that come, go, die and are started again, as chance will have it.
private final class GroupSimulation {
    static let partitions = UInt8(8)
    let world = GroupWorld()
    private var random: SeededRandom
    private var clients: [Client] = []
    /// Which owner has each partition in each generation. A member with a name of its own hands on what it has.
    private var owners: [Int32: [UInt8: String]] = [:]
    private(set) var faults: [String] = []
    private(set) var generations: Set<Int32> = []

    /// A consumer with an eager assignor.
    final class Client {
        let instance: String?
        var id = ""
        var generation: Int32 = -1
        /// Of its last request.
        var ticket: UInt64 = 0
        var join: Answer<JoinGroupResponse>?
        var sync: Answer<SyncGroupResponse>?
        var isStable = false
        /// Another has its name: whatever it asks must be refused.
        var isFenced = false
        init(_ instance: String?) { self.instance = instance }
        var owner: String { instance ?? id }
    }

    init(seed: UInt64) {
        random = SeededRandom(seed: seed)
        // A group with offsets is remembered when it is empty, and so is the number of its generation.
        _ = world.commit(1)
        world.settle()
    }

    func run(steps: Int) {
        for _ in 0 ..< steps {
            switch Int.random(in: 0 ..< 100, using: &random) {
            case 0 ..< 6 where clients.count < 7: start()
            case 6 ..< 9: leave()
            case 9 ..< 12: die()
            case 12 ..< 14: hangUp()
            case 14 ..< 30: world.pass(.random(in: 0 ... 3_000, using: &random))
            default: if let client = clients.randomElement(using: &random) { work(client) }
            }
        }
        // Left alone, those that live agree.
        for _ in 0 ..< 200 {
            for client in clients { work(client) }
            world.pass(100)
        }
        let live = Set(clients.filter { !$0.isFenced }.map(\.id))
        let members = world.state.members
        let state = world.state.state
        if !live.isEmpty, state != "Stable" { faults.append("ends \(state)") }
        if Set(members.map(\.id)) != live { faults.append("ends with members that are not") }
        let shared = members.flatMap(\.assignment.bytes).sorted()
        if !live.isEmpty, shared != Array(0 ..< Self.partitions) {
            faults.append("ends with shares \(shared)")
        }
        if world.coordinator.waiting.count != 0 { faults.append("somebody waits for ever") }
    }

    private func start() {
        let name = Int.random(in: 0 ..< 3, using: &random)
        let instance = Bool.random(using: &random) ? "instance-\(name)" : nil
        let client = Client(instance)
        clients.append(client)
        join(client)
    }

    private func leave() {
        guard let index = clients.indices.randomElement(using: &random) else { return }
        let client = clients.remove(at: index)
        let error = world.leave(client.id, instance: client.instance)
        // Who never heard its id leaves by its name, if it has one.
        if client.isFenced, error == ErrorCode.none, !client.id.isEmpty {
            faults.append("a fenced member left")
        }
    }

    private func die() {
        guard let index = clients.indices.randomElement(using: &random) else { return }
        clients.remove(at: index)
    }

    /// A connection goes, and with it the answer.
    private func hangUp() {
        guard let ticket = world.coordinator.waiting.keys.sorted().randomElement(using: &random)
        else { return }
        world.coordinator.forget(ticket, world.now)
        for client in clients where client.ticket == ticket {
            (client.join, client.sync) = (nil, nil)
        }
    }

    private func join(_ client: Client) {
        (client.isStable, client.sync) = (false, nil)
        let isNewInstance = client.instance != nil && client.id.isEmpty
        client.join = world.join(client.id, instance: client.instance, version: 5)
        client.ticket = world.ticket
        guard isNewInstance else { return }
        for other in clients where other !== client && other.instance == client.instance {
            other.isFenced = true
        }
    }

    /// The next thing that this client would do.
    private func work(_ client: Client) {
        if let join = client.join {
            guard let response = join.value else { return }
            client.join = nil
            joined(client, response)
        } else if let sync = client.sync {
            guard let response = sync.value else { return }
            client.sync = nil
            synced(client, response)
        } else if client.isStable {
            let error = world.heartbeat(client.id, client.generation, instance: client.instance)
            if client.isFenced, error == ErrorCode.none { faults.append("a fenced member lives") }
            if error != ErrorCode.none { refused(client, error) }
        } else if !client.isFenced {
            join(client)
        }
    }

    private func joined(_ client: Client, _ response: JoinGroupResponse) {
        guard response.error == 0 else {
            if response.error == ErrorCode.memberIDRequired.rawValue {
                client.id = response.member
                return join(client)
            }
            return refused(client, ErrorCode(rawValue: response.error))
        }
        (client.id, client.generation) = (response.member, response.generation)
        generations.insert(response.generation)
        var shares: [String: [UInt8]] = [:]
        for partition in 0 ..< Self.partitions where !response.members.isEmpty {
            let member = response.members[Int(partition) % response.members.count]
            shares[member.id, default: []].append(partition)
        }
        client.sync = world.sync(
            client.id,
            client.generation,
            instance: client.instance,
            assigning: shares
        )
        client.ticket = world.ticket
    }

    private func synced(_ client: Client, _ response: SyncGroupResponse) {
        guard response.error == 0 else {
            return refused(client, ErrorCode(rawValue: response.error))
        }
        client.isStable = true
        for partition in response.assignment.bytes {
            let owner = owners[client.generation, default: [:]].updateValue(
                client.owner,
                forKey: partition
            )
            if let owner, owner != client.owner {
                faults.append("\(partition) has two owners in generation \(client.generation)")
            }
        }
    }

    private func refused(_ client: Client, _ error: ErrorCode?) {
        client.isStable = false
        switch error {
        case .fencedInstanceID:
            if !client.isFenced { faults.append("fenced without reason") }
            clients.removeAll { $0 === client }
        case .unknownMemberID, .illegalGeneration:
            // A fenced one that its successor outlived or left before may not come back by itself.
            client.id = ""
            if client.isFenced { clients.removeAll { $0 === client } } else { join(client) }
        case .rebalanceInProgress: join(client)
        default: faults.append("refused with \(String(describing: error))")
        }
    }
}

@Suite struct `A group whatever happens to its members` {
    @Test func `gives each partition to one of them, and comes to rest`() {
        let seed = UInt64.random(in: 0 ... .max)
        print("Seed of the groups: \(seed)")
        var seeds = SeededRandom(seed: seed)
        var generations = 0
        for _ in 0 ..< 150 {
            let one = seeds.next()
            let simulation = GroupSimulation(seed: one)
            simulation.run(steps: 300)
            generations += simulation.generations.count
            #expect(simulation.faults.isEmpty, "seed \(one) of \(seed)")
        }
        #expect(generations > 1_000, "too little happened; seed \(seed)")
    }
}
