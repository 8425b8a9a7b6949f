internal import Projections
internal import Synchronization
internal import Workers

/// The end of a platform.
extension Engine {
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
        seating.withLock { $0.isStopping = true }
        for thread in [tick] + ends { thread.signal() }
        let wings = wings
        let running = running
        // All are told before any is waited for.
        for wing in wings { wing.beginStopping() }
        reactors.beginStopping()
        running?.data.beginStopping()
        running?.control.beginStopping()
        for thread in timers.withLock({ $0 }) { thread.join() }
        for wing in wings { wing.end() }
        reactors.stop()
        running?.data.stop()
        running?.control.stop()
        pool.close()
        longPool.close()
        filePool.close()
        waiters.close()
        set([])
    }

    /// Throws where the platform is to end: for whatever takes long, before each of its steps.
    public var goesOn: @Sendable () throws -> Void {
        { [stopFlag] in
            if stopFlag.isRaised { throw PlatformError.unavailable("the server is ending") }
        }
    }
}
