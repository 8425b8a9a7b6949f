internal import Archive
internal import Bytes
internal import Synchronization
internal import Trees

/// Models by the digest of their artifact, read from the archive once for each proof: what was intact before may not be
/// by now. What is broken is not tried again either.
final class ArtifactCache: Sendable {
    private let ensembles = Mutex<[Digest: Result<TreeEnsemble, any Error>]>([:])

    /// Blocks the first time.
    func ensemble(of digest: Digest, in archive: any Archive) throws -> TreeEnsemble {
        if let known = ensembles.withLock({ $0[digest] }) { return try known.get() }
        let ensemble = Result { try TreeEnsemble(xgboost: try archive.bytes(of: digest)) }
        ensembles.withLock { ensembles in
            if ensembles.count >= 32 { ensembles.removeAll() }
            ensembles[digest] = ensemble
        }
        return try ensemble.get()
    }
}
