import Glibc
import RocksStore
import Store

/// Where the projections are kept. What is broken in there is dropped, because the log gives it back.
struct StateFolder {
    private let path: String

    init(_ data: String) { path = "\(data)/state" }

    func open(_ notices: Notices) throws -> RocksStore {
        do throws(StoreError) {
            return try RocksStore.open(path)
        } catch {
            switch error {
            case .corrupt(let why):
                notices.add("the state in \(path) is broken and is built anew from the log: \(why)")
                return try refusing("dropping the broken state in \(path)") {
                    try RocksStore.destroy(path)
                    return try RocksStore.open(path)
                }
            case .refused(let why): throw Failure.refused("refused: the state in \(path) cannot be opened: \(why)")
            }
        }
    }
}
