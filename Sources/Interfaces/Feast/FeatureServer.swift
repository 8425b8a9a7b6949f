internal import Bytes
internal import Engine
public import HTTP
internal import HTTPTypes
internal import Hummingbird
internal import JSON
public import Platform
internal import Workers

/// What Feast calls a feature server: features of views, for many entities at once, in the form of Feast's clients.
public struct FeatureServer: Door {
    private let platform: Platform

    public init(_ platform: Platform) { self.platform = platform }

    public var name: String { "Feast" }

    public var commands: [Command] {
        [
            Command(
                "feast.online",
                .post,
                "/get-online-features",
                "features of many rows and views, in Feast's form",
                .reads,
                [
                    .body(
                        "features",
                        "Each as `view:feature`.",
                        .list(of: .text),
                        isRequired: true
                    ),
                    .body(
                        "entities",
                        "Lists of one length: a value for each row.",
                        .object(of: .list()),
                        isRequired: true
                    ),
                    .body("at", "As of when; without it, as of each view's watermark.", .instant),
                    .body("full_feature_names", "A feature is called by its view too.", .truth),
                ],
                example: [
                    "features": ["carrier_punctuality:flights_3h"], "entities": ["carrier": ["B6"]],
                ],
                errors: [.notFound, .refused]
            ) { call in
                try await onlineFeatures(call.request)
            }
        ]
    }

    /// Columnar, entities first.
    private func onlineFeatures(_ request: Request) async throws -> Response {
        let asked = try JSONValue(body: try await request.collectedBody()[...])
        guard let features = asked["features"]?.array?.compactMap(\.string), !features.isEmpty,
            let entities = asked["entities"]?.object, !entities.isEmpty
        else {
            throw Problem.malformed(
                "Send {\"features\": [\"carrier_punctuality:flights_3h\"], \"entities\": {\"carrier\": [\"B6\"]}}."
            )
        }
        guard Set(features).count == features.count else {
            throw Problem.invalid("A feature stands in `features` twice.", pointer: "/features")
        }
        let columns = try entities.map { name, values in
            guard let values = values.array else {
                throw Problem.malformed(
                    "`\(name)` is a list, one value for each row.",
                    pointer: "/entities/\(name)"
                )
            }
            return (name: name, values: values)
        }
        guard let count = columns.first?.values.count,
            columns.allSatisfy({ $0.values.count == count })
        else {
            throw Problem.invalid("The lists of the entities must be of one length.")
        }
        guard count <= 10_000 else {
            throw Problem.invalid("At most 10,000 rows are read at once; these are \(count).")
        }
        guard count * features.count <= 1_000_000 else {
            throw Problem.invalid(
                "At most 1,000,000 values are read at once; these are \(count) rows of \(features.count)."
            )
        }
        let at = try asked.instant("at")
        let isFull = asked["full_feature_names"]?.bool ?? false
        let read: @Sendable () throws -> [UInt8] = { [platform, columns] in
            let read = try platform.onlineFeatures(features, columns, at: at)
            return OnlineAnswer(columns, rows: count, read, fullNames: isFull).bytes()
        }
        // A few rows are read from the block cache at once; more of them wait for a thread that may block.
        let bytes = count <= 16 ? try read() : try await platform.engine.pool.run(read)
        return Response.json(bytes: bytes)
    }
}
