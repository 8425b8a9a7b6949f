public import Events
public import Store

extension CatalogView<ModelCatalog> {
    public func model(_ name: String) throws(StoreError) -> ModelCatalog.Entry? {
        try tables.get(ModelCatalog.models, name, asOf: asOf)
    }

    /// Every model, by name.
    public func models() throws(StoreError) -> [ModelCatalog.Entry] {
        try tables.all(ModelCatalog.models, asOf: asOf).map(\.row)
    }

    public func version(
        _ model: String,
        _ version: Int64
    ) throws(StoreError) -> ModelVersion? {
        try tables.get(ModelCatalog.versions, VersionKey(model, version), asOf: asOf)
    }

    /// The versions of a model, in ascending order.
    public func versions(_ model: String) throws(StoreError) -> [ModelVersion] {
        var versions: [ModelVersion] = []
        try tables.scan(
            ModelCatalog.versions,
            from: VersionKey(model, 0),
            to: VersionKey(model, .max),
            asOf: asOf
        ) { (_, version) throws(StoreError) in
            versions.append(version)
            return true
        }
        return versions
    }

    /// The version that stands at a stage; at development, where many can, the newest.
    public func version(
        _ model: String,
        at stage: Stage
    ) throws(StoreError) -> ModelVersion? {
        switch stage {
        case .development: return try versions(model).last { $0.stage == .development }
        case .test, .production:
            guard let holder = try standing(model, at: stage).holder else { return nil }
            return try version(model, holder)
        case .archived: return nil
        }
    }

    /// Who stands at a stage and who stood there before.
    public func standing(
        _ model: String,
        at stage: Stage
    ) throws(StoreError) -> Standing {
        try tables.get(ModelCatalog.standings, StageKey(model, stage), asOf: asOf) ?? Standing()
    }

    /// The last number that a version of the model got; 0: none ever did.
    public func lastNumber(_ model: String) throws(StoreError) -> Int64 {
        try tables.get(ModelCatalog.numbers, model, asOf: asOf) ?? 0
    }

    /// What happened to a model, in the order it did; to a deleted one too.
    public func history(_ model: String) throws(StoreError) -> [HistoryItem] {
        var items: [HistoryItem] = []
        try tables.scan(
            ModelCatalog.history,
            from: HistoryKey(model, 0),
            to: HistoryKey(model, .max),
            asOf: asOf
        ) { (_, item) throws(StoreError) in
            items.append(item)
            return true
        }
        return items
    }
}
