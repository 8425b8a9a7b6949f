public import Bytes
internal import Documents
internal import Expressions
public import Records

/// A view of a stream, made ready to fold and to read: every name is a number by now.
public struct StreamView: Sendable {
    public let definition: FeatureViewDefinition
    public let stream: StreamDefinition
    public let generation: Digest
    public let columns: [FeatureColumn]
    /// The fields of the stream of which a row keeps the value, ascending.
    let slots: [Int]
    let slotTypes: [FieldType]
    let entityIndex: Int
    let filter: Expression?
    public let ttl: TimeSpan?
    /// Nil where no feature has a window.
    public let longestWindow: TimeSpan?
    /// How much event time lies in one stretch of an entity's rows.
    let tile: TimeSpan

    /// At most this many fields are kept of a row.
    public static let maximumSlots = 64

    /// Throws everything in the view that does not fit the stream.
    public init(
        _ definition: FeatureViewDefinition,
        of source: FeatureViewDefinition.StreamSource,
        over stream: StreamDefinition,
        generation: Digest? = nil
    ) throws(FeatureViewProblems) {
        var problems: [FeatureViewProblem] = []
        let names = stream.fields.map(\.name)
        func index(of name: String, _ path: [String]) -> Int? {
            if let index = names.firstIndex(of: name) { return index }
            problems.append(
                FeatureViewProblem(
                    path,
                    "Stream \(stream.name) has no field `\(name)`."
                        + Spelling.suggestion(for: name, among: names)
                )
            )
            return nil
        }
        let entityIndex = index(of: source.entity, ["spec", "entity"])
        var fields: Set<Int> = []
        for aggregate in source.features {
            guard let field = aggregate.field else { continue }
            let path = ["spec", "features", aggregate.name, aggregate.aggregation.name]
            guard let found = index(of: field, path) else { continue }
            if let fault = aggregate.aggregation.fault(of: stream.fields[found]) {
                problems.append(FeatureViewProblem(path, fault))
            }
            fields.insert(found)
        }
        if fields.count > Self.maximumSlots {
            problems.append(
                FeatureViewProblem(
                    ["spec", "features"],
                    "a view aggregates at most \(Self.maximumSlots) fields; declare a second view."
                )
            )
        }
        var filter: Expression?
        if let text = source.filter {
            do throws(ExpressionError) {
                let parsed = try Expression(text, over: stream.fields.map(\.variable))
                if parsed.type == .bool {
                    filter = parsed
                } else {
                    problems.append(
                        FeatureViewProblem(
                            ["spec", "where"],
                            "it gives \(parsed.type.rawValue), and must give true or false."
                        )
                    )
                }
            } catch {
                problems.append(
                    FeatureViewProblem(
                        ["spec", "where"],
                        "column \(error.column): \(error.message)"
                    )
                )
            }
        }
        guard problems.isEmpty, let entityIndex else {
            throw FeatureViewProblems(problems)
        }
        self.definition = definition
        self.stream = stream
        self.generation = generation ?? definition.generation(over: stream)
        self.entityIndex = entityIndex
        self.filter = filter
        self.ttl = source.ttl
        let slots = fields.sorted()
        let slotTypes = slots.map { stream.fields[$0].type }
        self.slots = slots
        self.slotTypes = slotTypes
        var columns: [FeatureColumn] = []
        for aggregate in source.features {
            let slot = aggregate.field.flatMap { name in
                slots.firstIndex { stream.fields[$0].name == name }
            }
            let windows: [TimeSpan?] =
                aggregate.over.isEmpty ? [nil] : aggregate.over.sorted().map { $0 }
            for (name, window) in zip(aggregate.columnNames, windows) {
                columns.append(
                    FeatureColumn(
                        name: name,
                        aggregation: aggregate.aggregation,
                        slot: slot,
                        window: window,
                        type: aggregate.aggregation.result(of: slot.map { slotTypes[$0] })
                    )
                )
            }
        }
        self.columns = columns
        longestWindow = columns.compactMap(\.window).max()
        tile = Self.tile(longestWindow: longestWindow, ttl: source.ttl)
    }

    /// Half of the longest window: a read then meets two or three stretches. Where there is only a `ttl`, a fraction of
    /// it, because reading begins at the newest stretch and mostly ends there.
    private static func tile(longestWindow: TimeSpan?, ttl: TimeSpan?) -> TimeSpan {
        let least: Int64 = 1_000_000
        if let longestWindow {
            return TimeSpan(microseconds: max(least, longestWindow.microseconds / 2))
        }
        guard let ttl else { return TimeSpan(microseconds: .max) }
        return TimeSpan(microseconds: max(least, ttl.microseconds / 8))
    }

    /// The stretch that an instant lies in.
    func tile(of instant: Instant) -> Int64 {
        let (quotient, rest) = instant.microseconds.quotientAndRemainder(
            dividingBy: tile.microseconds
        )
        return rest < 0 ? quotient - 1 : quotient
    }

    /// The first microsecond of a stretch that begins no later than now.
    func start(ofTile number: Int64) -> Int64 {
        let (start, overflow) = number.multipliedReportingOverflow(by: tile.microseconds)
        return overflow ? .min : start
    }
}

/// Everything in a view that does not fit.
public struct FeatureViewProblems: Error, Sendable, Hashable {
    public var list: [FeatureViewProblem]
    public init(_ list: [FeatureViewProblem]) { self.list = list }
}
