private import Synchronization

/// Whether what runs is to come to its end. Whatever takes long looks at it before each of its steps.
public final class StopFlag: Sendable {
    private let flag = Atomic(false)

    public init() {}
    public func raise() { flag.store(true, ordering: .releasing) }
    public var isRaised: Bool { flag.load(ordering: .acquiring) }
}
