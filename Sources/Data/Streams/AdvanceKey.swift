internal import Bytes
internal import Logs

/// Where what was told of a partition stands: the stream, how often a stream of that name was deleted before, the
/// partition, and the offset from which on it binds.
struct AdvanceKey: Ordered, Hashable {
    var stream: String
    var life: Int64
    var partition: Int64
    var end: Offset

    init(_ stream: String, life: Int64, partition: Int32, end: Offset) {
        self.stream = stream
        self.life = life
        self.partition = Int64(partition)
        self.end = end
    }

    func writeOrdered(to writer: inout ByteWriter) {
        stream.writeOrdered(to: &writer)
        life.writeOrdered(to: &writer)
        partition.writeOrdered(to: &writer)
        end.writeOrdered(to: &writer)
    }

    init(ordered reader: inout ByteReader) throws(ByteError) {
        stream = try String(ordered: &reader)
        life = try Int64(ordered: &reader)
        partition = try Int64(ordered: &reader)
        end = try Int64(ordered: &reader)
    }
}
