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
