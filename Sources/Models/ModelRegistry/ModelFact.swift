internal import Bytes
internal import Events
internal import FoundationEssentials

extension ModelEvent.OneOf_Fact {
    /// The model it is about.
    var model: String {
        switch self {
        case .declared(let fact): fact.name
        case .deleted(let fact): fact.name
        case .versionRegistered(let fact): fact.name
        case .versionApproved(let fact): fact.name
        case .versionPromoted(let fact): fact.name
        case .rolledBack(let fact): fact.name
        }
    }
}

extension ModelEntry {
    /// Nil where the fact holds no definition of the model that it names: no release writes such a one.
    init?(_ fact: ModelEvent.Declared, _ moment: Moment) {
        guard let generation = Digest(bytes: fact.generation) else { return nil }
        self.init(
            definitionText: fact.definition,
            generation: generation,
            revision: moment.revision,
            declaredAt: moment.time,
            actor: moment.actor
        )
        guard definition.name == fact.name else { return nil }
    }
}

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
