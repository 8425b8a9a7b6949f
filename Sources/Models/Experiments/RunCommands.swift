internal import Bytes
public import Events
internal import FoundationEssentials
internal import SwiftProtobuf

/// Says that a run begins, with everything that decides what it makes.
public struct StartRun: Sendable {
    public var run: String
    public var given: Run.Given

    public init(_ run: String, given: Run.Given) {
        self.run = run
        self.given = given
    }

    /// `entry`: The run of that id, if there is one.
    public func decide(given entry: Run?) throws(RunRefusal) -> ExperimentEvent {
        guard entry == nil else { throw .startedAlready(run) }
        return ExperimentEvent.with {
            $0.runStarted = .with {
                $0.run = run
                $0.model = given.model
                $0.definition = given.definition
                $0.dataset = given.dataset
                $0.datasetContent = .init(given.datasetContent?.bytes ?? [])
                $0.parameters = given.parameters.map { parameter in
                    .with {
                        $0.name = parameter.name
                        $0.value = parameter.value
                    }
                }
                $0.codeRevision = given.codeRevision
                $0.engine = given.engine
                $0.environment = given.environment
            }
        }
    }
}

/// Says what was measured in a run.
public struct LogMetrics: Sendable {
    public var run: String
    public var metrics: [Metric]

    public init(_ run: String, _ metrics: [Metric]) {
        self.run = run
        self.metrics = metrics
    }

    /// Returns: Nil where there is nothing to say.
    public func decide(given entry: Run?) throws(RunRefusal) -> ExperimentEvent? {
        guard let entry else { throw .unknownRun(run) }
        guard entry.status == .running else { throw .finishedAlready(run, entry.status) }
        for metric in metrics {
            if let fault = metric.fault { throw .unfitMetric(run: run, metric, fault) }
        }
        guard !metrics.isEmpty else { return nil }
        return ExperimentEvent.with {
            $0.metricsLogged = .with {
                $0.run = run
                $0.metrics = metrics.map { metric in
                    .with {
                        $0.name = metric.name
                        $0.step = metric.step
                        $0.value = metric.value
                    }
                }
            }
        }
    }
}

/// Says how a run ended, and what it made.
public struct FinishRun: Sendable {
    public var run: String
    public var outcome: Outcome
    public var artifacts: [Run.Artifact]

    public enum Outcome: Sendable, Hashable {
        case succeeded
        /// Why.
        case failed(String)
    }

    public init(_ run: String, _ outcome: Outcome, artifacts: [Run.Artifact] = []) {
        self.run = run
        self.outcome = outcome
        self.artifacts = artifacts
    }

    public func decide(given entry: Run?) throws(RunRefusal) -> ExperimentEvent {
        guard let entry else { throw .unknownRun(run) }
        guard entry.status == .running else { throw .finishedAlready(run, entry.status) }
        return ExperimentEvent.with {
            $0.runFinished = .with {
                $0.run = run
                switch outcome {
                case .succeeded: $0.status = .succeeded
                case .failed(let reason):
                    $0.status = .failed
                    $0.reason = reason
                }
                $0.artifacts = artifacts.map { artifact in
                    .with {
                        $0.name = artifact.name
                        $0.digest = .init(artifact.digest.bytes)
                        $0.bytes = artifact.byteCount
                    }
                }
            }
        }
    }
}
