import ModelRegistry
import Store

/// Everything that a reader of the catalog sees.
struct Seen: Equatable {
    var models: [ModelCatalog.Entry]
    var versions: [[ModelVersion]]
    var standings: [Standing]
    var holders: [ModelVersion?]
    var numbers: [Int64]
    var histories: [[HistoryItem]]

    init(_ view: ModelCatalog.View, of names: [String] = [lateArrival]) throws {
        models = try view.models()
        versions = try names.map { try view.versions($0) }
        standings = try names.flatMap { name in
            try Stage.allCases.map { try view.standing(name, at: $0) }
        }
        holders = try names.flatMap { name in
            try Stage.allCases.map { try view.version(name, at: $0) }
        }
        numbers = try names.map { try view.lastNumber($0) }
        histories = try names.map { try view.history($0) }
    }
}
