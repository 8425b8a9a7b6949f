import ArgumentParser
import JSON

/// What `get`, `describe` and `delete` are about.
struct Kind: ExpressibleByArgument, Hashable {
    /// `featureview`
    let word: String
    /// What follows `/api/v1/`.
    private let collection: String
    /// The field of a list that says when something happened; nil: it is declared, and can be deleted.
    let timeField: String?

    private init(_ word: String, at collection: String? = nil, by timeField: String? = nil) {
        self.word = word
        self.collection = collection ?? "\(word)s"
        self.timeField = timeField
    }

    static let stream = Kind("stream")
    static let featureview = Kind("featureview", at: "features")
    static let dataset = Kind("dataset")
    static let model = Kind("model")
    static let version = Kind("version", at: "models", by: "registeredAt")
    static let endpoint = Kind("endpoint")
    static let run = Kind("run", by: "startedAt")
    static let prediction = Kind("prediction", by: "decidedAt")
    static let alert = Kind("alert", by: "raisedAt")

    /// Those that every server has.
    static let own = [
        stream, featureview, dataset, model, version, endpoint, run, prediction, alert,
    ]
    static let list = own.map(\.word).joined(separator: ", ")
    static let allValueStrings = own.map(\.word)

    /// Any other word may be a kind of the server that is asked.
    init?(argument: String) {
        let word = argument.lowercased()
        let singular = word.hasSuffix("s") ? String(word.dropLast()) : word
        guard !singular.isEmpty, singular.allSatisfy({ $0.isASCII && $0.isLetter }) else {
            return nil
        }
        self = Self.own.first { $0.word == singular } ?? Kind(singular)
    }

    var path: String { "/api/v1/\(collection)" }
    var isDeclared: Bool { timeField == nil }

    /// Refuses a name that cannot be one of the kind.
    func check(_ name: String) throws {
        if self == .version { _ = try VersionName(name) }
    }

    /// Refuses what is no kind of the server either.
    func check(with client: Client) async throws {
        guard !Self.own.contains(self) else { return }
        let schema = try await client.ask(.GET, "/schemas/resources.json")
        let served = (schema["properties"]?["kind"]?["enum"]?.array ?? [])
            .compactMap { $0.string?.lowercased() }
        guard !served.contains(word) else { return }
        let known = Self.own.map(\.word)
        let all = known + served.filter { !known.contains($0) }
        throw ValidationError(
            "The value '\(word)' is invalid for '<kind>'. Please provide one of the following:\n"
                + all.map { "  - \($0)" }.joined(separator: "\n")
        )
    }
}
