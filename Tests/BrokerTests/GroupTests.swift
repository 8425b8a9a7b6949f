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

    @Test func `that was left without commits is remembered for a while, and can be deleted`()
        throws
    {
        let world = GroupWorld { $0.emptyGroupMilliseconds = 60_000 }
        func delete() -> ErrorCode? {
            var request = DeleteGroupsRequest()
            request.groups = ["group"]
            let answer = Answer<DeleteGroupsResponse>()
            world.coordinator.deleteGroups(request, world.now) { answer.give($0) }
            world.settle()
            return answer.value.flatMap { ErrorCode(rawValue: $0.results[0].error) }
        }
        func isListed() -> Bool {
            world.coordinator.list(ListGroupsRequest()).groups.map(\.state) == ["Empty"]
        }
        let members = try world.stable(instances: [nil])
        #expect(delete() == .nonEmptyGroup)
        #expect(world.leave(members[0].member) == ErrorCode.none)
        #expect(world.state.state == "Empty")
        #expect(isListed())
        #expect(delete() == ErrorCode.none)
        #expect(world.state.state == "Dead")
        #expect(delete() == .groupIDNotFound)

        let again = try world.stable(instances: [nil])
        #expect(world.leave(again[0].member) == ErrorCode.none)
        world.pass(59_999)
        #expect(isListed())
        world.pass(1)
        #expect(!isListed())
        #expect(delete() == .groupIDNotFound)
    }

    @Test func `with commits is deleted with them at once, however short ago it was left`() throws {
        let world = GroupWorld()
        let members = try world.stable(instances: [nil])
        let commit = world.commit(5, by: members[0].member, 1)
        world.settle()
        #expect(commit.error == ErrorCode.none)
        #expect(world.leave(members[0].member) == ErrorCode.none)
        world.settle()
        var request = DeleteGroupsRequest()
        request.groups = ["group"]
        let answer = Answer<DeleteGroupsResponse>()
        world.coordinator.deleteGroups(request, world.now) { answer.give($0) }
        world.settle()
        #expect(answer.value?.results.map(\.error) == [0])
        #expect(world.state.state == "Dead")
        #expect(world.coordinator.groups.isEmpty)
    }

    @Test func `nobody uses gives way where there are too many`() throws {
        let world = GroupWorld { $0.maxGroups = 2 }
        for name in ["first", "second"] {
            let join = world.join(group: name)
            world.pass(1_000)
            var request = LeaveGroupRequest()
            (request.group, request.member) = (name, try #require(join.value?.member))
            #expect(world.coordinator.leave(request, version: 0, world.now).error == 0)
        }
        #expect(Set(world.coordinator.groups.keys) == ["first", "second"])
        #expect(world.join(group: "third").error == nil)
        #expect(Set(world.coordinator.groups.keys) == ["second", "third"])
        #expect(world.join(group: "fourth").error == nil)
        // Those have members now, or will have.
        #expect(world.join(group: "fifth").error == .policyViolation)
    }

    @Test func `without members takes no commit of a generation, which was somebody's`() throws {
        let world = GroupWorld()
        #expect(world.commit(1, by: "", 3).error == .illegalGeneration)
        let members = try world.stable(instances: [nil])
        #expect(world.leave(members[0].member) == ErrorCode.none)
        #expect(world.commit(1, by: members[0].member, 1).error == .illegalGeneration)
        world.settle()
        #expect(world.offsets == [:])
    }

    @Test func `between its join and its sync takes no commit, because shares change hands`() throws
    {
        let world = GroupWorld()
        let joins = [world.join(), world.join()]
        world.pass(1_000)
        let members = try joins.map { try #require($0.value) }
        #expect(world.commit(1, by: members[1].member, 1).error == .rebalanceInProgress)
        world.settle()
        #expect(world.offsets == [:])
        _ = world.sync(members[0].member, 1)
        let commit = world.commit(1, by: members[1].member, 1)
        world.settle()
        #expect(commit.error == ErrorCode.none)
        #expect(world.offsets == [TopicPartition("work", 0): 1])
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

@Suite struct `All groups together` {
    @Test func `have limits, which do not depend on who is connected`() throws {
        let world = GroupWorld { settings in
            settings.maxAllMembers = 3
            settings.maxAllMemberBytes = 2_000
        }
        let large = [UInt8](repeating: 0, count: 1_500)
        let first = world.join(saying: large, group: "a")
        #expect(world.join(saying: large, group: "b").error == .groupMaxSizeReached)
        #expect(world.join(group: "b").error == nil)
        // An id that was given out counts too.
        #expect(world.join(group: "c", version: 4).error == .memberIDRequired)
        #expect(world.join(group: "d").error == .groupMaxSizeReached)
        world.pass(1_000)
        var request = LeaveGroupRequest()
        (request.group, request.member) = ("a", try #require(first.value?.member))
        #expect(world.coordinator.leave(request, version: 0, world.now).error == 0)
        #expect(world.join(saying: large, group: "b").error == nil)
        // All sessions end.
        world.pass(100_000_000)
        #expect(world.coordinator.memberCount == 0)
        #expect(world.coordinator.memberBytes == 0)
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
