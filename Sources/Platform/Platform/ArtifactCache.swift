internal import Archive
internal import Bytes
internal import Evaluators
internal import Synchronization

/// Models by the digest of their artifact and what it is, read from the archive once for each proof: what was intact before
/// may not be by now. What is broken is not tried again either.
final class ArtifactCache: Sendable {
    private struct Key: Hashable {
        var digest: Digest
        var format: String
    }

    private let evaluators = Mutex<[Key: Result<any Evaluator, any Error>]>([:])

    /// Blocks the first time.
    func evaluator(
        of digest: Digest,
        _ format: String,
        in archive: any Archive
    ) throws -> any Evaluator {
        let key = Key(digest: digest, format: format)
        if let known = evaluators.withLock({ $0[key] }) { return try known.get() }
        let evaluator = Result {
            try ModelFormat.named(format).read(try archive.bytes(of: digest))
        }
        evaluators.withLock { evaluators in
            if evaluators.count >= 32 { evaluators.removeAll() }
            evaluators[key] = evaluator
        }
        return try evaluator.get()
    }
}
