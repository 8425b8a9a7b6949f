internal import Bytes
public import Engine
internal import HTTP
internal import HTTPTypes
internal import Hummingbird
internal import JSON
internal import Logs
internal import Platform
internal import Projections
internal import Proof
internal import Store
internal import Workers

/// How the server is, and whether its state is what the log says.
extension PlatformAPI {
    /// What keeps the server from being ready.
    public var reasons: [NotReady] {
        platform.engine.reasons + about.troubles()
    }

    /// What `tributary status` shows: positions and lag of every projection, and what was noticed.
    func status() async throws -> Response {
        let seats = platform.engine.seats
        let reasons = reasons
        let report = try await platform.engine.pool.run { [platform] in
            // Each question to a log that is away would be waited for.
            var isAnswering = platform.log.isReachable
            let projections: [JSONValue] = seats.map { seat in
                var members: [(String, JSONValue)] = [
                    ("projection", .string(seat.projection)),
                    ("partition", .string(seat.partition.description)),
                    ("generation", .string(seat.generation.hex)),
                    ("next", .integer(seat.progress.next)),
                ]
                var lag = JSONValue.null
                if isAnswering {
                    do throws(LogError) {
                        let end = try platform.log.bounds(of: seat.partition).upperBound
                        lag = .integer(max(0, end - seat.progress.next))
                    } catch .unreachable {
                        isAnswering = false
                    } catch {
                        // Of a topic that is gone nothing lags, and the reasons say that it is.
                    }
                }
                members.append(("lag", lag))
                if seat.progress.base > 0 {
                    members.append(("replayableSince", .integer(seat.progress.base)))
                }
                if let stopped = seat.stopped { members.append(("stopped", .string(stopped))) }
                return .object(members)
            }
            let served = try platform.store.snapshot()
            let open = try AlertLedger.all(in: served).filter { $0.resolvedAt == nil }
            let attested = try AttestationLedger.newest(in: served)
            let reactors = try platform.engine.reactorStatuses().map(\.json)
            return (projections, open, attested, reactors)
        }
        return Response.json([
            "version": .string(about.version), "ready": .bool(reasons.isEmpty),
            "reasons": .array(reasons.map { .string($0.description) }),
            "kafka": .string(about.kafka),
            "dataDirectory": .string(about.dataDirectory),
            "broker": about.brokerUsage() ?? .null,
            "projections": .array(report.0),
            "reactors": .array(report.3),
            "openAlerts": .array(report.1.map { .string("\($0.kind): \($0.summary)") }),
            "lastAttestation": report.2.map { .string($0.rfc3339) } ?? .null,
            "limits": .array(
                (platform.engine.limits + about.limits()).map { limit in
                    [
                        "name": .string(limit.name), "used": .integer(limit.used),
                        "limit": .integer(limit.limit),
                    ]
                }
            ),
            "http": traffic.json,
            "notices": .array(about.notices().map(JSONValue.string)),
        ])
    }

    func alerts() throws -> Response {
        let alerts = try AlertLedger.all(in: platform.store)
        return Response.json([
            "items": .array(
                alerts.map { alert in
                    [
                        "kind": .string(alert.kind), "subject": .string(alert.subject),
                        "summary": .string(alert.summary),
                        "detail": .string(alert.detail),
                        "raisedAt": .string(alert.raisedAt.rfc3339),
                        "resolvedAt": alert.resolvedAt.map { .string($0.rfc3339) } ?? .null,
                        "count": .integer(alert.count),
                    ]
                }
            )
        ])
    }

    /// `{"projections": ["streams"]}`, or `{}` for all: folds everything again and compares.
    func verify(_ request: Request) async throws -> Response {
        let asked = try JSONValue(body: try await request.collectedBody()[...])
        let names = Set(asked["projections"]?.array?.compactMap(\.string) ?? [])
        let report = try await platform.engine.longPool.run { [platform] in
            try platform.audit(only: names)
        }
        let findings = report.findings
        if findings.isEmpty, !names.isEmpty {
            throw Problem(
                .notFound,
                "There is no such thing",
                .notFound,
                "No projection is called \(names.sorted().joined(separator: ", ")): there are "
                    + Set(platform.engine.seats.map(\.projection)).sorted().joined(separator: ", ")
                    + "."
            )
        }
        return Response.json([
            "projections": .array(findings.map(\.json)),
            "archive": report.archive.map { archive in
                [
                    "pieces": .integer(Int64(archive.pieces)),
                    "damaged": .array(
                        archive.damages.map { damage in
                            [
                                "digest": .string(damage.digest.hex),
                                "what": .string(damage.sentence),
                            ]
                        }
                    ),
                ]
            } ?? .null,
            "lost": .array(report.lost.map(JSONValue.string)),
        ])
    }

