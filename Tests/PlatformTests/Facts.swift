import Events

/// A message that begins empty.
protocol Fillable {
    init()
}

extension Fillable {
    static func filled(_ fill: (inout Self) -> Void) -> Self {
        var message = Self()
        fill(&message)
        return message
    }
}

extension StreamEvent: Fillable {}
extension DeadLetterEvent: Fillable {}
extension AlertEvent: Fillable {}
extension AttestationEvent: Fillable {}
extension StreamEvent.Deleted: Fillable {}
extension StreamEvent.Advanced: Fillable {}
extension StreamEvent.Switched: Fillable {}
extension DeadLetterEvent.Refused: Fillable {}
extension DeadLetterEvent.Restarted: Fillable {}
extension AlertEvent.Raised: Fillable {}
extension AlertEvent.Resolved: Fillable {}
extension AttestationEvent.Attested: Fillable {}
extension AttestationEvent.Diverged: Fillable {}
extension FeatureEvent: Fillable {}
extension FeatureEvent.Declared: Fillable {}
extension FeatureEvent.Deleted: Fillable {}
extension FeatureEvent.Switched: Fillable {}
extension DatasetEvent: Fillable {}
extension DatasetEvent.Declared: Fillable {}
extension DatasetEvent.Deleted: Fillable {}
extension ExperimentEvent: Fillable {}
extension ExperimentEvent.RunStarted: Fillable {}
extension ExperimentEvent.Parameter: Fillable {}
extension ExperimentEvent.MetricsLogged: Fillable {}
extension ExperimentEvent.Metric: Fillable {}
extension ExperimentEvent.RunFinished: Fillable {}
extension ExperimentEvent.Artifact: Fillable {}
extension ModelEvent: Fillable {}
extension ModelEvent.Declared: Fillable {}
extension ModelEvent.Deleted: Fillable {}
extension ModelEvent.VersionRegistered: Fillable {}
extension ModelEvent.Metric: Fillable {}
extension ModelEvent.VersionApproved: Fillable {}
extension ModelEvent.VersionPromoted: Fillable {}
extension ModelEvent.RolledBack: Fillable {}
extension EndpointEvent: Fillable {}
extension EndpointEvent.Declared: Fillable {}
extension EndpointEvent.Deleted: Fillable {}
extension PredictionEvent: Fillable {}
extension PredictionEvent.Predicted: Fillable {}
extension PredictionEvent.Input: Fillable {}
extension PredictionEvent.InputCut: Fillable {}
