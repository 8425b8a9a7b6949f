internal import Archive
internal import Bytes
internal import Synchronization
internal import Trees

/// Models by the digest of their artifact, read from the archive once for each proof: what was intact before may not be
/// by now.
final class ArtifactCache: Sendable {
    private let ensembles = Mutex<[Digest: TreeEnsemble]>([:])

    /// Blocks the first time.
    func ensemble(of digest: Digest, in archive: any Archive) throws -> TreeEnsemble {
        if let known = ensembles.withLock({ $0[digest] }) { return known }
        let ensemble = try TreeEnsemble(xgboost: try archive.bytes(of: digest))
        ensembles.withLock { ensembles in
            if ensembles.count >= 32 { ensembles.removeAll() }
            ensembles[digest] = ensemble
        }
        return ensemble
    }
}
