internal import Projections
internal import Synchronization
internal import Workers

/// The end of a platform.
extension Platform {
    /// Ends what takes long, such as audits, seals and trainings, at its next step. Everything else goes on until `stop`.
    public func beginEnding() {
        stopFlag.raise()
        tick.signal()
    }

    public var isEnding: Bool { stopFlag.isRaised }

    /// Ends every thread, with all rows flushed. What stands still does not hold it up: batches that wait for an append
    /// are folded again by the next start.
    public func stop() {
        beginEnding()
        housekeeping.withLock { $0.isStopping = true }
        let answering = answerings.withLock { $0.values.map(\.self) }
        let running = projectors.withLock { $0 }
        // All are told before any is waited for.
        for answering in answering { answering.beginStopping() }
        running?.data.beginStopping()
        running?.control.beginStopping()
        timer.withLock { $0 }?.join()
        for answering in answering { answering.stop() }
        running?.data.stop()
        running?.control.stop()
        pool.close()
        longPool.close()
        filePool.close()
        waiters.close()
    }

    /// Throws where the platform is to end: for whatever takes long, before each of its steps.
    public var goesOn: @Sendable () throws -> Void {
        { [stopFlag] in
            if stopFlag.isRaised { throw PlatformError.unavailable("the server is ending") }
        }
    }
}
