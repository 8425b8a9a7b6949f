public import Bytes
public import Events
internal import SwiftProtobuf

/// Asks that rows which are in the archive become the next version of a dataset.
public struct SealDataset: Sendable {
    public var name: String
    public var manifest: DatasetManifest

    public init(_ name: String, _ manifest: DatasetManifest) {
        self.name = name
        self.manifest = manifest
    }

    /// `versions`: Those that are sealed, also of an earlier dataset of the name.
    /// `latestClosed`: What `DatasetDefinition.latestClosed` gives.
    /// Returns: Nil where a version is the same; `existing(in:)` says which.
    public func decide(
        given entry: DatasetCatalog.Entry?,
        versions: [DatasetVersion],
        latestClosed: Instant?
    ) throws(DatasetRefusal) -> DatasetEvent? {
        guard let entry else { throw .unknownDataset(name) }
        try Self.check(manifest.from, manifest.to, of: entry, latestClosed: latestClosed)
        guard entry.served.generation == manifest.generation else { throw .definitionChanged(name) }
        guard manifest.contents.rows > 0 else {
            throw .noRows(dataset: name, from: manifest.from, to: manifest.to)
        }
        guard existing(in: versions) == nil else { return nil }
        let number = (versions.map(\.number).max() ?? 0) + 1
        return DatasetEvent.with { $0.sealed = manifest.sealed(as: number, of: name) }
    }

    /// The version that is sealed already with the same rows of the same span, made in the same way. How far the
    /// inputs had been read does not matter: a job that runs twice seals once.
    public func existing(in versions: [DatasetVersion]) -> DatasetVersion? {
        versions.first {
            let other = $0.manifest
            return other.generation == manifest.generation && other.from == manifest.from
                && other.to == manifest.to
                && other.contents.digest == manifest.contents.digest
        }
    }

    /// Whether a span can be sealed at all: to be asked before any row is made.
    public static func check(
        _ from: Instant,
        _ to: Instant,
        of entry: DatasetCatalog.Entry,
        latestClosed: Instant?
    ) throws(DatasetRefusal) {
        guard from < to else { throw .emptySpan(from: from, to: to) }
        let within = try entry.served.read(else: DatasetRefusal.unusable).label?.within
        guard let latestClosed else {
            throw .nothingClosed(dataset: entry.served.name, within: within)
        }
        guard to <= latestClosed else {
            throw .notClosed(to: to, latest: latestClosed, within: within)
        }
    }
}

extension DatasetDefinition {
    /// The latest instant that can be sealed: every row before it is there, and its outcome can come no more.
    ///
    /// `rows`: The watermark of the stream of the rows, the least over its partitions; nil where there is none yet.
    /// `labels`: The same of the stream of the label.
    /// Returns: Nil where a watermark that is needed is missing.
    public func latestClosed(rows: Instant?, labels: Instant?) -> Instant? {
        guard let rows else { return nil }
        guard let label else { return rows }
        return labels.map { min(rows, $0 - label.within) }
    }
}
