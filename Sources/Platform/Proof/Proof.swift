public import Engine
internal import Events
internal import Logs
internal import Projections
internal import Store

/// Attests what was folded, folds it again, and compares: what makes state and log prove each other.
public final class Proof: Wing {
    let engine: Engine
    let checkpoints: Checkpoints?

    typealias Seating = Engine.Seating

    /// `checkpoints`: Nil: none are made.
    public init(_ engine: Engine, checkpoints: Checkpoints?) {
        self.engine = engine
        self.checkpoints = checkpoints
    }

    public var ledgers: [Folding] {
        [(AttestationLedger(), AttestationEvent.topic.partitions)]
    }

    public var chores: [Chore] {
        [
            Chore("attesting", every: .seconds(60), isLong: true) { [weak self] _ in
                try self?.attestAll()
            },
            Chore("making a checkpoint", every: .seconds(600), isLong: true) { [weak self] _ in
                try self?.makeCheckpoint()
            },
        ]
    }

    public func prove() throws { try proveRestored() }
}
