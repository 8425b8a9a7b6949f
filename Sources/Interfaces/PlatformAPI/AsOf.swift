internal import Bytes
internal import Engine
internal import HTTP
internal import HTTPTypes
internal import Hummingbird
internal import Logs
internal import Platform
internal import Projections
internal import Store

extension PlatformAPI {
    /// What a question about a control topic's state sees: the last offset, or nil for everything. Waits for what it
    /// names (`as_of`).
    func moment(of projection: any Projection, _ request: Request) async throws -> Offset? {
        guard let asOf = request.query["as_of"] else { return nil }
        if let position = Position(asOf) {
            guard position.partition == Partition(projection.topic, 0) else {
                throw Problem.invalid(
                    "This is as of a position of \(projection.topic)/0, and \(position) is none."
                )
            }
            try await platform.engine.reach(position)
            return position.offset
        }
        guard let instant = Instant(rfc3339: asOf) else {
            throw Problem.invalid(
                "as_of takes a position (\(projection.topic)/0@12) or an instant (2026-01-31T12:00:00Z), and not `\(asOf)`."
            )
        }
        let tables = TableReader(
            platform.store,
            family: projection.family,
            shelf: projection.shelf(of: 0)
        )
        return try Arbiter.offset(asOf: instant, in: tables)
    }
}

extension Parameter {
    static let asOf = query(
        "as_of",
        "A position of the control topic, or an instant (RFC 3339): as it was then."
    )
}
