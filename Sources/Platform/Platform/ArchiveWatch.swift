internal import Archive
public import Bytes
internal import Datasets
internal import Engine
internal import Events
internal import ModelRegistry
internal import Serving
internal import Store
internal import Synchronization

/// What is known of the archive's files since they were last read.
struct ArchiveWatch {
    /// How each looked when its bytes were right, or when it was first seen.
    var seen: [Digest: ArchiveStamp] = [:]
    /// What is wrong with pieces, in sentences.
    var damage: [Digest: String] = [:]
    /// Those that are to answer now.
    var inProduction: Set<Digest> = []
}

/// What an audit found in the archive.
public struct ArchiveFinding: Sendable {
    /// How many pieces the facts name.
    public var pieces: Int
    /// What is wrong with some, with what names them.
    public var damages: [(digest: Digest, sentence: String)]
}

extension Platform {
    /// The pieces that sealed datasets and registered versions name, and by what.
    fileprivate struct Named {
        var pieces: [Digest: String] = [:]
        var inProduction: Set<Digest> = []
    }

    /// Looks at every file that the facts name, and reads those that changed, models that are to answer first. Blocks.
    func checkArchive() throws {
        let named = try named(in: try store.snapshot())
        archiveWatch.withLock { $0.inProduction = named.inProduction }
        var budget = Self.readsPerCheck
        for (digest, name) in named.inOrder where budget > 0 {
            let stamp: ArchiveStamp?
            do throws(ArchiveError) {
                stamp = try archive.stamp(of: digest)
            } catch {
                try tell(digest, name, "\(error)", nil)
                continue
            }
            let seen = archiveWatch.withLock { $0.seen[digest] }
            if let stamp, stamp == seen { continue }
            // Missing as it was: there is nothing to read.
            if stamp == nil, archiveWatch.withLock({ $0.damage[digest] }) != nil { continue }
            if let stamp, seen == nil, !named.inProduction.contains(digest),
                archiveWatch.withLock({ $0.damage[digest] }) == nil
            {
                // Everything at the start would be too much to read: an audit does.
                archiveWatch.withLock { $0.seen[digest] = stamp }
                continue
            }
            budget -= 1
            try read(digest, name, stamp)
        }
    }

    /// Nil where the disk does not even say what is there: reading it says more.
    private func stampIfKnown(_ digest: Digest) throws -> ArchiveStamp? {
        do throws(ArchiveError) {
            return try archive.stamp(of: digest)
        } catch {
            guard case .disk = error else { throw error }
            return nil
        }
    }

    private static var readsPerCheck: Int { 8 }

    /// Reads every piece that the facts name. Blocks for as long as that takes.
    func verifyArchive() throws -> ArchiveFinding {
        let named = try named(in: try store.snapshot())
        archiveWatch.withLock { $0.inProduction = named.inProduction }
        var finding = ArchiveFinding(pieces: named.pieces.count, damages: [])
        for (digest, name) in named.inOrder {
            try engine.goesOn()
            // Before it is read: a change meanwhile is found by the next look.
            let stamp = try stampIfKnown(digest)
            if let sentence = try read(digest, name, stamp) {
                finding.damages.append((digest, sentence))
            }
        }
        return finding
    }

    /// Reads a piece, and says where it is not what it was, or is so again. Returns what is wrong with it.
    @discardableResult
    private func read(
        _ digest: Digest,
        _ name: String,
        _ stamp: ArchiveStamp?
    ) throws -> String? {
        do throws(ArchiveError) {
            _ = try archive.bytes(of: digest)
        } catch {
            try tell(digest, name, "\(error)", stamp)
            return "\(name): \(error)"
        }
        let former = archiveWatch.withLock { state in
            state.seen[digest] = stamp
            return state.damage.removeValue(forKey: digest)
        }
        if former != nil || wasTold(digest) {
            engine.notice("the archive gives \(name) again, as it was")
            try engine.resolveAll(
                "archiveDamaged",
                about: digest.hex,
                "The file gives its bytes again."
            )
        }
        return nil
    }

    private func wasTold(_ digest: Digest) -> Bool {
        do throws(StoreError) {
            return try AlertLedger.all(in: store).contains {
                $0.kind == "archiveDamaged" && $0.subject == digest.hex && $0.resolvedAt == nil
            }
        } catch {
            // The alert stays open, which says too much and never too little.
            engine.notice(
                "alerts about the archive stay open, because they cannot be read: \(error)"
            )
            return false
        }
    }

    private func tell(
        _ digest: Digest,
        _ name: String,
        _ why: String,
        _ stamp: ArchiveStamp?
    ) throws {
        let former = archiveWatch.withLock { state in
            state.seen[digest] = stamp
            return state.damage.updateValue("\(name): \(why)", forKey: digest)
        }
        guard former == nil else { return }
        engine.raise(
            "archiveDamaged",
            about: digest.hex,
            "The archive does not give \(name) as it was put there.",
            why
        )
    }

    private func named(in reader: any StoreReader) throws -> Named {
        var named = Named()
        let models = ModelCatalog.View(reader)
        for version in try models.tables.all(ModelCatalog.versions).map(\.row) {
            named.pieces[version.artifact] = version.name
            if let baseline = version.baseline {
                named.pieces[baseline] = named.pieces[baseline] ?? "the baseline of \(version.name)"
            }
        }
        for model in try models.models().map(\.served.name) {
            if let version = try models.version(model, at: .production) {
                named.inProduction.insert(version.artifact)
            }
        }
        for entry in try EndpointCatalog.View(reader).endpoints() {
            guard let model = entry.served.definition?.model,
                let number = try models.version(of: model),
                let version = try models.version(model.model, number)
            else { continue }
            named.inProduction.insert(version.artifact)
        }
        let datasets = DatasetCatalog.View(reader)
        for version in try datasets.tables.all(DatasetCatalog.versions).map(\.row) {
            let chunks = version.manifest.contents.chunks
            for (index, chunk) in chunks.enumerated() {
                named.pieces[chunk.digest] =
                    "chunk \(index) of \(version.dataset)@\(version.number)"
            }
        }
        return named
    }
}

extension Platform.Named {
    /// Models that are to answer come first, then by digest.
    fileprivate var inOrder: [(key: Digest, value: String)] {
        pieces.sorted { one, other in
            let (a, b) = (inProduction.contains(one.key), inProduction.contains(other.key))
            return a == b ? one.key.hex < other.key.hex : a
        }
    }
}
