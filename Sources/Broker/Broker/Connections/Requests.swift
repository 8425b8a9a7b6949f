internal import Bytes
internal import NIOCore
internal import NIOPosix
internal import Segments

/// Why a connection is closed over a request.
struct RequestRefusal: Error, Equatable {
    var reason: String
}

extension Connection {
    /// Begins a request, and says where its answer is being made. A request of unknown kind or version closes the
    /// connection, as in Apache Kafka: nobody knows what an answer to it looks like.
    func begin(
        _ frame: ByteBuffer,
        _ head: Frames.Head,
        number: Int
    ) throws(RequestRefusal) -> Exchange.Stage {
        guard let api = API(rawValue: head.key) else {
            throw RequestRefusal(reason: "requests of kind \(head.key) are not known here")
        }
        guard api.versions.contains(head.version) || api == .apiVersions else {
            throw RequestRefusal(
                reason: "version \(head.version) of \(api) is not known here, only \(api.versions)"
            )
        }
        do throws(ByteError) {
            guard api.versions.contains(head.version) else {
                return .answered(try RequestHeader.refusingVersion(correlation: head.correlation))
            }
            let (header, body) = try RequestHeader.read(frame, as: api, version: head.version)
            guard isWelcome(header.client) else { return .answered(nil) }
            return try begin(header, body, number: number)
        } catch {
            throw RequestRefusal(reason: "a request of kind \(api) makes no sense: \(error)")
        }
    }

    private func begin(
        _ header: RequestHeader,
        _ body: WireReader,
        number: Int
    ) throws(ByteError) -> Exchange.Stage {
        switch header.api {
        case .produce: return try produce(decode(body), header, number: number)
        case .fetch: return try fetch(decode(body), header, number: number)
        case .apiVersions:
            let _: ApiVersionsRequest = try decode(body)
            return .answered(try header.frame(answers.apiVersions()))
        case .metadata:
            let request: MetadataRequest = try decode(body)
            return elsewhere(header, number) { $0.answer(request) }
        case .listOffsets:
            let request: ListOffsetsRequest = try decode(body)
            return elsewhere(header, number) { $0.answer(request) }
        case .findCoordinator:
            let request: FindCoordinatorRequest = try decode(body)
            return elsewhere(header, number) { $0.answer(request) }
        case .createTopics:
            let request: CreateTopicsRequest = try decode(body)
            return elsewhere(header, number) { $0.answer(request) }
        case .deleteTopics:
            let request: DeleteTopicsRequest = try decode(body)
            return elsewhere(header, number) { $0.answer(request) }
        case .deleteRecords:
            let request: DeleteRecordsRequest = try decode(body)
            return elsewhere(header, number) { $0.answer(request) }
        case .initProducerID:
            let request: InitProducerIDRequest = try decode(body)
            return elsewhere(header, number) { $0.answer(request) }
        case .offsetForLeaderEpoch:
            let request: OffsetForLeaderEpochRequest = try decode(body)
            return elsewhere(header, number) { $0.answer(request) }
        case .describeConfigs:
            let request: DescribeConfigsRequest = try decode(body)
            return elsewhere(header, number) { $0.answer(request) }
        case .alterConfigs:
            let request: AlterConfigsRequest = try decode(body)
            return elsewhere(header, number) { $0.answer(request) }
        case .incrementalAlterConfigs:
            let request: IncrementalAlterConfigsRequest = try decode(body)
            return elsewhere(header, number) { $0.answer(request) }
        case .createPartitions:
            let request: CreatePartitionsRequest = try decode(body)
            return elsewhere(header, number) { $0.answer(request) }
        case .describeCluster:
            let request: DescribeClusterRequest = try decode(body)
            return elsewhere(header, number) { $0.answer(request) }
        case .joinGroup: return try coordinate(JoinGroupRequest.self, body, header, number)
        case .syncGroup: return try coordinate(SyncGroupRequest.self, body, header, number)
        case .heartbeat: return try coordinate(HeartbeatRequest.self, body, header, number)
        case .leaveGroup: return try coordinate(LeaveGroupRequest.self, body, header, number)
        case .offsetCommit: return try coordinate(OffsetCommitRequest.self, body, header, number)
        case .offsetFetch: return try coordinate(OffsetFetchRequest.self, body, header, number)
        case .describeGroups:
            return try coordinate(DescribeGroupsRequest.self, body, header, number)
        case .listGroups: return try coordinate(ListGroupsRequest.self, body, header, number)
        case .deleteGroups: return try coordinate(DeleteGroupsRequest.self, body, header, number)
        case .offsetDelete: return try coordinate(OffsetDeleteRequest.self, body, header, number)
        }
    }

