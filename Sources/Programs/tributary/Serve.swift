import Archive
import ArgumentParser
import Broker
import Engine
import Feast
import Glibc
import HTTP
import Hummingbird
import Inference
import JSON
import KafkaLog
import Logging
import Logs
import NIOCore
import NIOPosix
import Platform
import PlatformAPI
import RocksStore
import Segments
import ServiceLifecycle
import Store
import Synchronization
import UnixSignals
import Workers

struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Starts the server, with a broker of its own unless --kafka names another.",
        discussion: "Example: tributary serve --data .tributary"
    )

    @Option(help: "The folder of everything that is kept.")
    var data = ".tributary"

    @Option(help: "Where HTTP is served: loopback only, until there is access control.")
    var http = "127.0.0.1:8080"

    @Option(help: "Where the embedded broker listens.")
    var kafkaListen = "127.0.0.1:9092"

    @Option(help: "Use this Kafka cluster instead: HOST:PORT,…")
    var kafka: String?

    @OptionGroup var output: OutputOptions
    @OptionGroup(title: "Limits of HTTP") var limits: HTTPLimitOptions
    @OptionGroup(title: "Limits of the broker") var brokerLimits: BrokerLimitOptions
    @OptionGroup var noticeOptions: NoticeOptions

    func validate() throws {
        _ = try Address.parse(http, option: "--http")
        _ = try Address.parse(kafkaListen, option: "--kafka-listen")
    }

    func run() async throws {
        let start = ContinuousClock.now
        Broker.raiseDescriptorLimit()
        let (httpHost, httpPort) = try Address.loopback(http, option: "--http")
        let notices = Notices(noticeOptions)
        try makeFolder(data)
        let embedded =
            kafka == nil
            ? try await EmbeddedBroker.start(
                listen: kafkaListen,
                in: data,
                brokerLimits,
                notices,
                guarding: ["tributary."]
            )
            : nil
        let bootstrap = kafka ?? embedded?.address ?? ""
        let log = try refusing("connecting to \(bootstrap)") {
            var settings = KafkaLog.Settings(bootstrapServers: bootstrap)
            settings.longestRecordBytes = Int(TopicSpec.longestRecordBytes)
            if let embedded { settings.clientName = embedded.ownClientID }
            // No wait for an answer is longer than the server may take to end.
            settings.requestTimeoutMilliseconds = 5_000
            return try KafkaLog(settings) { notices.add($0, .warning) }
        }
        let state = StateFolder(data)
        let (store, isRestored) = try state.open(notices)
        let archive = try refusing("opening the archive in \(data)/archive") {
            try FolderArchive(path: "\(data)/archive")
        }
        let platform = Platform(
            Engine(
                log: log,
                store: store,
                clock: SystemClock(),
                ownsLog: embedded != nil,
                stateFailed: { state.markBroken($0) },
                notice: { notices.add($0) },
                warning: { notices.add($0, .warning) }
            ),
            archive: archive,
            checkpoints: state.checkpoints
        )
        let traffic = Traffic(limits.limits)
        let about = PlatformAPI.About(
            version: Tributary.version,
            kafka: bootstrap,
            dataDirectory: data,
            environment: SystemClock.environment,
            notices: { notices.latest },
            troubles: { embedded?.store.knownTroubles.map(NotReady.init) ?? [] },
            brokerUsage: { embedded?.broker.usage?.json }
        )
        let api = PlatformAPI(platform, about: about, traffic: traffic)
        let doors: [any Door] = [
            api,
            FeatureServer(platform),
            OpenInference(platform, release: Tributary.version) { api.reasons },
        ]
        let site = Site(
            doors,
            release: Tributary.version,
            engine: platform.engine,
            traffic: traffic
        )
        let check = Mutex<Worker?>(nil)
        let lastResort = LastResort(notices)
        var logger = Logger(label: "http")
        logger.logLevel = .error
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 2)
        let isUp = Mutex(false)
        /// Said when both HTTP and the platform are there.
        let parts = Mutex((port: Int?.none, isStarted: false))
        @Sendable func tellIfUp() {
            guard case (let port?, true) = parts.withLock({ $0 }) else { return }
            let took = (ContinuousClock.now - start) / .milliseconds(1)
            output.tell([
                "version": .string(Tributary.version), "http": .string("\(httpHost):\(port)"),
                "kafka": .string(bootstrap), "milliseconds": .integer(Int64(took)),
            ]) {
                "tributary \(Tributary.version): http://\(httpHost):\(port), Kafka at \(bootstrap), up after \(Int(took)) ms"
            }
        }
        let application = site.server(
            host: httpHost,
            port: httpPort,
            group: group,
            logger: logger,
            notice: { notices.add($0) }
        ) { channel in
            isUp.withLock { $0 = true }
            parts.withLock { $0.port = channel.localAddress?.port ?? httpPort }
            tellIfUp()
        }
        let begun = PlatformService(platform: platform, isRestored: isRestored, end: lastResort) {
            check.withLock {
                $0 = Worker("state-check") {
                    platform.engine.checkState { () throws(StoreError) in try store.verify() }
                }
            }
            parts.withLock { $0.isStarted = true }
            tellIfUp()
        }
        // The last is told to end first.
        var configuration = ServiceGroupConfiguration(
            services: [.init(service: application), .init(service: begun)],
            gracefulShutdownSignals: [.sigterm, .sigint],
            logger: logger
        )
        // Whoever follows a topic would hold the server for ever: after this its connection is cut.
        configuration.maximumGracefulShutdownDuration = .seconds(2)
        let services = ServiceGroup(configuration: configuration)
        var failure: Failure?
        do {
            try await services.run()
        } catch let error as PlatformError {
            failure = .refused("refused: \(error)")
        } catch let error as StoreError {
            state.markBroken(error)
            failure = .refused(
                "refused: the state could not be used at the start: \(error). "
                    + "Start again: a broken state is built anew"
            )
        } catch let error as IOError where !isUp.withLock({ $0 }) {
            failure = .refused(
                "refused: HTTP cannot be served at \(http): \(String(cString: strerror(error.errnoCode)))"
            )
        } catch {
            notices.add("HTTP ended: \(error)", .error)
        }
        lastResort.begin()
        platform.stop()
        log.close()
        await embedded?.stop()
        // This ends the check too, wherever it is.
        store.close()
        check.withLock { $0 }?.join()
        try await group.shutdownGracefully()
        lastResort.cancel()
        if let failure { throw failure }
    }
}

