/// What the journal gives back to the segments.
extension PartitionRecovery {
    func hasBatch(at offset: Int64) -> Bool {
        facts.contains { found in
            if case .batch(let batch) = found.entry.fact {
                return batch.header.baseOffset == offset
            }
            return false
        }
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
        for found in facts {
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

    /// Whether what its partition lacks before an entry was acknowledged.
    ///
    /// A torn last group may hold an entry and lack one before it, and nobody was told of either. But where nothing
    /// before the entry is torn, or something that was synced is broken too, an earlier group held what is missing.
    private func wasAcknowledged(before found: JournalReplay.Found) -> Bool {
        found.isCertain || !found.followsBroken || !losses.isEmpty
    }

    /// Where the last records end that a broken entry held. No entry behind it need tell that they are missing.
    var lostEnd: Int64? { losses.compactMap { $0.key == nil ? nil : $0.offsets?.upperBound }.max() }

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
