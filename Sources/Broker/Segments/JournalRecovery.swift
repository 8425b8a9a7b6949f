/// What the journal gives back to the segments.
extension PartitionRecovery {
    func hasBatch(at offset: Int64) -> Bool {
        facts.contains { $0.batch?.baseOffset == offset }
    }

    /// Writes what the segments lack from the journal.
    mutating func writeFromJournal() throws(DiskError) -> SegmentWriter {
        var writer = SegmentWriter(
            folder: folder,
            partition: key.partition,
            settings: settings,
            indexEveryBytes: indexEveryBytes,
            at: Checkpoint.Row(
                logStart: 0,
                base: base,
                position: position,
                offset: offset,
                indexCount: Int64(index.entries.count),
                maxTimestamp: growth.maxTimestamp,
                producers: producers
            )
        )
        var summary = activeSummary(writer)
        guard damage == nil else {
            if summary.size > 0 { summaries.append(summary) }
            return writer
        }
        for found in factsByOffset {
            guard case .batch(let batch) = found.entry.fact,
                batch.header.baseOffset >= writer.offset
            else { continue }
            guard batch.header.baseOffset == writer.offset else {
                // What lies before the start was given up, with what is missing before it.
                if batch.header.endOffset <= start { continue }
                guard wasAcknowledged(before: found) || batch.header.baseOffset == start else {
                    continue
                }
                if batch.header.baseOffset == start {
                    beginAtStart(&writer, &summary)
                    index.entries += try writer.write([batch], on: disk)
                    producers.record(batch.header)
                    summary = activeSummary(writer)
                    continue
                }
                miss(writer.offset ..< batch.header.baseOffset, behind: writer)
                break
            }
            if writer.needsRoll(for: batch.bytes.count) {
                index.entries.append(try writer.seal(on: disk))
                summary.isSealed = true
                summary.index = nil
                summaries.append(summary)
                index = SegmentIndex(base: writer.base)
            }
            index.entries += try writer.write([batch], on: disk)
            producers.record(batch.header)
            summary = activeSummary(writer)
        }
        if damage == nil, let end = lostEnd, end > max(writer.offset, start) {
            miss(writer.offset ..< end, behind: writer)
        }
        if damage == nil, writer.offset < start { beginAtStart(&writer, &summary) }
        if writer.position > 0 { summaries.append(summary) }
        return writer
    }

    /// What waited for its segment may stand in the journal twice, and behind what came later.
    private var factsByOffset: [JournalReplay.Found] {
        facts.sorted { one, other in
            (one.batch?.baseOffset ?? 0, one.place) < (other.batch?.baseOffset ?? 0, other.place)
        }
    }

    /// Whether what its partition lacks before an entry was acknowledged.
    ///
    /// A torn last group may hold an entry and lack one before it, and nobody was told of either. But where nothing
    /// before the entry is torn, or something that was synced is broken too, an earlier group held what is missing.
    private func wasAcknowledged(before found: JournalReplay.Found) -> Bool {
        found.isCertain || !found.followsBroken || !losses.isEmpty
    }

    /// Where the last records end that a broken entry held. No entry behind it need tell that they are missing.
    var lostEnd: Int64? { losses.compactMap { $0.key == nil ? nil : $0.offsets?.upperBound }.max() }

    /// Stops the partition where something was lost of which nothing tells that it held none of its records.
    mutating func missUnnamed(behind writer: SegmentWriter) {
        guard let place = unnamedLoss else { return }
        let known = max(offset, namedEnd)
        // All that could have been lost was given up.
        guard start < known + Self.mostUnnamed else { return }
        unnamedEnd = max(known, start) + Self.mostUnnamed
        guard damage == nil else { return }
        let sentence =
            "\(layout.short(path(writer.base).log)): records from \(max(writer.offset, start)) on may be missing. Group "
            + "\(place.group) of the journal was acknowledged and cannot be read, and nothing tells whose it was."
        damage = sentence
        findings.append(sentence)
    }

    /// More records than the whole journal can hold.
    private static let mostUnnamed: Int64 = 1_000_000_000_000

    /// The last place where records of this partition may have been lost that nothing tells of. A batch that stands
    /// behind it would, because what a partition lacks before a batch is missed. It must be a new one, though, and none
    /// that had been in the journal before. What does without the journal loses nothing with it.
    private var unnamedLoss: JournalPlace? {
        guard settings.isJournaled,
            let lost = losses.filter({ $0.offsets == nil }).map(\.place).max()
        else { return nil }
        var end: Int64 = 0
        for found in facts where found.place < lost {
            if let batch = found.batch { end = max(end, batch.endOffset) }
        }
        for found in facts where found.place > lost {
            if let batch = found.batch, batch.baseOffset >= end { return nil }
        }
        return lost
    }

    private mutating func miss(_ offsets: Range<Int64>, behind writer: SegmentWriter) {
        let sentence =
            "\(layout.short(path(writer.base).log)): records \(offsets.lowerBound) to "
            + "\(offsets.upperBound - 1) were acknowledged and are neither in it nor in the journal."
        damage = sentence
        findings.append(sentence)
    }

    /// Goes on at the start of the log, because what leads to it is missing and was given up.
    private mutating func beginAtStart(
        _ writer: inout SegmentWriter,
        _ summary: inout SegmentSummary
    ) {
        if writer.position > 0 {
            (summary.end, summary.isSealed, summary.index) = (start, true, nil)
            summaries.append(summary)
        }
        writer = SegmentWriter(
            folder: folder,
            partition: key.partition,
            settings: settings,
            indexEveryBytes: indexEveryBytes,
            at: Checkpoint.Row(startingAt: start)
        )
        index = SegmentIndex(base: start)
    }

    private func activeSummary(_ writer: SegmentWriter) -> SegmentSummary {
        SegmentSummary(
            base: writer.base,
            end: writer.offset,
            size: writer.position,
            maxTimestamp: writer.maxTimestamp,
            isSealed: false,
            index: index
        )
    }
}
