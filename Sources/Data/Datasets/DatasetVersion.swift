public import Bytes
internal import Logs

/// A sealed version of a dataset. It never changes.
public struct DatasetVersion: Sendable, Hashable {
    public var dataset: String
    /// Counted from 1.
    public var number: Int64
    public var manifest: DatasetManifest
    public var sealedAt: Instant
    public var actor: String?

    public init(
        dataset: String,
        number: Int64,
        manifest: DatasetManifest,
        sealedAt: Instant,
        actor: String?
    ) {
        self.dataset = dataset
        self.number = number
        self.manifest = manifest
        self.sealedAt = sealedAt
        self.actor = actor
    }
}

extension DatasetVersion: CustomStringConvertible {
    /// `late_arrivals@3`
    public var description: String { "\(dataset)@\(number)" }
}

extension DatasetVersion: Stored {
    public func write(to writer: inout ByteWriter) {
        dataset.write(to: &writer)
        number.write(to: &writer)
        manifest.write(to: &writer)
        sealedAt.write(to: &writer)
        actor.write(to: &writer)
    }

    public init(from reader: inout ByteReader) throws(ByteError) {
        dataset = try String(from: &reader)
        number = try Int64(from: &reader)
        manifest = try DatasetManifest(from: &reader)
        sealedAt = try Instant(from: &reader)
        actor = try String?(from: &reader)
    }
}

extension DatasetManifest: Stored {
    public func write(to writer: inout ByteWriter) {
        from.write(to: &writer)
        to.write(to: &writer)
        definition.write(to: &writer)
        generation.write(to: &writer)
        writer.appendList(views)
        writer.appendList(cut)
        columns.write(to: &writer)
        writer.appendList(contents.chunks)
    }

    public init(from reader: inout ByteReader) throws(ByteError) {
        from = try Instant(from: &reader)
        to = try Instant(from: &reader)
        definition = try String(from: &reader)
        generation = try Digest(from: &reader)
        views = try reader.readList()
        cut = try reader.readList()
        columns = try RowColumns(from: &reader)
        contents = DatasetContents(chunks: try reader.readList())
    }
}

extension DatasetManifest.ViewGeneration: Stored {
    public func write(to writer: inout ByteWriter) {
        view.write(to: &writer)
        generation.write(to: &writer)
    }

    public init(from reader: inout ByteReader) throws(ByteError) {
        view = try String(from: &reader)
        generation = try Digest(from: &reader)
    }
}

extension DatasetManifest.InputCut: Stored {
    public func write(to writer: inout ByteWriter) {
        partition.topic.write(to: &writer)
        Int64(partition.index).write(to: &writer)
        offset.write(to: &writer)
    }

    public init(from reader: inout ByteReader) throws(ByteError) {
        let topic = try String(from: &reader)
        let start = reader.position
        guard let index = Int32(exactly: try Int64(from: &reader)) else {
            throw .malformed("a partition out of range", at: start)
        }
        partition = Partition(topic, index)
        offset = try Int64(from: &reader)
    }
}

extension DatasetContents.Chunk: Stored {
    public func write(to writer: inout ByteWriter) {
        digest.write(to: &writer)
        rows.write(to: &writer)
        byteCount.write(to: &writer)
    }

    public init(from reader: inout ByteReader) throws(ByteError) {
        digest = try Digest(from: &reader)
        rows = try Int64(from: &reader)
        byteCount = try Int64(from: &reader)
    }
}
