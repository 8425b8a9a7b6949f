internal import CRocksDB
private import Glibc
internal import Store

/// Where RocksDB leaves a message when it refuses.
typealias Message = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>

/// Calls into RocksDB and throws what it complained about, with what was being done: "Writing to
/// models".
@discardableResult
func check<Value>(
    _ doing: @autoclosure () -> String,
    _ call: (Message) -> Value
) throws(StoreError) -> Value {
    var message: UnsafeMutablePointer<CChar>?
    let value = unsafe call(&message)
    if let text = unsafe take(&message) { throw StoreError(saidByRocksDB: text, doing: doing()) }
    return value
}

/// Copies a message and gives its memory back.
func take(_ message: Message) -> String? {
    guard let text = unsafe message.pointee else { return nil }
    defer {
        unsafe rocksdb_free(text)
        unsafe message.pointee = nil
    }
    return unsafe String(cString: text)
}

extension StoreError {
    /// RocksDB's C interface tells what happened in words only (`Status::ToString`).
    init(saidByRocksDB text: String, doing: String) {
        let isCorrupt = text.hasPrefix("Corruption") || text.contains("checksum mismatch")
        // RocksDB gives the words of the system, as `strerror` has them.
        let isFull = [ENOSPC, EDQUOT].contains {
            text.contains(unsafe String(cString: strerror($0)))
        }
        self =
            isCorrupt
            ? .corrupt("\(doing): \(text)")
            : isFull ? .full("\(doing): \(text)") : .refused("\(doing): \(text)")
    }

    /// Damage by which an existing database cannot be opened: beside what RocksDB calls corruption,
    /// a file that is named and not there, and a file whose damaged bytes ask for what it does not
    /// know.
    init(saidByRocksDB text: String, opening path: String, isNew: Bool) {
        if text.contains("/LOCK") || text.contains("lock hold by current process") {
            self = .refused(
                """
                The store at \(path) is already open, here or in another process. Stop that one first, or name \
                another folder. (\(text))
                """
            )
            return
        }
        let signs = ["No such file", "Not implemented", "NotFound", "Invalid argument"]
        self =
            !isNew && signs.contains { text.contains($0) }
            ? .corrupt("Opening the store at \(path): \(text)")
            : StoreError(saidByRocksDB: text, doing: "Opening the store at \(path)")
    }

    /// What the system refused; `errno` says why.
    static func refusedBySystem(_ doing: String) -> StoreError {
        let code = errno
        let text = "\(doing): \(unsafe String(cString: strerror(code)))"
        return code == ENOSPC || code == EDQUOT ? .full(text) : .refused(text)
    }

    static var closed: StoreError { .refused("The store is closed.") }
}
