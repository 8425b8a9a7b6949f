internal import Synchronization
internal import Workers

/// Durable logs of record batches: topics, their partitions as segment files, and one journal that
/// makes what is appended durable. Close it before letting go: its threads keep it alive.
public final class SegmentStore: Sendable {
    /// Sizes and times. The defaults suit a laptop.
    public struct Settings: Sendable {
        public var segmentBytes: Int64 = 128 << 20
        public var journalBytes: Int64 = 64 << 20
        public var indexEveryBytes: Int64 = 4096
        /// Unless the topic says otherwise. Kafka's own default.
        public var maxMessageBytes = 1_048_588
        /// The most that the records of one batch may have when they are decompressed. As much as a client with the
        /// settings of librdkafka receives at once (`receive.message.max.bytes`): more could be stored and not read.
        public var mostRecordBytes = 100_000_000
        /// Whether batches are looked into before they are taken. For tests alone, which see no other way what a log
        /// of somebody else may hold.
        package var checksBatches = true
        /// Threads that check compressed batches.
        public var checkingThreads = 2
        /// The most that one sync of the journal carries, unless a single batch is larger.
        public var groupBytes = 8 << 20
        /// The youngest batches that are kept in memory, of all partitions together.
        public var tailBytes = 32 << 20
        /// Beyond this much on its way to the segments, appends are refused.
        public var pendingBytes = 256 << 20
        /// After so much the checkpoint is written anew, even if the journal is short.
        public var checkpointBytes = 256 << 20
        /// The most partitions of which files are open to be written: two files each.
        public var openSegments = 256
        public var retentionCheckMilliseconds: Int64 = 60_000
        /// Milliseconds since 1970.
        public var clock: @Sendable () -> Int64 = { Clock.now() }
        /// Takes each of the store's troubles once, when it begins, from any thread.
        public var notice: @Sendable (String) -> Void = { _ in }

        public init() {}

        /// How many partitions may have their files open in a process that may open `files`: a quarter of those is
        /// theirs, and the rest is for connections, the state and whatever else the process has.
        public static func openSegments(within files: Int) -> Int {
            min(max(files / 4 / 2, 16), 2_048)
        }
    }

    /// What was cut, repaired or found broken when the store was opened.
    public let recovery: RecoveryReport
    public let clusterID: String

    let engine: Engine
    let door: Door
    /// Changed by one caller at a time, who may wait for the disk meanwhile.
    let catalog: Mutex<CatalogState>
    private let workers: [Worker]
    private let lock: Mutex<(any DiskFile)?>

    /// The catalog as it is on the disk, and the producer ids that are still to be handed out.
    struct CatalogState: Sendable {
        var catalog: Catalog
        var nextProducerID: Int64
    }

    /// Opens a directory, and recovers it.
    public init(
        directory: String,
        disk: any Disk = SystemDisk(),
        settings: Settings = Settings()
    ) throws(SegmentError) {
        let layout = Layout(root: directory)
        do {
            try disk.makeFolder(directory)
            lock = Mutex(try disk.lock(layout.lock))
        } catch {
            throw SegmentError(error)
        }
        let recovered = try StoreRecovery(layout: layout, disk: disk, settings: settings)
        recovery = recovered.report
        clusterID = recovered.catalog.clusterID
        catalog = Mutex(
            CatalogState(
                catalog: recovered.catalog,
                nextProducerID: recovered.catalog.producerIDsReserved
            )
        )
        let engine = Engine(recovered.state, layout: layout, disk: disk, settings: settings)
        self.engine = engine
        door = Door(threads: settings.checkingThreads)
        let writer = JournalWriter(
            layout,
            on: disk,
            byteLimit: settings.journalBytes,
            number: recovered.nextJournal,
            nextGroup: recovered.state.nextGroupNumber
        )
        let (writers, checkpoint) = (recovered.writers, recovered.checkpoint)
        let keepsJournals = recovered.keepsJournals
        workers = [
            Worker("journal") {
                var thread = JournalThread(engine: engine, writer: writer)
                thread.run()
            },
            Worker("segments") {
                var thread = SettlingThread(
                    engine: engine,
                    writers: writers,
                    checkpoint: checkpoint,
                    keepsJournals: keepsJournals
                )
                thread.run()
            },
        ]
    }

    /// Answers what is under way, makes everything durable and ends the threads. Never call it
    /// from a callback of the store.
    public func close() {
        engine.state.withLock { $0.phase = max($0.phase, .closing) }
        door.close()
        engine.settleSignal.give()
        engine.journalSignal.give()
        for worker in workers { worker.join() }
        engine.change { state, afterwards in
            state.phase = .closed
            for partition in state.partitions.values {
                partition.release(because: .storage("The store is closed."), &afterwards)
            }
        }
        lock.withLock { $0 = nil }
    }

    /// What was found broken since the store was opened, in sentences that name file and byte.
    public func findings() -> [String] { engine.state.withLock { $0.findings } }

    /// Why nothing can be written any more; nil while all is well.
    public var failure: String? { engine.state.withLock { $0.failure } }

    /// Whether the disk is full; appends are refused until it is not.
    public var isFull: Bool { engine.state.withLock { $0.isFull } }

    /// What keeps the log from taking or giving all it should; empty while all is well.
    public var knownTroubles: [Trouble] { engine.state.withLock { $0.troubles } }

    /// The same in sentences.
    public var troubles: [String] { knownTroubles.map(\.sentence) }

    /// How much of what is limited the store uses.
    public struct Usage: Sendable, Hashable {
        /// Files of segments that are open to be written. Readers and the journal have about twenty more.
        public var openFiles: Int
        public var mostOpenFiles: Int
        /// Bytes that were taken and are not in a segment yet, and those that wait to be checked.
        public var pendingBytes: Int
        public var mostPendingBytes: Int
        /// The youngest batches in memory.
        public var tailBytes: Int
        public var mostTailBytes: Int
    }

    /// From memory.
    public var usage: Usage {
        let settings = engine.settings
        let waiting = door.byteCount
        return engine.state.withLock { state in
            Usage(
                openFiles: state.openFiles,
                mostOpenFiles: settings.openSegments * 2,
                pendingBytes: state.pendingBytes + waiting,
                mostPendingBytes: settings.pendingBytes,
                tailBytes: state.tailBytes,
                mostTailBytes: settings.tailBytes
            )
        }
    }
}
