import Bytes
import Datasets
import Documents
import Events
import Lab
import Logs
import Store

/// A catalog that facts are fed into, one batch each.
typealias Ledger = FoldDriver<DatasetCatalog>

extension FoldDriver<DatasetCatalog> {
    @discardableResult
    func declare(_ text: String = Flights.text()) throws -> Offset? {
        let command = DeclareDataset(try DatasetDefinition(canonical: text))
        guard let event = command.decide(given: try view.dataset(Flights.name)) else {
            return nil
        }
        return try feed(event)
    }

    /// What the command decides, with everything closed.
    func sealing(_ manifest: DatasetManifest) throws -> DatasetEvent? {
        try SealDataset(Flights.name, manifest).decide(
            given: view.dataset(Flights.name),
            versions: view.versions(Flights.name),
            latestClosed: manifest.to
        )
    }

    @discardableResult
    func seal(_ manifest: DatasetManifest) throws -> Offset? {
        guard let event = try sealing(manifest) else { return nil }
        return try feed(event)
    }
}
