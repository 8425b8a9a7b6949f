/// Segments behind the checkpoint: what is intact is kept, and the rest is cut or named.
extension PartitionRecovery {
    private enum Turn { case nextSegment, here, jumped }

    mutating func walkSegments() throws(DiskError) {
        if bases.contains(base) {
            let count = row?.indexCount ?? 0
            let loaded = try indexFile(base).loadActive(count: count, position: position)
            index = loaded.index
            findings += loaded.findings
        }
        while true {
            guard bases.contains(base) else {
                guard position > 0 else { return }
                if jumpToStart() { continue }
                return missing()
            }
            let file = try disk.open(path(base).log, creating: false)
            let size = try file.size()
            if size < position {
                if jumpToStart() { continue }
                return lost(to: size)
            }
            let turn = try walk(over: file, size: size)
            if turn == .jumped { continue }
            if turn == .here || !bases.contains(offset) || offset == base { break }
            try finishSegment(size: position)
        }
        try cutHere()
    }

    /// Walks to the end of a segment, or to where it is broken for good.
    private mutating func walk(over file: any DiskFile, size: Int64) throws(DiskError) -> Turn {
        while true {
            var walk = SegmentWalk(file, from: position, offset: offset, to: size)
            var broken: String?
            steps: while true {
                switch try walk.next() {
                case .batch(let header, _):
                    if let entry = growth.pass(header) { index.entries.append(entry) }
                    producers.record(header)
                    (position, offset) = (walk.position, walk.offset)
                case .end, .tooLarge: break steps
                case .broken(let why):
                    broken = why
                    break steps
                }
            }
            guard let broken else { return .nextSegment }
            let place = "\(layout.short(path(base).log)) at byte \(position): \(broken)"
            if hasBatch(at: offset) {
                findings.append("\(place) It was written again from the journal.")
                return .here
            }
            if try skip(to: size) {
                findings.append("\(place) What follows is intact.")
                if position == size { return .nextSegment }
                continue
            }
            if offset < acknowledged {
                if jumpToStart() { return .jumped }
                damage = "\(place) Acknowledged records are missing from there on."
                findings.append(damage ?? place)
            } else {
                findings.append("\(place) It was cut: nothing behind it was acknowledged.")
            }
            return .here
        }
    }

    /// Goes on behind a broken batch, at the next place that is known from elsewhere and was
    /// acknowledged.
    private mutating func skip(to size: Int64) throws(DiskError) -> Bool {
        let trusted = isCheckpointLost ? Int64.max : acknowledged
        var places = try indexFile(base).read().0.entries
        for found in facts {
            if case .synced(let offset, base: base, let position) = found.entry.fact {
                places.append(SegmentIndex.Entry(offset: offset, position: position, timestamp: -1))
            }
        }
        if let next = bases.first(where: { $0 > base }) {
            places.append(SegmentIndex.Entry(offset: next, position: size, timestamp: -1))
        }
        let known = places.filter {
            $0.position > position && $0.position <= size && $0.offset > offset
                && $0.offset <= trusted
        }
        guard let place = known.min(by: { $0.position < $1.position }) else { return false }
        (position, offset) = (place.position, place.offset)
        growth.skip(to: place)
        // A reader finds its way only from the last place before what it asks for, and this one stands behind the flaw.
        if position < size {
            index.entries.append(
                SegmentIndex.Entry(
                    offset: offset,
                    position: position,
                    timestamp: growth.maxTimestamp
                )
            )
        }
        return true
    }

    /// The walk reached the end of a segment behind which another begins.
    private mutating func finishSegment(size: Int64) throws(DiskError) {
        index.entries.append(
            SegmentIndex.Entry(offset: offset, position: size, timestamp: growth.maxTimestamp)
        )
        try indexFile(base).write(index)
        let file = try disk.open(path(base).log, creating: false)
        try file.synchronize()
        summaries.append(
            SegmentSummary(
                base: base,
                end: offset,
                size: size,
                maxTimestamp: growth.maxTimestamp,
                isSealed: true,
                index: nil
            )
        )
        (base, position) = (offset, 0)
        index = SegmentIndex(base: base)
        growth = IndexGrowth(everyBytes: indexEveryBytes)
    }

    /// What stands behind the place that was reached is removed.
    private mutating func cutHere() throws(DiskError) {
        guard damage == nil else { return }
        let file = try disk.open(path(base).log, creating: false)
        if try file.size() > position { try file.truncate(to: position) }
        for later in bases where later > base {
            findings.append("\(layout.short(path(later).log)) was removed: nothing leads to it.")
            try disk.remove(path(later).log)
            try disk.removeIfThere(path(later).index)
        }
        bases.removeAll { $0 > base }
        // After a kill the page cache holds what was walked over; a power cut could still take it.
        if position > 0 { try file.synchronize() }
        let (found, flaw) = try indexFile(base).read()
        if flaw != nil || found != index { try indexFile(base).write(index) }
    }

    /// What is broken or missing lies before the start of the log and was given up: the log goes on at its start.
    private mutating func jumpToStart() -> Bool {
        guard start >= offset, start > base, start >= acknowledged || bases.contains(start) else {
            return false
        }
        // Of these only the files are left to be removed.
        for old in bases where old >= base && old < start {
            summaries.append(
                SegmentSummary(
                    base: old,
                    end: start,
                    size: 0,
                    maxTimestamp: -1,
                    isSealed: true,
                    index: nil
                )
            )
        }
        (base, position, offset) = (start, 0, start)
        index = SegmentIndex(base: base)
        growth = IndexGrowth(everyBytes: indexEveryBytes)
        return true
    }

    private mutating func missing() {
        damage = "\(layout.short(path(base).log)) is missing."
        findings.append(damage ?? "")
        (position, offset) = (0, base)
        growth = IndexGrowth(everyBytes: indexEveryBytes)
    }

    private mutating func lost(to size: Int64) {
        damage =
            "\(layout.short(path(base).log)) at byte \(size): the file ends before what was acknowledged."
        findings.append(damage ?? "")
    }
}
