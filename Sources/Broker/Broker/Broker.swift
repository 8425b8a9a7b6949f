internal import NIOCore
internal import NIOPosix
public import Segments
internal import Sockets
internal import Synchronization

#if canImport(Glibc)
internal import Glibc
#endif

/// A Kafka broker for one machine, over the topics of one store. Any Kafka client talks to it.
public final class Broker: Sendable {
    private let store: SegmentStore
    private let settings: Settings
    private let log: @Sendable (String) -> Void
    private let state = Mutex(State.new)

    /// From the first start to the last stop.
    private enum State {
        case new
        case starting
        case running(Running)
        case stopped
    }

    /// What a running broker holds.
    private struct Running: Sendable {
        var group: MultiThreadedEventLoopGroup
        var pool: NIOThreadPool
        var listener: any Channel
        var connections: Connections
        var budget: Budget
        var remarks: Remarks
        var groups: GroupThread
    }

    /// - Parameters:
    ///   - store: Outlives the broker; whoever opened it closes it after `stop`.
    ///   - settings: Where it listens and what it allows.
    ///   - log: Takes one line at a time, from any thread.
    public init(
        store: SegmentStore,
        settings: Settings = Settings(),
        log: @escaping @Sendable (String) -> Void = { _ in }
    ) {
        self.store = store
        self.settings = settings
        self.log = log
    }

    /// The port it listens on; 0 before `start` and after `stop`.
    public var port: Int {
        state.withLock { state in
            guard case .running(let running) = state else { return 0 }
            return running.listener.localAddress?.port ?? 0
        }
    }

    /// How much is used of what may be; nil before `start` and after `stop`.
    public var usage: Usage? {
        let running = state.withLock { state -> Running? in
            guard case .running(let running) = state else { return nil }
            return running
        }
        guard let running else { return nil }
        let (budget, counts) = (running.budget, running.remarks.counts)
        let groups = running.groups.counts
        return Usage(
            connections: .init(now: running.connections.count, most: settings.maxConnections),
            ownConnections: .init(
                now: running.connections.ownCount,
                most: settings.ownConnections
            ),
            heldBytes: .init(now: budget.held(isOwn: false), most: budget.most),
            peakHeldBytes: budget.peak(isOwn: false),
            ownHeldBytes: .init(now: budget.held(isOwn: true), most: budget.mostOwn),
            descriptors: .init(
                now: Descriptors.open,
                most: settings.maxDescriptors ?? Descriptors.most
            ),
            partitions: .init(
                now: store.topics().reduce(0) { $0 + Int($1.partitions) },
                most: settings.maxPartitions
            ),
            groups: .init(now: groups.groups, most: settings.groups.maxGroups),
            members: .init(now: groups.members, most: settings.groups.maxAllMembers),
            memberBytes: .init(now: groups.memberBytes, most: settings.groups.maxAllMemberBytes),
            offsetBytes: .init(now: groups.offsetBytes, most: settings.groups.maxOffsetBytes),
            settings: settings,
            refused: Dictionary(uniqueKeysWithValues: counts.map { ($0.key.rawValue, $0.value) })
        )
    }

    /// Listens when it returns.
    public func start() async throws(BrokerError) {
        let isFirst = state.withLock { state in
            guard case .new = state else { return false }
            state = .starting
            return true
        }
        guard isFirst else { throw .startedBefore }
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 2)
        let pool = NIOThreadPool(numberOfThreads: 2)
        pool.start()
        let budget = Budget(most: settings.maxHeldBytes, mostOwn: settings.ownHeldBytes)
        let remarks = Remarks(log: log)
        let connections = Connections(
            settings: settings,
            budget: budget,
            remarks: remarks,
            group: group,
            log: log
        )
        let groups = GroupThread(
            store: store,
            settings: settings.groups,
            remarks: remarks,
            log: log
        )
        do {
            let listener = try await listen(
                on: group,
                pool: pool,
                connections: connections,
                budget: budget,
                remarks: remarks,
                groups: groups
            )
            groups.start()
            let running = Running(
                group: group,
                pool: pool,
                listener: listener,
                connections: connections,
                budget: budget,
                remarks: remarks,
                groups: groups
            )
            state.withLock { $0 = .running(running) }
        } catch {
            connections.stopLooking()
            await end(group, pool)
            state.withLock { $0 = .stopped }
            if let error = error as? IOError, error.errnoCode == EADDRINUSE {
                throw .portTaken(host: settings.host, port: settings.port)
            }
            throw .cannotListen(host: settings.host, port: settings.port, "\(error)")
        }
    }

    /// Takes no more requests, answers those under way (five seconds at most), and closes every connection.
    public func stop() async {
        let running = state.withLock { state -> Running? in
            guard case .running(let running) = state else { return nil }
            state = .stopped
            return running
        }
        guard let running else { return }
        running.groups.close()
        await running.connections.stop(within: .seconds(5), listener: running.listener)
        running.groups.end()
        await end(running.group, running.pool)
    }

    private func listen(
        on group: MultiThreadedEventLoopGroup,
        pool: NIOThreadPool,
        connections: Connections,
        budget: Budget,
        remarks: Remarks,
        groups: GroupThread
    ) async throws -> any Channel {
        let (store, settings, log) = (store, settings, log)
        return try await ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 256)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .serverChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try CloseOnExec.mark(channel) }
            }
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelOption(.maxMessagesPerRead, value: 4)
            // A producer sends batches of a megabyte, which should not arrive in sixteen pieces.
            .childChannelOption(
                .recvAllocator,
                value: AdaptiveRecvByteBufferAllocator(
                    minimum: 1_024,
                    initial: 8_192,
                    maximum: 1 << 20
                )
            )
            .childChannelOption(.writeBufferWaterMark, value: .init(low: 1 << 18, high: 1 << 20))
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try CloseOnExec.mark(channel)
                    let admission = try connections.admit(channel)
                    guard admission != .refused else { return channel.close(promise: nil) }
                    let connection = Connection(
                        answers: Answers(
                            store: store,
                            groups: groups,
                            settings: settings,
                            budget: budget,
                            remarks: remarks,
                            log: log,
                            endpoint: Self.endpoint(of: channel, settings)
                        ),
                        pool: pool,
                        eventLoop: channel.eventLoop,
                        isOnProbation: admission == .onProbation,
                        becameOwn: { connections.becameOwn(channel) }
                    )
                    connections.watch(connection, on: channel)
                    try channel.pipeline.syncOperations.addHandler(connection)
                }
            }
            .bind(host: settings.host, port: settings.port)
            .get()
    }

    /// Where the client of this connection is told to connect.
    private static func endpoint(of channel: any Channel, _ settings: Settings) -> Answers.Endpoint
    {
        let address = channel.localAddress
        let isAny = ["0.0.0.0", "::", ""].contains(settings.host)
        let host =
            settings.advertisedHost ?? (isAny ? address?.ipAddress ?? "127.0.0.1" : settings.host)
        return Answers.Endpoint(host: host, port: Int32(address?.port ?? settings.port))
    }

    private func end(_ group: MultiThreadedEventLoopGroup, _ pool: NIOThreadPool) async {
        do {
            try await pool.shutdownGracefully()
            try await group.shutdownGracefully()
        } catch {
            log("The broker's threads did not end in order: \(error).")
        }
    }
}
