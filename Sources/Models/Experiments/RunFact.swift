internal import Bytes
internal import Events
internal import FoundationEssentials

extension Run {
    /// Nil where the digest of the dataset is none.
    init?(_ fact: ExperimentEvent.RunStarted, at time: Instant, actor: String?) {
        let content = Digest(bytes: fact.datasetContent)
        guard content != nil || fact.datasetContent.isEmpty else { return nil }
        self.init(
            fact.run,
            given: Given(
                model: fact.model,
                definition: fact.definition,
                dataset: fact.dataset,
                datasetContent: content,
                parameters: fact.parameters.map { Parameter($0.name, $0.value) },
                codeRevision: fact.codeRevision,
                engine: fact.engine,
                environment: fact.environment
            ),
            startedAt: time,
            actor: actor
        )
    }

    /// Takes over how the run ended. False where the fact does not say how, or a digest is none.
    mutating func finish(_ fact: ExperimentEvent.RunFinished, at time: Instant) -> Bool {
        guard let status = Status(fact.status) else { return false }
        var artifacts: [Artifact] = []
        for artifact in fact.artifacts {
            guard let digest = Digest(bytes: artifact.digest) else { return false }
            artifacts.append(
                Artifact(artifact.name, digest: digest, byteCount: artifact.bytes)
            )
        }
        self.status = status
        self.artifacts = artifacts
        reason = fact.reason
        finishedAt = time
        return true
    }
}

extension Run.Status {
    /// Nil where the fact names no status that ends a run.
    init?(_ status: ExperimentEvent.Status) {
        switch status {
        case .succeeded: self = .succeeded
        case .failed: self = .failed
        case .unspecified, .UNRECOGNIZED: return nil
        }
    }
}
