import Events
import Lab
import Logs
import ModelRegistry

/// A catalog that is folded fact by fact.
typealias Registry = FoldDriver<ModelCatalog>

extension FoldDriver<ModelCatalog> {
    static var partition: Partition { Partition(ModelCatalog().topic, 0) }
}
