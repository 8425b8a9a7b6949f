internal import Bytes
internal import HTTP
internal import JSON

/// What `predict` is asked with: the fields of one request, or `{"instances": [{…}, …]}`, and beside them as of when
/// (`@at`) and whether the features are shown (`@features`). No field has a name with `@` in it. The short forms `at` and
/// `features` mean the same, beside a list always, and beside fields where no field has that name.
struct PredictRequest {
    var requests: [JSONValue]
    var isList: Bool
    var at: Instant?
    var showsFeatures: Bool

    private static let longestList = 1_000

    /// `fields`: Those that a request may have; asked for where it matters.
    init(_ asked: JSONValue, fields: () async throws -> Set<String>) async throws {
        guard var members = asked.object else {
            throw Problem.malformed("Send an object with the fields that features are read by.")
        }
        func take(_ key: String) -> JSONValue? {
            guard let index = members.firstIndex(where: { $0.0 == key }) else { return nil }
            return members.remove(at: index).1
        }
        // A list is no value of any field.
        let list = asked["instances"]?.array
        if list != nil { _ = take("instances") }
        var taken: [String: JSONValue] = [:]
        for key in ["at", "features"] {
            taken[key] = take("@" + key)
            guard asked[key] != nil else { continue }
            if list == nil, try await fields().contains(key) { continue }
            guard let short = take(key) else { continue }
            guard taken[key] == nil else {
                throw Problem.invalid("`\(key)` and `@\(key)` say the same.", pointer: "/\(key)")
            }
            taken[key] = short
        }
        at = try JSONValue.object([("at", taken["at"] ?? .null)]).instant("at")
        showsFeatures = try Self.truth(taken["features"])
        isList = list != nil
        guard let list else {
            requests = [.object(members)]
            return
        }
        guard members.isEmpty, !list.isEmpty, list.count <= Self.longestList else {
            throw Problem.malformed(
                "`instances` is a list of 1 to 1,000 objects, and nothing stands beside it but `at` and `features`.",
                pointer: "/instances"
            )
        }
        requests = list
    }

    private static func truth(_ value: JSONValue?) throws -> Bool {
        guard let value, !value.isNull else { return false }
        guard let truth = value.bool else {
            throw Problem.invalid("`features` is true or false.", pointer: "/features")
        }
        return truth
    }
}
