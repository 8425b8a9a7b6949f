import Glibc
import Proof
import RocksStore
import Store

/// Where the projections are kept. What is broken in there is dropped: a checkpoint or the log gives it back.
struct StateFolder: Sendable {
    private let path: String
    let checkpoints: Checkpoints

    init(_ data: String) {
        path = "\(data)/state"
        checkpoints = Checkpoints(folder: "\(data)/checkpoints") { try RocksStore.open($0) }
    }

    /// Says what an earlier run found broken, though the store opens.
    private var mark: String { "\(path).broken" }

    /// - Returns: The store, and whether it is a checkpoint that has to be proven.
    func open(_ notices: Notices) throws -> (store: RocksStore, isRestored: Bool) {
        let why: String
        if access(mark, F_OK) == 0 {
            why = "an earlier run found it so"
        } else {
            do throws(StoreError) {
                return (try RocksStore.open(path), false)
            } catch {
                guard case .corrupt(let found) = error else {
                    throw Failure.refused(
                        "refused: the state in \(path) cannot be opened: \(error)"
                    )
                }
                why = found
            }
        }
        notices.add("the state in \(path) is broken and is dropped: \(why)")
        return try refusing("restoring the state in \(path)") {
            try RocksStore.destroy(path)
            rmdir(path)
            defer { unlink(mark) }
            for checkpoint in checkpoints.paths() where rename(checkpoint, path) == 0 {
                do throws(StoreError) {
                    let store = try RocksStore.open(path)
                    notices.add("the state is restored from the checkpoint \(checkpoint)")
                    return (store, true)
                } catch {
                    notices.add("the checkpoint \(checkpoint) is broken too: \(error)")
                    try RocksStore.destroy(path)
                    rmdir(path)
                }
            }
            notices.add("the state is built anew from the log")
            return (try RocksStore.open(path), false)
        }
    }

    /// The next start does not open what is there now.
    func markBroken(_ error: StoreError) {
        guard case .corrupt = error else { return }
        close(Glibc.open(mark, O_CREAT | O_WRONLY, 0o644))
    }
}
