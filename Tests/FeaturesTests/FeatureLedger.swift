import Bytes
import Events
import Features
import Lab
import Logs
import Records
import Store

/// A catalog of views that facts are fed into, one batch each.
typealias FeatureLedger = FoldDriver<FeatureCatalog>

extension FoldDriver<FeatureCatalog> {
    static var name: String { "seen" }

    func entry(asOf offset: Offset? = nil) throws -> FeatureCatalog.Entry? {
        try view(asOf: offset).view(Self.name)
    }

    /// A view of sightings with one window of some seconds.
    static func definition(
        seconds: Int64 = 60,
        words: String = "",
        name: String = FeatureLedger.name
    ) -> FeatureViewDefinition {
        let feature = FeatureViewDefinition.Aggregate(
            "sightings",
            .count,
            of: nil,
            over: [.seconds(seconds)]
        )
        return FeatureViewDefinition(
            name: name,
            description: words,
            source: .stream(
                .init(
                    stream: "sightings",
                    entity: "who",
                    filter: nil,
                    ttl: nil,
                    features: [feature]
                )
            )
        )
    }

    func declaring(
        _ definition: FeatureViewDefinition,
        over stream: StreamDefinition = Sightings.stream()
    ) throws -> FeatureEvent? {
        try DeclareView(definition, over: stream).decide(given: entry())
    }

    @discardableResult
    func declare(
        _ definition: FeatureViewDefinition = FeatureLedger.definition(),
        over stream: StreamDefinition = Sightings.stream()
    ) throws -> Offset? {
        guard let event = try declaring(definition, over: stream) else { return nil }
        return try feed(event)
    }
}
