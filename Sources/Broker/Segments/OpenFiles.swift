/// Files of segments are many, and descriptors few: those that were not used for the longest time are closed.
extension SettlingThread {
    private var mostFiles: Int { max(engine.settings.openSegments, 2) * 2 }

    /// Makes sure that two more files may be opened. Half of them go at once, so that this is rarely needed.
    mutating func makeRoom() throws(DiskError) {
        guard openFiles + 2 > mostFiles else { return }
        let open = writers.filter { $0.value.fileCount > 0 }.keys.sorted {
            lastUse[$0, default: 0] < lastUse[$1, default: 0]
        }
        for serial in open.prefix(max(open.count / 2, 1)) { try rest(serial) }
    }

    /// Closes the files of one partition, once they are durable.
    mutating func rest(_ serial: Int) throws(DiskError) {
        guard var writer = writers[serial] else { return }
        let filesBefore = writer.fileCount
        defer {
            openFiles += writer.fileCount - filesBefore
            writers[serial] = writer
        }
        try writer.rest()
    }
}
