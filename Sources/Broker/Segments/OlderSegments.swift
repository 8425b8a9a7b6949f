/// Segments before the checkpoint.
extension PartitionRecovery {
    /// Older segments were durable long ago: only their ends are looked at, so that a start with
    /// many gigabytes is quick.
    mutating func takeOlderSegments() throws(DiskError) {
        let older = bases.filter { $0 < base }
        for (place, segment) in older.enumerated() {
            let end = place + 1 < older.count ? older[place + 1] : base
            let file = try disk.open(path(segment).log, creating: false)
            let size = try file.size()
            let last = try indexFile(segment).end()
            var maxTimestamp = last?.timestamp ?? -1
            if last?.position != size || last?.offset != end {
                let loaded = try indexFile(segment).loadSealed(size: size, end: end)
                findings += loaded.findings
                maxTimestamp = loaded.index.entries.last?.timestamp ?? -1
            }
            summaries.append(
                SegmentSummary(
                    base: segment,
                    end: end,
                    size: size,
                    maxTimestamp: maxTimestamp,
                    isSealed: true,
                    index: nil
                )
            )
        }
    }
}
