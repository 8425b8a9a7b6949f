internal import Synchronization

extension SegmentStore {
    /// Sorted by name. From memory.
    public func topics() -> [Topic] {
        engine.state.withLock { state in state.topics.values.sorted { $0.name < $1.name } }
    }

    /// From memory.
    public func topic(_ name: String) -> Topic? {
        engine.state.withLock { state in state.topics[name] }
    }

    /// Durable when it returns.
    public func createTopic(
        _ name: String,
        partitions: Int32,
        configuration: [String: String]
    ) throws(SegmentError) -> Topic {
        if let flaw = Topic.flaw(in: name) { throw .invalidTopic(flaw) }
        guard (1 ... 10_000).contains(partitions) else {
            throw .invalidTopic("A topic has 1 to 10000 partitions, not \(partitions).")
        }
        let settings = try TopicSettings(configuration, defaults: engine.settings)
        return try changeCatalog { catalog throws(SegmentError) in
            if catalog.topics.contains(where: { $0.name == name }) { throw .topicExists(name) }
            let topic = Topic(
                name: name,
                id: Self.newID(),
                partitions: partitions,
                configuration: configuration,
                createdAtMilliseconds: engine.settings.clock()
            )
            let folder = engine.layout.folder(of: topic)
            do throws(DiskError) {
                try engine.disk.makeFolder(folder)
                try engine.disk.synchronizeFolder(engine.layout.topics)
            } catch {
                throw SegmentError(error)
            }
            catalog.topics.append(topic)
            return topic
        } then: { topic in
            add(topic, settings)
        }
    }

    /// Durable when it returns; the files go a little later.
    public func deleteTopic(_ name: String) throws(SegmentError) {
        _ = try changeCatalog { catalog throws(SegmentError) -> Topic in
            guard let place = catalog.topics.firstIndex(where: { $0.name == name }) else {
                throw .unknownTopic(name)
            }
            let topic = catalog.topics.remove(at: place)
            catalog.leftovers.append(Layout.folderName(of: topic))
            return topic
        } then: { topic in
            let folder = engine.layout.folder(of: topic)
            engine.change { state, afterwards in
                state.remove(topic, folder: folder, &afterwards)
            }
            engine.settleSignal.give()
        }
    }

    /// An id that was never handed out before. Blocks of a thousand are reserved durably.
    public func nextProducerID() throws(SegmentError) -> Int64 {
        try checkWritable()
        let outcome = catalog.withLock { state -> Result<Int64, SegmentError> in
            if state.nextProducerID >= state.catalog.producerIDsReserved {
                var next = state.catalog
                next.producerIDsReserved = state.nextProducerID + 1_000
                do throws(DiskError) {
                    try next.save(to: engine.layout, on: engine.disk)
                } catch {
                    return .failure(SegmentError(error))
                }
                state.catalog = next
            }
            defer { state.nextProducerID += 1 }
            return .success(state.nextProducerID)
        }
        return try outcome.get()
    }

    /// Changes the catalog on the disk, and then what is in memory.
    func changeCatalog(
        _ body: (inout Catalog) throws(SegmentError) -> Topic,
        then: (Topic) -> Void
    ) throws(SegmentError) -> Topic {
        try checkWritable()
        let outcome = catalog.withLock { state -> Result<Topic, SegmentError> in
            var next = state.catalog
            // A save that failed half-way must not be mistaken for the newest later.
            defer { state.catalog.generation = next.generation }
            do throws(SegmentError) {
                let topic = try body(&next)
                do throws(DiskError) {
                    try next.save(to: engine.layout, on: engine.disk)
                } catch {
                    throw SegmentError(error)
                }
                state.catalog = next
                then(topic)
                return .success(topic)
            } catch {
                return .failure(error)
            }
        }
        return try outcome.get()
    }

    func checkWritable() throws(SegmentError) {
        let (phase, failure) = engine.state.withLock { ($0.phase, $0.failure) }
        if phase != .open { throw .closed }
        if let failure { throw .disk(failure) }
    }

    /// Tells everybody of a new topic, or of the new partitions of one.
    func add(_ topic: Topic, _ settings: TopicSettings, from first: Int32 = 0) {
        let folder = engine.layout.folder(of: topic)
        engine.state.withLock { state in
            state.topics[topic.name] = topic
            for number in first ..< topic.partitions {
                state.add(
                    PartitionState(
                        serial: state.nextSerial,
                        name: TopicPartition(topic.name, number),
                        key: Checkpoint.Key(topicID: topic.id, partition: number),
                        folder: folder,
                        settings: settings
                    )
                )
            }
        }
    }

    private static func newID() -> [UInt8] {
        let id = (0 ..< 16).map { _ in UInt8.random(in: 0 ... 255) }
        return id.allSatisfy { $0 == 0 } ? newID() : id
    }
}
