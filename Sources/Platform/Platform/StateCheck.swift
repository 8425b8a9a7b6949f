internal import Archive
internal import Events
internal import Projections
internal import Serving
public import Store
internal import Synchronization
internal import Workers

/// What is known of damage to the state.
extension Platform {
    /// Reads the whole state once, and says so where it is damaged: RocksDB looks at a row only when somebody asks for it.
    /// Blocks for as long as that takes.
    /// `verify`: Throws `corrupt` where the state is damaged; another error when it could not come to its end.
    public func checkState(_ verify: () throws(StoreError) -> Void) {
        do throws(StoreError) {
            try verify()
        } catch {
            guard !stopFlag.isRaised else { return }
            guard case .corrupt(let why) = error else {
                return notice("the state could not be checked to its end: \(error)")
            }
            foundBroken(error)
            raise(
                "stateFailed",
                about: "the state",
                "The state is damaged. Restart the server: a broken state is built anew.",
                why
            )
        }
    }

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
        housekeeping.withLock { $0.brokenEndpoints = broken }
    }

    /// Nobody should rely on an endpoint whose model cannot be read.
    func foundBroken(_ endpoint: String, _ error: ArchiveError) {
        let former = housekeeping.withLock {
            $0.brokenEndpoints.updateValue("\(error)", forKey: endpoint)
        }
        if former == nil { notice("the endpoint \(endpoint) cannot answer: \(error)") }
    }

    /// The next start must not open what is there now, and nobody should rely on it until then.
    func foundBroken(_ error: StoreError) {
        if case .corrupt(let why) = error {
            housekeeping.withLock { $0.brokenState = $0.brokenState ?? why }
        }
        stateFailed(error)
    }
}
