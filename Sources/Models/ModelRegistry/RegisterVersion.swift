public import Bytes
public import Events
internal import FoundationEssentials
internal import SwiftProtobuf

/// Asks that what a run made become the next version of a model.
public struct RegisterVersion: Sendable {
    public var model: String
    /// The run that made it.
    public var run: String
    /// The model as a file in the archive.
    public var artifact: Digest
    /// What the artifact is: `xgboost-json`.
    public var format: String
    /// The baseline that was trained on the same rows, as a file in the archive.
    public var baseline: Digest?
    /// The dataset it was trained on, such as `late_arrivals@1`; empty where that is not sealed.
    public var dataset: String
    public var datasetContent: Digest?
    /// The columns that it takes, in their order.
    public var columns: [String]
    public var metrics: [ModelVersion.Metric]

    public init(
        of model: String,
        run: String,
        artifact: Digest,
        format: String,
        baseline: Digest?,
        dataset: String,
        datasetContent: Digest?,
        columns: [String],
        metrics: [ModelVersion.Metric]
    ) {
        self.model = model
        self.run = run
        self.artifact = artifact
        self.format = format
        self.baseline = baseline
        self.dataset = dataset
        self.datasetContent = datasetContent
        self.columns = columns
        self.metrics = metrics
    }

    /// `lastNumber`: The last number that a version of the model got; 0: none ever did. Where two register at
    /// once, the revision lets one of them have the next.
    public func decide(
        given entry: ModelCatalog.Entry?,
        lastNumber: Int64
    ) throws(ModelRefusal) -> ModelEvent {
        guard entry != nil else { throw .unknownModel(model) }
        if let metric = metrics.first(where: { !$0.value.isFinite }) {
            throw .notFinite(model: model, metric: metric.name)
        }
        return ModelEvent.with {
            $0.versionRegistered = .with {
                $0.name = model
                $0.version = lastNumber + 1
                $0.run = run
                $0.artifact = .init(artifact.bytes)
                $0.format = format
                $0.baseline = .init(baseline?.bytes ?? [])
                $0.dataset = dataset
                $0.datasetContent = .init(datasetContent?.bytes ?? [])
                $0.columns = columns
                $0.metrics = metrics.map { metric in
                    .with {
                        $0.name = metric.name
                        $0.value = metric.value
                    }
                }
            }
        }
    }
}
