internal import Synchronization

/// Writing anew to the journal what waits for a segment that cannot be written: it would keep the file where it stands,
/// and all behind it, while others go on.
extension SettlingThread {
    /// So many more files may be there than what waits would fill twice. So what is written anew is never more than a
    /// part of what others wrote.
    private static let moreFiles = 3

    mutating func renew() {
        noteRenewed()
        let waiting = retry.filter { $0.journal != nil }
        guard let first = waiting.compactMap(\.journal).min() else { return }
        let bytes = waiting.reduce(0) { $0 + Int64($1.batch.bytes.count) }
        let most = Self.moreFiles + Int(2 * bytes / engine.settings.journalBytes)
        let isRenewing = engine.state.withLock { state in
            guard state.phase == .open, state.failure == nil, state.renewing == 0,
                state.journalFiles.count > most, let last = state.journalFiles.last,
                first < last.number
            else { return false }
            let old = Set(waiting.filter { $0.journal ?? .max < last.number }.map(\.serial))
            let ready = old.filter { state.isQuiet($0) }
            for pending in waiting where ready.contains(pending.serial) {
                guard let key = state.partitions[pending.serial]?.key else { continue }
                state.renewing += 1
                state.toJournal.append(
                    JournalEntry(key: key, serial: pending.serial, fact: .again(pending.batch))
                )
            }
            return state.renewing > 0
        }
        if isRenewing { engine.journalSignal.give() }
    }

    /// What was written anew keeps the file where it stands now.
    private mutating func noteRenewed() {
        let renewed = engine.state.withLock { state in
            defer { state.renewed = [] }
            return state.renewed
        }
        guard !renewed.isEmpty else { return }
        var journals: [Int: [Int64: UInt64]] = [:]
        for one in renewed { journals[one.serial, default: [:]][one.baseOffset] = one.journal }
        for place in retry.indices {
            let pending = retry[place]
            if let journal = journals[pending.serial]?[pending.batch.header.baseOffset] {
                retry[place].journal = journal
            }
        }
    }
}

extension StoreState {
    /// Whether nothing of a partition is on its way, so that all that its segments lack waits to be tried again. It is
    /// written anew in one piece then, up to the end of the partition: what comes behind it in the journal says that
    /// nothing before is missing.
    fileprivate func isQuiet(_ serial: Int) -> Bool {
        guard let partition = partitions[serial] else { return false }
        return partition.next == partition.highWatermark
            && !toSegments.contains { $0.serial == serial }
    }
}