    /// `{"subject": "models", "reason": "…"}`: a person's word that the log counts as it is.
    func accept(_ request: Request) async throws -> Response {
        let body = try await request.collectedBody()
        let asked = try JSONValue(body: body[...])
        guard let subject = asked["subject"]?.string, !subject.isEmpty,
            let reason = asked["reason"]?.string, !reason.isEmpty
        else {
            throw Problem(
                .malformed,
                "The body is not what this route takes",
                .badRequest,
                "It takes {\"subject\": \"models\", \"reason\": \"…\"}: both are texts, and neither is empty."
            )
        }
        let caller = try request.caller(route: "accept", body: body)
        let subjects = try await platform.engine.longPool.run { [platform] in
            try platform.proof.accept(subject, reason: reason, for: caller)
        }
        return Response.json(["accepted": .array(subjects.map(JSONValue.string))])
    }

    /// `{"settled": true, "seconds": 60}`: answers when all that is in the log by then was folded.
    func wait(_ request: Request) async throws -> Response {
        let asked = try JSONValue(body: try await request.collectedBody()[...])
        let given = asked["seconds"]
        guard asked.object != nil, asked["settled"].map({ $0.bool == true }) ?? true,
            given.map({ $0.isNull || $0.number != nil }) ?? true
        else {
            throw Problem.malformed(
                "Send {\"settled\": true, \"seconds\": 60}; without `seconds` it waits for 60."
            )
        }
        let seconds = min(max(given?.number ?? 60, 0), 3_600)
        let isSettled = try await platform.engine.settle(within: .seconds(seconds))
        guard isSettled else {
            throw Problem(
                .notReached,
                "Not settled",
                .gatewayTimeout,
                platform.engine.stopReasons.isEmpty
                    ? "Not everything was folded within \(seconds) s. Ask again, or look at `tributary status`."
                    : "A projection does not go on: \(platform.engine.stopReasons.joined(separator: "; "))"
            )
        }
        return Response.json(["settled": true])
    }
}

extension ReactorStatus {
    /// `waiting`: At most 1,000 are counted. `batch`: So many of a partition are answered together.
    fileprivate var json: JSONValue {
        var members: [(String, JSONValue)] = [
            ("reactor", .string(name)), ("reads", .string(topic)), ("writes", .string(output)),
            ("waiting", .integer(Int64(waiting))), ("batch", .integer(Int64(Engine.batchLimit))),
        ]
        if let why { members.append(("why", .string(why))) }
        if !stopped.isEmpty { members.append(("stopped", .array(stopped.map(JSONValue.string)))) }
        return .object(members)
    }
}

extension Proof.Finding {
    fileprivate var json: JSONValue {
        var members: [(String, JSONValue)] = [
            ("projection", .string(verdict.projection)),
            ("position", .string("\(verdict.partition)@\(verdict.next)")),
            ("entries", .integer(verdict.entries)), ("records", .integer(verdict.recordCount)),
            ("served", .string(verdict.served.hex)), ("replayed", .string(verdict.replayed.hex)),
            ("attestations", .integer(Int64(verdict.attestationCount))),
            ("seconds", .number(seconds)),
        ]
        switch verdict.finding {
        case .equal: members.append(("finding", "equal"))
        case .different(let difference):
            members.append(("finding", "different"))
            if let difference {
                members.append(("key", .string(difference.key.hex)))
                members.append(("servedValue", difference.left.map { .string($0.hex) } ?? .null))
                members.append(("replayedValue", difference.right.map { .string($0.hex) } ?? .null))
            }
        case .attestationDiffers(let attestation, let replayed):
            members.append(("finding", "attestationDiffers"))
            members.append(("attestedAt", .string("\(verdict.partition)@\(attestation.next)")))
            members.append(("attested", .string(attestation.digest.hex)))
            members.append(("replayedThere", .string(replayed.hex)))
        case .notComparable(let why):
            members.append(("finding", "notComparable"))
            members.append(("why", .string(why)))
        }
        return .object(members)
    }
}
