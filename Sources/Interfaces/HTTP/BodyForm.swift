/// What a body may be: its media types and its length.
public struct BodyForm: Sendable {
    /// The first is the one to send.
    public var mediaTypes: [String]
    /// Nothing need be said of the type, except by a browser.
    public var mayLackType: Bool
    let isOfRecords: Bool

    public init(_ mediaTypes: [String], mayLackType: Bool = false) {
        self.init(mediaTypes, mayLackType: mayLackType, isOfRecords: false)
    }

    private init(_ mediaTypes: [String], mayLackType: Bool, isOfRecords: Bool) {
        self.mediaTypes = mediaTypes
        self.mayLackType = mayLackType
        self.isOfRecords = isOfRecords
    }

    public static let json = BodyForm(["application/json"])
    /// One JSON object a line.
    public static let records = BodyForm(
        ["application/x-ndjson", "application/json"],
        mayLackType: false,
        isOfRecords: true
    )

    /// In bytes, as it comes and unpacked.
    func limit(_ limits: HTTPLimits) -> Int { isOfRecords ? limits.recordsBytes : limits.bodyBytes }

    /// What to do about another type.
    func advice(instead given: String) -> String {
        "Send `Content-Type: \(mediaTypes[0])`, \(isOfRecords ? "one JSON object a line, " : "")and not `\(given)`."
    }
}
