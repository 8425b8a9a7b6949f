internal import Datasets
internal import Documents
internal import Features
internal import ModelRegistry
internal import Serving
internal import Store

extension Platform {
    /// Deletes a resource of a kind other than Stream, where nothing else uses it.
    public func delete(_ kind: String, _ name: String, for caller: Caller) async throws -> Effect {
        switch kind {
        case "FeatureView": try await deleteView(name, for: caller)
        case "Dataset": try await deleteDataset(name, for: caller)
        case "Model": try await deleteModel(name, for: caller)
        case "Endpoint": try await deleteEndpoint(name, for: caller)
        default: throw PlatformError.invalid("there is no kind \(kind)")
        }
    }
}

/// What would not do without a resource.
extension Platform {
    static func users(ofStream name: String, in reader: any StoreReader) throws -> [String] {
        let views = try FeatureCatalog.View(reader).views().filter { view in
            [view.entry.served, view.entry.next].compactMap(\.self).contains {
                FeatureViewDefinition(text: $0.definition)?.streamName == name
            }
        }
        let datasets = try DatasetCatalog.View(reader).datasets().filter {
            $0.definition.rows == name || $0.definition.label?.stream == name
        }
        let endpoints = try EndpointCatalog.View(reader).endpoints().filter {
            $0.entry.definition?.answer?.stream == name
        }
        return views.map { "FeatureView \($0.name)" } + datasets.map { "Dataset \($0.name)" }
            + endpoints.map { "Endpoint \($0.name)" }
            + (try models(in: reader) { rows in
                if DatasetDefinition(text: rows.definition)?.rows == name { return true }
                return try rows.views.contains { view in
                    try FeatureCatalog.View(reader).declaration(of: view.generation)
                        .flatMap { FeatureViewDefinition(text: $0.definition)?.streamName } == name
                }
            })
    }

    static func users(ofView name: String, in reader: any StoreReader) throws -> [String] {
        let views = Set(try FeatureCatalog.View(reader).views().map(\.name))
        let datasets = try DatasetCatalog.View(reader).datasets().filter { entry in
            entry.definition.features.contains {
                FeatureName($0, isView: views.contains).view == name
            }
        }
        return datasets.map { "Dataset \($0.name)" }
            + (try models(in: reader) { $0.views.contains { $0.view == name } })
    }

    /// The versions that answer, or may be asked to, and were trained on certain rows: what their dataset is declared
    /// as may have changed since.
    private static func models(
        in reader: any StoreReader,
        where isTrained: (DatasetManifest) throws -> Bool
    ) throws -> [String] {
        let names = try servedVersions(in: reader).filter { try isTrained($0.rows) }.map(\.name)
        return Set(names).sorted().map { "Model \($0)" }
    }

    /// The names of models alone.
    static func users(ofDataset name: String, in reader: any StoreReader) throws -> [String] {
        try ModelCatalog.View(reader).models().filter { $0.definition.dataset == name }
            .map(\.definition.name)
    }
}
