public import Bytes

extension Admission.Summary {
    /// A jump of the frontier over more than this needs a second record that lies as far, where nobody knows when a
    /// record came.
    static let leastJump = TimeSpan.seconds(3_600)

    /// Moves the frontier, which the watermark follows. It goes no further than what is known: a record moves it at most
    /// to the moment at which the record came. Where that is unknown, a clock that is wrong must not end the stream, so
    /// a far jump waits for a witness.
    mutating func move(to time: Instant, arrival: Instant?, lateness: TimeSpan) {
        if let arrival {
            let reached = min(time, arrival)
            frontier = max(frontier ?? reached, reached)
        } else {
            witness(time, within: max(lateness, Self.leastJump))
        }
        if let suspect, let frontier, suspect <= frontier { self.suspect = nil }
    }

    private mutating func witness(_ time: Instant, within jump: TimeSpan) {
        if let frontier, time <= frontier + jump {
            self.frontier = max(frontier, time)
            return
        }
        guard let suspect, time >= suspect else {
            // The nearest of those that nobody has confirmed: a record between them and the frontier is nearer.
            self.suspect = time
            return
        }
        let isNear = time <= suspect + jump
        frontier = isNear ? time : suspect
        self.suspect = isNear ? nil : time
    }

    /// Everything before this was counted or is refused; nil: not known yet. What was told binds as what was seen.
    public func watermark(lateness: TimeSpan) -> Instant? {
        guard let frontier else { return told }
        return max(frontier - lateness, told ?? .distantPast)
    }
}
