public import Bytes
internal import Events
public import Logs
public import Projections
public import Store

/// Every alert, open or resolved, by kind and subject.
public struct AlertLedger: Projection {
    public static let family = Family("alerts")
    public static let alerts = Table<String, Alert>("alerts", number: 1, keeps: .newest)

    public let name = "alerts"
    public let topic = AlertEvent.topic.name
    public var family: Family { Self.family }
    public let generation = Digest(of: Array("alerts".utf8))
    public let foldVersion: Int64 = 1

    public init() {}

    /// Something that somebody should look at.
    public struct Alert: Stored, Hashable {
        public var kind: String
        public var subject: String
        public var summary: String
        public var detail: String
        public var raisedAt: Instant
        public var resolvedAt: Instant?
        /// How often it was raised while it was not open.
        public var count: Int64

        public func write(to writer: inout ByteWriter) {
            for text in [kind, subject, summary, detail] { text.write(to: &writer) }
            raisedAt.write(to: &writer)
            resolvedAt.write(to: &writer)
            count.write(to: &writer)
        }

        public init(
            kind: String,
            subject: String,
            summary: String,
            detail: String,
            raisedAt: Instant,
            count: Int64
        ) {
            self.kind = kind
            self.subject = subject
            self.summary = summary
            self.detail = detail
            self.raisedAt = raisedAt
            self.resolvedAt = nil
            self.count = count
        }

        public init(from reader: inout ByteReader) throws(ByteError) {
            kind = try reader.readString()
            subject = try reader.readString()
            summary = try reader.readString()
            detail = try reader.readString()
            raisedAt = try Instant(from: &reader)
            resolvedAt = try Instant?(from: &reader)
            count = try Int64(from: &reader)
        }
    }

    public func apply(
        _ record: Record,
        of partition: Partition,
        to changes: inout Changes
    ) throws(FoldStop) {
        guard
            let (envelope, event) = try FoldStop.reading({ () throws(EventError) in
                try AlertEvent.decode(record)
            })
        else { return }
        switch event.fact {
        case .raised(let raised):
            let key = Self.key(raised.kind, raised.subject)
            let former = changes[Self.alerts, key]
            // An open alert is not raised again.
            if let former, former.resolvedAt == nil { return }
            changes[Self.alerts, key] = Alert(
                kind: raised.kind,
                subject: raised.subject,
                summary: raised.summary,
                detail: raised.detail,
                raisedAt: envelope.time,
                count: (former?.count ?? 0) + 1
            )
        case .resolved(let resolved):
            let key = Self.key(resolved.kind, resolved.subject)
            if changes[Self.alerts, key]?.resolvedAt == nil {
                changes[Self.alerts, key]?.resolvedAt = envelope.time
            }
        case nil: break
        }
    }

    public static func key(_ kind: String, _ subject: String) -> String { "\(kind) \(subject)" }

    /// Every alert there was.
    public static func all(in reader: any StoreReader) throws(StoreError) -> [Alert] {
        let ledger = AlertLedger()
        return try TableReader(reader, family: ledger.family, shelf: ledger.shelf(of: 0)).all(
            alerts
        ).map(\.row)
    }
}
