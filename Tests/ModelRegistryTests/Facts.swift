import Bytes
import Events
import FoundationEssentials
import SwiftProtobuf

/// Facts as somebody could write them who decided nothing.
enum Facts {
    static func declared(_ name: String, _ text: String) -> ModelEvent {
        .with {
            $0.declared.name = name
            $0.declared.definition = text
            $0.declared.generation = Data(artifact.bytes)
        }
    }

    static func deleted(_ name: String) -> ModelEvent { .with { $0.deleted.name = name } }

    static func registered(_ name: String, _ version: Int64, auc: Double? = nil) -> ModelEvent {
        .with {
            $0.versionRegistered.metrics =
                auc.map { auc in
                    [
                        .with {
                            $0.name = "auc"
                            $0.value = auc
                        }
                    ]
                } ?? []
            $0.versionRegistered.name = name
            $0.versionRegistered.version = version
            $0.versionRegistered.artifact = Data(artifact.bytes)
        }
    }

    static func approved(
        _ name: String,
        _ version: Int64,
        for stage: ModelEvent.Stage
    ) -> ModelEvent {
        .with {
            $0.versionApproved.name = name
            $0.versionApproved.version = version
            $0.versionApproved.stage = stage
        }
    }

    static func promoted(
        _ name: String,
        _ version: Int64,
        to stage: ModelEvent.Stage,
        replacing former: Int64 = 0
    ) -> ModelEvent {
        .with {
            $0.versionPromoted.name = name
            $0.versionPromoted.version = version
            $0.versionPromoted.stage = stage
            $0.versionPromoted.replacing = former
        }
    }

    static func rolledBack(
        _ name: String,
        at stage: ModelEvent.Stage,
        from: Int64,
        to: Int64
    ) -> ModelEvent {
        .with {
            $0.rolledBack.name = name
            $0.rolledBack.stage = stage
            $0.rolledBack.from = from
            $0.rolledBack.to = to
        }
    }
}
