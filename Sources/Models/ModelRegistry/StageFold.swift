internal import Events
internal import Store

// Who comes to a stage, and who leaves it. Nil: the fact makes no sense where it stands, and is void.

extension ModelCatalog {
    func promote(
        _ fact: ModelEvent.VersionPromoted,
        _ moment: Moment,
        _ changes: inout Changes
    ) -> HistoryItem? {
        guard let stage = Stage(fact.stage), stage.isDecided,
            changes[Self.versions, VersionKey(fact.name, fact.version)] != nil
        else { return nil }
        let key = StageKey(fact.name, stage)
        var standing = changes[Self.standings, key] ?? Standing()
        guard standing.holder ?? 0 == fact.replacing, standing.holder != fact.version else {
            return nil
        }
        leave(fact.name, fact.version, &changes)
        place(fact.name, standing.holder, at: .archived, &changes)
        standing.take(fact.version)
        changes[Self.standings, key] = standing
        place(fact.name, fact.version, at: stage, &changes)
        return HistoryItem(
            .promoted,
            version: fact.version,
            stage: stage,
            replaced: fact.replacing == 0 ? nil : fact.replacing,
            reason: fact.reason,
            moment
        )
    }

    func rollBack(
        _ fact: ModelEvent.RolledBack,
        _ moment: Moment,
        _ changes: inout Changes
    ) -> HistoryItem? {
        guard let stage = Stage(fact.stage), stage.isDecided, fact.from != fact.to else {
            return nil
        }
        let key = StageKey(fact.name, stage)
        guard var standing = changes[Self.standings, key], standing.holder == fact.from,
            standing.restore(fact.to)
        else { return nil }
        leave(fact.name, fact.to, &changes)
        place(fact.name, fact.from, at: .archived, &changes)
        changes[Self.standings, key] = standing
        place(fact.name, fact.to, at: stage, &changes)
        return HistoryItem(
            .rolledBack,
            version: fact.to,
            stage: stage,
            replaced: fact.from,
            reason: fact.reason,
            moment
        )
    }

    /// A version stands at one stage: where it goes to another, nobody stands where it was.
    private func leave(_ model: String, _ version: Int64, _ changes: inout Changes) {
        for stage in Stage.decided {
            let key = StageKey(model, stage)
            guard changes[Self.standings, key]?.holder == version else { continue }
            changes[Self.standings, key]?.vacate()
        }
    }

    private func place(
        _ model: String,
        _ version: Int64?,
        at stage: Stage,
        _ changes: inout Changes
    ) {
        guard let version else { return }
        changes[Self.versions, VersionKey(model, version)]?.stage = stage
    }
}
