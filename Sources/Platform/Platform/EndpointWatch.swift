internal import Archive
internal import Engine
internal import Events
internal import Serving
internal import Store
internal import Synchronization

extension Platform {
    /// Looks whether the archive gives every endpoint its model, which makes it ready too. Blocks.
    func checkEndpoints() throws {
        let reader = try store.snapshot()
        var broken: [String: String] = [:]
        for entry in try EndpointCatalog.View(reader).endpoints() {
            guard let definition = entry.served.definition else { continue }
            do {
                _ = try servedModel(of: definition, in: reader)
            } catch let error as ArchiveError {
                broken[definition.name] = "\(error)"
            } catch is PlatformError {
                // Nothing stands at the stage, say: whoever asks the endpoint is told.
            }
        }
        inputs.withLock { $0.brokenEndpoints = broken }
    }

    /// Nobody should rely on an endpoint whose model cannot be read.
    func foundBroken(_ endpoint: String, _ error: ArchiveError) {
        let former = inputs.withLock {
            $0.brokenEndpoints.updateValue("\(error)", forKey: endpoint)
        }
        if former == nil { engine.notice("the endpoint \(endpoint) cannot answer: \(error)") }
    }
}