/// The broker in this process.
struct EmbeddedBroker {
    let store: SegmentStore
    let broker: Broker
    let host: String
    /// By which it knows the clients of this process, for whom it keeps room that no stranger can take.
    let ownClientID: String

    var address: String { "\(host):\(broker.port)" }

    static func start(
        listen: String,
        in data: String,
        _ limits: BrokerLimitOptions,
        _ notices: Notices,
        guarding guardedTopicPrefixes: [String]
    ) async throws -> EmbeddedBroker {
        let (host, port) = try Address.loopback(listen, option: "--kafka-listen")
        var settings = SegmentStore.Settings()
        settings.maxMessageBytes = Int(TopicSpec.longestRecordBytes)
        settings.openSegments = SegmentStore.Settings.openSegments(
            within: SystemDisk.raiseOpenFiles()
        )
        settings.notice = { notices.add("log: \($0)") }
        let store: SegmentStore
        do throws(SegmentError) {
            store = try SegmentStore(directory: "\(data)/log", settings: settings)
        } catch {
            throw Failure.refused("refused: the log in \(data)/log cannot be opened: \(error)")
        }
        for sentence in store.recovery.sentences { notices.add("log: \(sentence)") }
        var brokerSettings = Broker.Settings()
        brokerSettings.host = host
        brokerSettings.port = port
        limits.set(&brokerSettings)
        let ownClientID =
            "tributary-"
            + (0 ..< 4).map { _ in String(UInt64.random(in: 0 ... .max), radix: 36) }.joined()
        brokerSettings.ownClientID = ownClientID
        brokerSettings.guardedTopicPrefixes = guardedTopicPrefixes
        let broker = Broker(store: store, settings: brokerSettings) {
            notices.add("broker: \($0)", .warning)
        }
        do throws(BrokerError) {
            try await broker.start()
        } catch {
            store.close()
            throw Failure.refused("refused: \(error)")
        }
        return EmbeddedBroker(store: store, broker: broker, host: host, ownClientID: ownClientID)
    }

    func stop() async {
        await broker.stop()
        store.close()
    }
}

struct BrokerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "broker",
        abstract: "Runs the Kafka broker by itself.",
        discussion: "Example: tributary broker --data .tributary --kafka-listen 127.0.0.1:9092"
    )

    @Option(help: "The folder of everything that is kept.")
    var data = ".tributary"

    @Option(help: "Where it listens: loopback only, until there is access control.")
    var kafkaListen = "127.0.0.1:9092"

    @OptionGroup var output: OutputOptions
    @OptionGroup(title: "Limits of the broker") var limits: BrokerLimitOptions
    @OptionGroup var noticeOptions: NoticeOptions

    func validate() throws { _ = try Address.parse(kafkaListen, option: "--kafka-listen") }

    func run() async throws {
        let notices = Notices(noticeOptions)
        Broker.raiseDescriptorLimit()
        try makeFolder(data)
        // Whoever runs it by itself mends topics with it, so it guards none.
        let embedded = try await EmbeddedBroker.start(
            listen: kafkaListen,
            in: data,
            limits,
            notices,
            guarding: []
        )
        output.tell([
            "version": .string(Tributary.version), "kafka": .string(embedded.address),
        ]) { "tributary broker \(Tributary.version): Kafka at \(embedded.address)" }
        await Signals.untilAskedToStop()
        await embedded.stop()
    }
}

extension NotReady {
    /// What the embedded broker says of its files.
    fileprivate init(_ trouble: SegmentStore.Trouble) {
        let word: Word =
            switch trouble.kind {
            case .diskFull: .diskFull
            case .damage: .logDamaged
            }
        self.init(word, trouble.sentence)
    }
}