    /// Reads the request that begins, and has it hold what it takes in memory.
    func decode<Message: Request>(_ body: WireReader) throws(ByteError) -> Message {
        var (body, message) = (body, Message())
        try message.pass(through: &body)
        weigh(body.weight)
        return message
    }

    /// Makes an answer on a thread that may wait for the disk, once there is room for a usual one.
    private func elsewhere<Body: Structure>(
        _ header: RequestHeader,
        _ number: Int,
        _ answer: @escaping @Sendable (Answers) -> Body
    ) -> Exchange.Stage {
        let (answers, mailbox, charge, pool) = (answers, mailbox, charge(of: number), pool)
        let making: @Sendable () -> Void = {
            pool.submit { state in
                // A pool that ends takes its connections with it.
                guard case .active = state else { return }
                mailbox.post(Self.notice(number, charge, header, answer(answers)))
            }
        }
        if charge.take(Self.usualAnswerBytes) {
            making()
        } else {
            charge.wait(for: Self.usualAnswerBytes, making)
        }
        return .elsewhere
    }

    private static let usualAnswerBytes = 16 << 10

    /// The notice that an answer is made, or could not be. It is counted before it is written down.
    static func notice<Body: Structure>(
        _ number: Int,
        _ charge: Charge,
        _ header: RequestHeader,
        _ body: Body
    ) -> Notice {
        do throws(ByteError) {
            guard charge.allow(cost(of: try header.byteCount(of: body))) else {
                return .failed(request: number, .noRoom, "there is no room for its answer")
            }
            return .answered(request: number, try header.frame(body))
        } catch {
            return .failed(
                request: number,
                .answers,
                "an answer could not be written down: \(error)"
            )
        }
    }

    /// How much memory so many bytes take. NIO rounds up to a power of two; of a large block the system gives only the
    /// pages that are touched.
    static func cost(of bytes: Int) -> Int {
        guard bytes > 1, bytes < 1 << 17 else { return bytes }
        return 1 << (Int.bitWidth - (bytes - 1).leadingZeroBitCount)
    }

    /// Takes in what another thread has to say.
    func take(_ notice: Notice) {
        switch notice {
        case .appended(let number, let part, let outcome):
            guard case .producing(let round) = stage(of: number) else { return }
            round.settle(part, outcome)
            if round.isComplete { set(number, finish(round)) }
        case .waitedEnough(let number):
            guard case .fetching(let round) = stage(of: number) else { return }
            round.isFinal = true
            read(round, number: number)
        case .foundTooLittle(let number, let above):
            guard case .fetching(let round) = stage(of: number) else { return }
            round.claim = Claim()
            if round.isFinal {
                read(round, number: number)
            } else {
                wait(round, number: number, above: above)
            }
        case .answered(let number, let answer):
            if case .fetching(let round) = stage(of: number) { rest(round) }
            set(number, .answered(answer))
        case .failed(_, let kind, let reason): close(kind, because: reason)
        case .mayReadOn: mayReadOn()
        case .noRoom(let number, let bytes):
            guard case .fetching(let round) = stage(of: number) else { return }
            round.claim = Claim()
            wait(round, number: number, forRoom: bytes)
        case .mayAnswer(let number, let bytes):
            guard case .fetching(let round) = stage(of: number) else { return }
            round.waitsForRoom = false
            round.prepaid = bytes
            read(round, number: number)
        }
    }
}
