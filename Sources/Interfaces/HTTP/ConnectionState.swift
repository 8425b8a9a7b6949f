internal import NIOCore

/// What the two ends of a connection's pipeline, `Threshold` and `Entrance`, tell each other. It lives on the connection's
/// event loop.
final class ConnectionState {
    /// Between the end of a request's headers and the end of its body.
    var isInBody = false
    /// When the first byte came of headers that are not whole yet.
    var headBegan: NIODeadline?
    /// When bytes came or an answer ended last.
    var lastActive: NIODeadline
    /// Of the request line that is being read, as far as it has come.
    var lineBytes = 0
    var isLineWhole = false
    var bytesIn = 0
    var bytesOut = 0
    /// Somebody waits for what comes.
    var isReadWanted = false
    /// Nothing that comes is read any more.
    var isRefused = false

    init(now: NIODeadline) { lastActive = now }

    /// Bytes of headers came.
    func note(_ bytes: ByteBufferView, now: NIODeadline) {
        lastActive = now
        bytesIn += bytes.count
        guard !isInBody else { return }
        if headBegan == nil {
            headBegan = now
            lineBytes = 0
            isLineWhole = false
        }
        guard !isLineWhole else { return }
        if let end = bytes.firstIndex(of: UInt8(ascii: "\n")) {
            lineBytes += end - bytes.startIndex
            isLineWhole = true
        } else {
            lineBytes += bytes.count
        }
    }
}
