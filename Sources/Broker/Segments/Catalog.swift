internal import Bytes

/// What the store knows besides records: topics, their ids and settings, and how many producer ids
/// were handed out.
struct Catalog: Sendable, Equatable {
    /// Tells which of two copies is newer.
    var generation: UInt64 = 0
    var clusterID: String
    /// No producer id at or above this was ever handed out.
    var producerIDsReserved: Int64 = 0
    var topics: [Topic] = []
    /// Folders of deleted topics that may still be there.
    var leftovers: [String] = []

    func encoded() -> [UInt8] {
        var writer = ByteWriter()
        writer.append(generation)
        writer.appendCounted(clusterID)
        writer.append(producerIDsReserved)
        writer.append(UInt32(topics.count))
        for topic in topics {
            writer.appendCounted(topic.name)
            writer.append(contentsOf: topic.id)
            writer.append(topic.partitions)
            writer.append(topic.createdAtMilliseconds)
            writer.append(UInt32(topic.configuration.count))
            for (key, value) in topic.configuration.sorted(by: { $0.key < $1.key }) {
                writer.appendCounted(key)
                writer.appendCounted(value)
            }
        }
        writer.append(UInt32(leftovers.count))
        for folder in leftovers { writer.appendCounted(folder) }
        return writer.bytes
    }

    init(clusterID: String) { self.clusterID = clusterID }

    init(_ bytes: [UInt8]) throws(ByteError) {
        var reader = ByteReader(bytes)
        generation = try reader.read()
        clusterID = try reader.readString()
        producerIDsReserved = try reader.read()
        let count: UInt32 = try reader.read()
        for _ in 0 ..< count {
            let name = try reader.readString()
            let id = Array(try reader.read(count: 16))
            let partitions: Int32 = try reader.read()
            let createdAt: Int64 = try reader.read()
            var configuration: [String: String] = [:]
            let settings: UInt32 = try reader.read()
            for _ in 0 ..< settings {
                let key = try reader.readString()
                configuration[key] = try reader.readString()
            }
            topics.append(
                Topic(
                    name: name,
                    id: id,
                    partitions: partitions,
                    configuration: configuration,
                    createdAtMilliseconds: createdAt
                )
            )
        }
        let folders: UInt32 = try reader.read()
        for _ in 0 ..< folders { leftovers.append(try reader.readString()) }
    }

    /// Writes both copies; durable when it returns.
    mutating func save(to layout: Layout, on disk: any Disk) throws(DiskError) {
        generation += 1
        let content = encoded()
        try layout.catalog.replace(with: content, on: disk)
        try layout.catalogCopy.replace(with: content, on: disk)
    }

    /// The newer of the two copies; nil in a new directory. What was broken is named in `report`.
    static func load(
        from layout: Layout,
        on disk: any Disk,
        report: inout RecoveryReport
    ) throws(SegmentError) -> Catalog? {
        var found: [Catalog] = []
        var flaws: [String] = []
        for file in [layout.catalog, layout.catalogCopy] {
            do {
                switch try file.read(from: disk) {
                case .missing: break
                case .broken(let flaw): flaws.append(layout.short(flaw))
                case .intact(let bytes): found.append(try Catalog(bytes))
                }
            } catch let error as DiskError {
                throw SegmentError(error)
            } catch {
                flaws.append("\(layout.short(file.path)): \(error)")
            }
        }
        if let newest = found.max(by: { $0.generation < $1.generation }) {
            report.sentences += flaws.map { "\($0) It was written again from its copy." }
            return newest
        }
        guard flaws.isEmpty else { throw .corrupt(flaws.joined(separator: " ")) }
        return nil
    }
}
