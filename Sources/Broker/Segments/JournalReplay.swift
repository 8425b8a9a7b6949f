/// What the journal files hold after a stop of any kind.
struct JournalReplay {
    /// An intact entry.
    struct Found {
        let entry: JournalEntry
        let place: JournalPlace
        /// Its group was synced for certain, because something was written behind it: at most one sync is
        /// under way, and a group is written only after the one before it was synced.
        let isCertain: Bool
        /// An entry before it in its group is broken.
        let followsBroken: Bool

        /// What it says of a batch; nil if it says something else.
        var batch: BatchHeader? {
            if case .batch(let batch) = entry.fact { return batch.header }
            return nil
        }
    }

    private(set) var entries: [Found] = []
    /// What was synced and cannot be read any more.
    private(set) var losses: [JournalLoss] = []
    /// What is broken, in sentences that name file and byte.
    private(set) var flaws: [String] = []
    /// Names of all files in the folder.
    private(set) var names: [String] = []
    private(set) var nextNumber: UInt64 = 1
    private(set) var nextGroup: UInt64 = 1
    /// Every group below was synced.
    private var syncedEnd: UInt64 = 0

    /// One group that has an intact header.
    private struct Group {
        let header: JournalFormat.GroupHeader
        let path: String
        let position: Int
        let bytes: ArraySlice<UInt8>
    }

    /// Groups before `firstGroup` are in the segments, durably, and those before `synced` were synced. `known` are the
    /// partitions there are.
    init(
        _ layout: Layout,
        on disk: any Disk,
        firstGroup: UInt64,
        synced: UInt64,
        known: Set<Checkpoint.Key>
    ) throws(DiskError) {
        syncedEnd = synced
        names = try disk.list(layout.journals).sorted()
        var groups: [Group] = []
        for name in names {
            let path = "\(layout.journals)/\(name)"
            guard name.hasSuffix(".journal"), let number = UInt64(name.dropLast(8)) else {
                continue
            }
            nextNumber = max(nextNumber, number + 1)
            let file = try disk.open(path, creating: false)
            let bytes = try file.read(Int(try file.size()), at: 0)
            groups += readGroups(bytes, path: layout.short(path))
        }
        groups.sort { $0.header.number < $1.header.number }
        let last = groups.last?.header.number ?? 0
        syncedEnd = max(syncedEnd, last)
        nextGroup = max(firstGroup, last + 1, syncedEnd)
        nameGaps(in: groups, from: firstGroup)
        for group in groups { readEntries(of: group, from: firstGroup, known: known) }
    }

    private mutating func readGroups(_ bytes: [UInt8], path: String) -> [Group] {
        let page = JournalFormat.pageByteCount
        guard bytes.count >= page else { return [] }
        let fileHeader = JournalFormat.FileHeader(bytes.span.bytes)
        if fileHeader == nil, bytes.span.bytes.isZero(in: 0 ..< page) { return [] }
        func header(at position: Int) -> JournalFormat.GroupHeader? {
            let rest = bytes[position...]
            return JournalFormat.GroupHeader(rest.span.bytes)
        }
        if fileHeader == nil { flaws.append("\(path) at byte 0: the file's header is broken.") }
        // Without its header the file still says its epoch in each group.
        let first =
            page + JournalFormat.GroupHeader.fixedByteCount <= bytes.count ? header(at: page) : nil
        guard let epoch = fileHeader?.epoch ?? first?.epoch else { return [] }
        // A file is begun once everything before it was synced.
        syncedEnd = max(syncedEnd, fileHeader?.firstGroup ?? 0)
        var groups: [Group] = []
        var position = page
        while position < bytes.count {
            if let header = header(at: position), header.epoch == epoch {
                let end = min(position + header.byteCount, bytes.count)
                groups.append(
                    Group(
                        header: header,
                        path: path,
                        position: position,
                        bytes: bytes[position ..< end]
                    )
                )
                position += header.byteCount
                continue
            }
            let later = stride(from: position + page, to: bytes.count, by: page).first {
                header(at: $0)?.epoch == epoch
            }
            let rest = bytes[position...]
            if later != nil || looksLikeGroup(rest.span.bytes, epoch: epoch) {
                flaws.append("\(path) at byte \(position): the header of a group is broken.")
                // Something stands behind the group before it, which was synced therefore.
                if let last = groups.last { syncedEnd = max(syncedEnd, last.header.number + 1) }
            }
            guard let later else { break }
            position = later
        }
        return groups
    }

    /// Whether the front of a page was meant to be the header of a group of this file.
    private func looksLikeGroup(_ bytes: RawSpan, epoch: UInt64) -> Bool {
        guard bytes.byteCount >= JournalFormat.GroupHeader.fixedByteCount else { return false }
        // An intact header of an earlier use of the file has another epoch and is no flaw.
        if JournalFormat.GroupHeader(bytes) != nil { return false }
        return bytes.integer(at: 0, as: UInt32.self) == JournalFormat.groupMagic
            || bytes.integer(at: 8, as: UInt64.self) == epoch
    }

    /// Groups that were synced follow each other, from the first that the checkpoint needs on. Where the checkpoint is
    /// gone nobody knows which that is.
    private mutating func nameGaps(in groups: [Group], from firstGroup: UInt64) {
        var next = firstGroup > 0 ? firstGroup : groups.first?.header.number ?? syncedEnd
        var before: Group?
        for group in groups {
            if group.header.number > next { miss(next ..< group.header.number, behind: before) }
            next = max(next, group.header.number + 1)
            before = group
        }
        if syncedEnd > next { miss(next ..< syncedEnd, behind: before) }
    }

    private mutating func miss(_ groups: Range<UInt64>, behind group: Group?) {
        let place = group.map { "\($0.path) at byte \($0.position + $0.header.byteCount)" }
        flaws.append(
            "\(place ?? "The journal"): groups \(groups.lowerBound) to \(groups.upperBound - 1) are missing"
                + (group == nil ? "." : " behind it.")
        )
        losses.append(JournalLoss(groups))
    }

    private mutating func readEntries(
        of group: Group,
        from firstGroup: UInt64,
        known: Set<Checkpoint.Key>
    ) {
        let (seed, number) = (group.header.seed, group.header.number)
        let isSynced = number < syncedEnd
        var index = group.bytes.startIndex + group.header.headerByteCount
        var followsBroken = false
        for (place, length) in group.header.lengths.enumerated() {
            let place = JournalPlace(group: number, entry: place)
            let end = index + Int(length)
            let at = group.position + index - group.bytes.startIndex
            defer { index = end }
            guard end <= group.bytes.endIndex,
                let entry = JournalEntry(group.bytes[index ..< end], seed: seed)
            else {
                followsBroken = true
                flaws.append(
                    isSynced
                        ? "\(group.path) at byte \(at): an entry is broken."
                        : "\(group.path) at byte \(at): the last group was not written whole."
                )
                if isSynced, number >= firstGroup {
                    let start = min(index, group.bytes.endIndex)
                    let rest = group.bytes[start ..< min(end, group.bytes.endIndex)]
                    losses.append(
                        JournalLoss(place, broken: rest, length: Int(length), known: known)
                    )
                }
                continue
            }
            if number >= firstGroup {
                entries.append(
                    Found(
                        entry: entry,
                        place: place,
                        isCertain: isSynced,
                        followsBroken: followsBroken
                    )
                )
            }
        }
        let used = index - group.bytes.startIndex
        if used < group.bytes.count,
            !group.bytes.span.bytes.isZero(in: used ..< group.bytes.count)
        {
            flaws.append("\(group.path) at byte \(group.position): bytes follow the group's end.")
        }
    }
}
