import Segments
import Testing

@testable import Broker

@Suite struct `A group` {
    @Test func `that was empty waits a moment, and then begins one generation with all`() throws {
        let world = GroupWorld()
        let first = world.join()
        world.pass(150)
        let second = world.join()
        #expect(first.value == nil)
        world.pass(199)
        #expect(first.value == nil)
        world.pass(1)
        let (one, two) = (try #require(first.value), try #require(second.value))
        #expect([one.generation, two.generation] == [1, 1])
        #expect([one.leader, two.leader] == [one.member, one.member])
        #expect(one.members.map(\.id) == [one.member, two.member])
        #expect(two.members.isEmpty)
    }

    @Test func `begins its next generation when all have joined again, without waiting`() throws {
        let world = GroupWorld()
        let members = try world.stable(instances: [nil, nil])
        let third = world.join()
        #expect(world.heartbeat(members[0].member, 1) == .rebalanceInProgress)
        #expect(world.sync(members[0].member, 1).error == .rebalanceInProgress)
        let again = members.map { world.join($0.member) }
        #expect(again.map { $0.value?.generation } == [2, 2])
        #expect(third.value?.generation == 2)
        #expect(again[0].value?.members.count == 3)
    }

    @Test func `goes on without members that do not join again in time`() throws {
        let world = GroupWorld()
        let members = try world.stable(instances: [nil, nil])
        let third = world.join()
        let again = world.join(members[1].member)
        world.pass(4_999)
        #expect(again.value == nil)
        world.pass(1)
        #expect(again.value?.generation == 2)
        #expect(again.value?.leader == members[1].member)
        #expect(third.value?.generation == 2)
        #expect(world.heartbeat(members[0].member, 1) == .unknownMemberID)
    }

    @Test func `notices that a member died, by its session timeout`() throws {
        let world = GroupWorld()
        let members = try world.stable(instances: [nil, nil])
        for _ in 0 ..< 4 {
            world.pass(2_400)
            #expect(world.heartbeat(members[0].member, 1) == ErrorCode.none)
        }
        world.pass(400)
        #expect(world.heartbeat(members[0].member, 1) == .rebalanceInProgress)
        #expect(world.join(members[0].member).value?.members.count == 1)
    }

    @Test func `begins anew when its leader leaves, with another`() throws {
        let world = GroupWorld()
        let members = try world.stable(instances: [nil, nil])
        #expect(world.leave(members[0].member) == ErrorCode.none)
        #expect(world.heartbeat(members[1].member, 1) == .rebalanceInProgress)
        #expect(world.join(members[1].member).value?.leader == members[1].member)
    }

    @Test func `begins anew when its leader dies before it has shared out`() throws {
        let world = GroupWorld()
        let joins = [world.join(), world.join()]
        world.pass(1_000)
        let members = try joins.map { try #require($0.value) }
        let sync = world.sync(members[1].member, 1)
        world.pass(4_200)
        #expect(sync.error == .rebalanceInProgress)
        #expect(world.join(members[1].member).value?.leader == members[1].member)
    }

    @Test func `is not disturbed by who leaves without having been in it`() throws {
        let world = GroupWorld()
        let members = try world.stable(instances: [nil])
        #expect(world.leave("nobody") == .unknownMemberID)
        #expect(world.heartbeat(members[0].member, 1) == ErrorCode.none)
    }

    @Test func `refuses members of other generations and members it does not know`() throws {
        let world = GroupWorld()
        #expect(world.heartbeat("nobody", 1) == .unknownMemberID)
        #expect(world.join("nobody").error == .unknownMemberID)
        let members = try world.stable(instances: [nil])
        #expect(world.heartbeat("nobody", 1) == .unknownMemberID)
        #expect(world.heartbeat(members[0].member, 2) == .illegalGeneration)
        #expect(world.sync(members[0].member, 0).error == .illegalGeneration)
        #expect(world.commit(1, by: members[0].member, 7).error == .illegalGeneration)
        #expect(world.commit(1, by: "nobody", 1).error == .unknownMemberID)
        #expect(world.commit(1).error == .unknownMemberID)
    }

    @Test func `tells new members their id first, from version 4 on`() throws {
        let world = GroupWorld()
        let refused = try #require(world.join(version: 4).value)
        #expect(refused.error == ErrorCode.memberIDRequired.rawValue)
        #expect(refused.member.hasPrefix("client-"))
        let join = world.join(refused.member, version: 4)
        world.pass(1_000)
        #expect(join.value?.member == refused.member)
        // Whoever takes longer must ask again.
        let late = try #require(world.join(version: 4).value)
        world.pass(10_000)
        #expect(world.join(late.member, version: 4).error == .unknownMemberID)
    }

    @Test func `chooses the protocol that most members prefer among those that all speak`() throws {
        let world = GroupWorld()
        let joins = [["a", "b", "c"], ["c", "b"], ["d", "c", "b"]].map { world.join(protocols: $0) }
        #expect(world.join(protocols: ["a"]).error == .inconsistentGroupProtocol)
        world.pass(1_000)
        #expect(joins.map { $0.value?.protocolName } == ["c", "c", "c"])
        let member = try #require(joins[0].value?.member)
        #expect(world.sync(member, 1, protocolName: "b").error == .inconsistentGroupProtocol)
    }

    @Test func `forgets a member that hung up before it knew its id`() throws {
        let world = GroupWorld()
        let gone = world.join()
        world.coordinator.forget(world.ticket, world.now)
        let join = world.join()
        world.pass(1_000)
        #expect(gone.value == nil)
        #expect(join.value?.members.count == 1)
        #expect(world.coordinator.waiting.isEmpty)
    }

    @Test func `has limits`() throws {
        let world = GroupWorld { settings in
            settings.maxMembers = 2
            settings.maxGroups = 2
            settings.maxMemberBytes = 1_000
        }
        let joins = [world.join(), world.join(), world.join()]
        #expect(joins[2].error == .groupMaxSizeReached)
        let large = [UInt8](repeating: 0, count: 1_001)
        #expect(world.join(saying: large, group: "large").error == .invalidRequest)
        #expect(world.join(session: 10, group: "short").error == .invalidSessionTimeout)
        #expect(world.join(group: "").error == .invalidGroupID)
        #expect(world.join(group: "second").error == nil)
        #expect(world.join(group: "third").error == .policyViolation)
        #expect(world.coordinator.groups.count == 2)
    }
}

@Suite struct `A member with a name of its own` {
    @Test func `is started again without a new generation, and its predecessor is fenced`() throws {
        let world = GroupWorld()
        let members = try world.stable(instances: ["one", "two"])
        for (name, version) in [("two", Int16(5)), ("one", 5), ("one", 9)] {
            let index = name == "one" ? 0 : 1
            let again = try #require(world.join(instance: name, version: version).value)
            #expect(again.error == 0)
            #expect(again.generation == 1)
            #expect(again.member != members[index].member)
            #expect(again.leader != again.member || version == 9)
            #expect(again.skipsAssignment == (version == 9 && name == "one"))
            let share = world.sync(again.member, 1, instance: name).value?.assignment.bytes
            #expect(share == [UInt8(index)])
            let old = members[index].member
            #expect(world.heartbeat(old, 1, instance: name) == .fencedInstanceID)
            #expect(world.sync(old, 1, instance: name).error == .fencedInstanceID)
            #expect(world.join(old, instance: name).error == .fencedInstanceID)
            #expect(world.leave(old, instance: name) == .fencedInstanceID)
        }
        #expect(world.state.state == "Stable")
    }

    @Test func `is fenced while it waits, if another of its name comes`() throws {
        let world = GroupWorld()
        let first = world.join(instance: "one")
        let second = world.join(instance: "one")
        #expect(first.error == .fencedInstanceID)
        world.pass(1_000)
        #expect(second.value?.members.count == 1)
    }

    @Test func `stays in the group until its session ends, whatever generation begins`() throws {
        let world = GroupWorld()
        let members = try world.stable(instances: ["one", nil])
        let third = world.join()
        _ = world.join(members[1].member)
        world.pass(5_000)
        #expect(third.value?.generation == 2)
        #expect(world.state.members.map(\.instance) == ["one", nil, nil])
        world.pass(5_000)
        #expect(!world.state.members.contains { $0.instance == "one" })
    }

    @Test func `is taken out by its name`() throws {
        let world = GroupWorld()
        let members = try world.stable(instances: ["one", "two"])
        #expect(world.leave("", instance: "three") == .unknownMemberID)
        #expect(world.leave("", instance: "one") == ErrorCode.none)
        let beat = world.heartbeat(members[1].member, 1, instance: "two")
        #expect(beat == .rebalanceInProgress)
    }
}
