/// A request that the coordinator answers.
protocol GroupRequest: Request {
    /// The answer where all of it goes wrong for one reason, or well.
    func refused(_ error: ErrorCode) -> Response
    func put(
        to coordinator: Coordinator,
        _ caller: Caller,
        _ now: GroupTime,
        reply: @escaping Reply<Response>
    )
}

extension JoinGroupRequest: GroupRequest {
    func refused(_ error: ErrorCode) -> Response { Response(refusing: error, member: member) }

    func put(
        to coordinator: Coordinator,
        _ caller: Caller,
        _ now: GroupTime,
        reply: @escaping Reply<Response>
    ) {
        coordinator.join(self, caller, now, reply: reply)
    }
}

extension SyncGroupRequest: GroupRequest {
    func refused(_ error: ErrorCode) -> Response { Response(refusing: error) }

    func put(
        to coordinator: Coordinator,
        _ caller: Caller,
        _ now: GroupTime,
        reply: @escaping Reply<Response>
    ) {
        coordinator.sync(self, caller, now, reply: reply)
    }
}

extension HeartbeatRequest: GroupRequest {
    func refused(_ error: ErrorCode) -> Response {
        var response = Response()
        response.error = error.rawValue
        return response
    }

    func put(
        to coordinator: Coordinator,
        _ caller: Caller,
        _ now: GroupTime,
        reply: @escaping Reply<Response>
    ) {
        reply(coordinator.heartbeat(self, now))
    }
}

extension LeaveGroupRequest: GroupRequest {
    func refused(_ error: ErrorCode) -> Response {
        var response = Response()
        response.error = error.rawValue
        return response
    }

    func put(
        to coordinator: Coordinator,
        _ caller: Caller,
        _ now: GroupTime,
        reply: @escaping Reply<Response>
    ) {
        reply(coordinator.leave(self, version: caller.version, now))
    }
}

extension DescribeGroupsRequest: GroupRequest {
    func refused(_ error: ErrorCode) -> Response {
        var response = Response()
        response.groups = groups.map { name in
            var group = Response.Group()
            (group.id, group.error) = (name, error.rawValue)
            return group
        }
        return response
    }

    func put(
        to coordinator: Coordinator,
        _ caller: Caller,
        _ now: GroupTime,
        reply: @escaping Reply<Response>
    ) {
        reply(coordinator.describe(self))
    }
}

extension ListGroupsRequest: GroupRequest {
    func refused(_ error: ErrorCode) -> Response {
        var response = Response()
        response.error = error.rawValue
        return response
    }

    func put(
        to coordinator: Coordinator,
        _ caller: Caller,
        _ now: GroupTime,
        reply: @escaping Reply<Response>
    ) {
        reply(coordinator.list(self))
    }
}
