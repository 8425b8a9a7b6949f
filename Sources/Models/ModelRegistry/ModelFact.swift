internal import Bytes
internal import Events
internal import FoundationEssentials

extension ModelVersion {
    /// Nil where a digest is none, or a metric no number.
    init?(_ fact: ModelEvent.VersionRegistered, _ moment: Moment) {
        let baseline = Digest(bytes: fact.baseline)
        let content = Digest(bytes: fact.datasetContent)
        guard let artifact = Digest(bytes: fact.artifact),
            baseline != nil || fact.baseline.isEmpty,
            content != nil || fact.datasetContent.isEmpty,
            fact.metrics.allSatisfy(\.value.isFinite)
        else { return nil }
        self.init(
            model: fact.name,
            version: fact.version,
            run: fact.run,
            artifact: artifact,
            format: fact.format,
            baseline: baseline,
            dataset: fact.dataset,
            datasetContent: content,
            columns: fact.columns,
            metrics: fact.metrics.map { Metric($0.name, $0.value.canonical) },
            registeredAt: moment.time,
            actor: moment.actor
        )
    }
}
