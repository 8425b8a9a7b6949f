import Events
import SwiftProtobuf

// Samples of the facts about training runs and models.

extension Samples {
    static let experiments: [any PlatformEvent] = [
        ExperimentEvent.with { $0.runStarted = runStarted },
        ExperimentEvent.with {
            $0.metricsLogged.run = "0193596c-2f1a-7c3e-9d55-2f3c1b7a9e10"
            $0.metricsLogged.metrics = [
                .with {
                    $0.name = "validation_log_loss"
                    $0.step = 120
                    $0.value = 0.1
                }
            ]
        },
        ExperimentEvent.with {
            $0.runFinished.run = "0193596c-2f1a-7c3e-9d55-2f3c1b7a9e10"
            $0.runFinished.status = .failed
            $0.runFinished.reason = "There are no rows."
            $0.runFinished.artifacts = [
                .with {
                    $0.name = "model.json"
                    $0.digest = digestBytes
                    $0.bytes = 1_234_567
                }
            ]
        },
    ]

    private static let runStarted = ExperimentEvent.RunStarted.with {
        $0.run = "0193596c-2f1a-7c3e-9d55-2f3c1b7a9e10"
        $0.model = "late-arrival"
        $0.definition = definition
        $0.dataset = "late_arrivals@1"
        $0.datasetContent = digestBytes
        $0.parameters = [
            .with {
                $0.name = "eta"
                $0.value = "0.05"
            }
        ]
        $0.codeRevision = "9504921"
        $0.engine = "libxgboost 1.7.4"
        $0.environment = "x86_64 linux"
    }

    static let models: [any PlatformEvent] = [
        ModelEvent.with {
            $0.declared.name = "late-arrival"
            $0.declared.definition = definition
            $0.declared.generation = digestBytes
        },
        ModelEvent.with { $0.deleted.name = "late-arrival" },
        ModelEvent.with { $0.versionRegistered = versionRegistered },
        ModelEvent.with {
            $0.versionApproved.name = "late-arrival"
            $0.versionApproved.version = 2
            $0.versionApproved.stage = .production
            $0.versionApproved.reason = "It is better by 0.02."
        },
        ModelEvent.with {
            $0.versionPromoted.name = "late-arrival"
            $0.versionPromoted.version = 2
            $0.versionPromoted.stage = .test
            $0.versionPromoted.replacing = 1
            $0.versionPromoted.reason = "It is approved."
        },
        ModelEvent.with {
            $0.rolledBack.name = "late-arrival"
            $0.rolledBack.stage = .production
            $0.rolledBack.from = 2
            $0.rolledBack.to = 1
            $0.rolledBack.reason = "It drifts."
        },
    ]

    private static let versionRegistered = ModelEvent.VersionRegistered.with {
        $0.name = "late-arrival"
        $0.version = 2
        $0.run = "0193596c-2f1a-7c3e-9d55-2f3c1b7a9e10"
        $0.artifact = digestBytes
        $0.format = "xgboost-json"
        $0.baseline = digestBytes
        $0.dataset = "late_arrivals@1"
        $0.datasetContent = digestBytes
        $0.columns = ["origin", "weather__wind"]
        $0.metrics = [
            .with {
                $0.name = "auc"
                $0.value = 0.75
            }
        ]
    }
}
