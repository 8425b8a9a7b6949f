public import Bytes
public import Events

/// Why a request about a dataset came to nothing. Each says what to do next.
public enum DatasetRefusal: DomainRefusal, Hashable {
    case unknownDataset(String)
    case unknownVersion(dataset: String, number: Int64, newest: Int64?)
    case unusable(UnreadableDefinition)
    case emptySpan(from: Instant, to: Instant)
    case noRows(dataset: String, from: Instant, to: Instant)
    case notClosed(to: Instant, latest: Instant, within: TimeSpan?)
    case nothingClosed(dataset: String, within: TimeSpan?)
    case definitionChanged(String)
}

extension DatasetRefusal {
    public var isUnknown: Bool {
        switch self {
        case .unknownDataset, .unknownVersion: true
        default: false
        }
    }

    public var description: String {
        switch self {
        case .unknownDataset(let name):
            "there is no Dataset \(name). `tributary get dataset` lists those there are"
        case .unknownVersion(let dataset, let number, let newest?):
            "Dataset \(dataset) has no version \(number): the newest is \(newest)"
        case .unknownVersion(let dataset, let number, nil):
            "Dataset \(dataset) has no version \(number), and none at all. "
                + "`tributary dataset seal \(dataset) --from … --to …` makes the first"
        case .unusable(let definition): definition.description
        case .emptySpan(let from, let to):
            "nothing lies between \(from) and \(to): `from` must be before `to`"
        case .noRows(let dataset, let from, let to):
            "Dataset \(dataset) has no row between \(from) and \(to). "
                + "Choose another span, or look at `where`"
        case .notClosed(let to, let latest, let within):
            "\(to) is too late: the latest instant that can be sealed is \(latest), because "
                + Self.reason(within)
        case .nothingClosed(let dataset, let within):
            "nothing of Dataset \(dataset) can be sealed yet, because \(Self.reason(within)). "
                + "Publish its streams first"
        case .definitionChanged(let name):
            "Dataset \(name) was changed while its rows were read. Seal it once more"
        }
    }

    private static func reason(_ within: TimeSpan?) -> String {
        within.map { "labels may come up to \($0) later" } ?? "rows may come after it"
    }
}
