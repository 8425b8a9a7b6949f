internal import Bytes

/// What the journal files hold after a stop of any kind.
struct JournalReplay {
    /// An intact entry.
    struct Found {
        let entry: JournalEntry
        /// Its group was synced for certain, because a later group exists: at most one sync is
        /// under way, and a group is written only after the one before it was synced.
        let isCertain: Bool
    }

    private(set) var entries: [Found] = []
    /// What is broken, in sentences that name file and byte.
    private(set) var flaws: [String] = []
    /// Names of all files in the folder.
    private(set) var names: [String] = []
    private(set) var nextNumber: UInt64 = 1
    private(set) var nextGroup: UInt64 = 1

    /// One group that has an intact header.
    private struct Group {
        let header: JournalFormat.GroupHeader
        let path: String
        let position: Int
        let bytes: ArraySlice<UInt8>
    }

    /// Groups before `firstGroup` are in the segments, durably.
    init(_ layout: Layout, on disk: any Disk, firstGroup: UInt64) throws(DiskError) {
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
        nextGroup = max(firstGroup, last + 1)
        nameGaps(in: groups, from: firstGroup)
        for group in groups {
            readEntries(of: group, isLast: group.header.number == last, from: firstGroup)
        }
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

    private mutating func nameGaps(in groups: [Group], from firstGroup: UInt64) {
        for (group, next) in zip(groups, groups.dropFirst())
        where next.header.number > max(group.header.number + 1, firstGroup) {
            let end = group.position + group.header.byteCount
            flaws.append(
                "\(group.path) at byte \(end): groups \(group.header.number + 1) to "
                    + "\(next.header.number - 1) are missing behind it."
            )
        }
    }

    private mutating func readEntries(of group: Group, isLast: Bool, from firstGroup: UInt64) {
        let seed = group.header.seed
        var index = group.bytes.startIndex + group.header.headerByteCount
        for length in group.header.lengths {
            let end = index + Int(length)
            let at = group.position + index - group.bytes.startIndex
            defer { index = end }
            guard end <= group.bytes.endIndex,
                let entry = JournalEntry(group.bytes[index ..< end], seed: seed)
            else {
                flaws.append(
                    isLast
                        ? "\(group.path) at byte \(at): the last group was not written whole."
                        : "\(group.path) at byte \(at): an entry is broken."
                )
                continue
            }
            if group.header.number >= firstGroup {
                entries.append(Found(entry: entry, isCertain: !isLast))
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
