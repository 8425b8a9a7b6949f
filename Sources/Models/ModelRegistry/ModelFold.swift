internal import Events
internal import Store

// What each fact does. Nil: it makes no sense where it stands, and is void.

extension ModelCatalog {
    func declare(
        _ fact: ModelEvent.Declared,
        _ moment: Moment,
        _ changes: inout Changes
    ) -> HistoryItem? {
        changes[Self.models, fact.name] = Declared(
            DefinitionText(fact.name, fact.definition, generation: fact.generation),
            moment
        )
        return HistoryItem(.declared, moment)
    }

    func delete(
        _ fact: ModelEvent.Deleted,
        _ moment: Moment,
        _ changes: inout Changes
    ) -> HistoryItem? {
        guard changes[Self.models, fact.name] != nil else { return nil }
        changes[Self.models, fact.name] = nil
        for number in 0 ..< (changes[Self.numbers, fact.name] ?? 0) {
            changes[Self.versions, VersionKey(fact.name, number + 1)] = nil
        }
        for stage in Stage.decided { changes[Self.standings, StageKey(fact.name, stage)] = nil }
        return HistoryItem(.deleted, moment)
    }

    func register(
        _ fact: ModelEvent.VersionRegistered,
        _ moment: Moment,
        _ changes: inout Changes
    ) -> HistoryItem? {
        guard let version = ModelVersion(fact, moment), changes[Self.models, fact.name] != nil,
            version.version == (changes[Self.numbers, fact.name] ?? 0) + 1
        else { return nil }
        changes[Self.numbers, fact.name] = version.version
        changes[Self.versions, VersionKey(fact.name, version.version)] = version
        return HistoryItem(
            .registered,
            version: version.version,
            stage: .development,
            moment
        )
    }

    func approve(
        _ fact: ModelEvent.VersionApproved,
        _ moment: Moment,
        _ changes: inout Changes
    ) -> HistoryItem? {
        let key = VersionKey(fact.name, fact.version)
        guard let stage = Stage(fact.stage), stage.isDecided, let actor = moment.actor,
            var version = changes[Self.versions, key],
            !version.isApproved(for: stage, by: actor)
        else { return nil }
        version.approvals.append(
            .init(stage: stage, actor: actor, reason: fact.reason, at: moment.time)
        )
        changes[Self.versions, key] = version
        return HistoryItem(
            .approved,
            version: fact.version,
            stage: stage,
            reason: fact.reason,
            moment
        )
    }
}
