internal import Bytes
internal import Datasets
internal import Engine
internal import Events
internal import HTTP
internal import HTTPTypes
internal import Hummingbird
internal import JSON
internal import Logs
internal import NIOCore
internal import Platform
internal import Projections
internal import Store
internal import Workers

/// Datasets, their sealed versions, and the rows of those.
extension PlatformAPI {
    func listDatasets(_ request: Request) async throws -> Response {
        let view = DatasetCatalog.View(
            platform.store,
            asOf: try await moment(of: DatasetCatalog(), request)
        )
        return Response.json([
            "items": .array(
                try view.datasets().map { entry in
                    let declared = entry.served
                    let versions = try view.versions(declared.name)
                    return entry.item { spec in
                        [
                            ("rows", spec["rows"] ?? ""),
                            ("versions", .integer(Int64(versions.count))),
                            ("newest", versions.last.map { .string($0.description) } ?? .null),
                        ]
                    }
                }
            )
        ])
    }

    /// `late_arrivals`, or one version of it: `late_arrivals@1`.
    func dataset(_ name: String, _ request: Request) async throws -> Response {
        let view = DatasetCatalog.View(
            platform.store,
            asOf: try await moment(of: DatasetCatalog(), request)
        )
        if name.contains("@") {
            let (dataset, number) = try platform.datasetReference(name)
            return Response.json(try view.sealed(dataset, number).json)
        }
        guard let entry = try view.dataset(name) else {
            throw PlatformError.refused(DatasetRefusal.unknownDataset(name))
        }
        return Response.json(
            entry.described([
                ("versions", .array(try view.versions(name).map(\.json)))
            ])
        )
    }

    /// `{"from": "2013-01-01T00:00:00-05:00", "to": "2013-03-30T00:00:00-04:00"}`
    func seal(_ name: String, _ request: Request) async throws -> Response {
        let body = try await request.collectedBody()
        let asked = try JSONValue(body: body[...])
        guard let from = try asked.instant("from"), let to = try asked.instant("to") else {
            throw Problem.malformed(
                "Send {\"from\": \"2013-01-01T00:00:00-05:00\", \"to\": \"2013-03-30T00:00:00-04:00\"}."
            )
        }
        let (version, effect) = try await platform.seal(
            name,
            from: from,
            to: to,
            for: try request.caller(route: "POST /api/v1/datasets/\(name)/seal", body: body)
        )
        var answer = version.json
        if case .object(var members) = answer {
            members.append(("action", effect == .unchanged ? "unchanged" : "sealed"))
            answer = .object(members)
        }
        var response = Response.json(answer)
        response.headers[.position] = effect.position?.description
        return response
    }

    /// `NAME@N/rows.csv` and `rows.jsonl`: chunk by chunk, each proven before it is sent.
    func datasetRows(_ name: String, isCSV: Bool) throws -> Response {
        let (dataset, number) = try platform.datasetReference(name)
        let manifest = try platform.sealedVersion(dataset, number, in: platform.store).manifest
        let (csv, lines) = (CSVRowsWriter(manifest.columns), JSONLinesWriter(manifest.columns))
        let body = ResponseBody { [platform] writer in
            if isCSV {
                try await writer.write(ByteBuffer(bytes: csv.header))
            }
            for index in manifest.contents.chunks.indices {
                let bytes = try await platform.engine.pool.run {
                    let rows = try manifest.rows(ofChunk: index, in: platform.archive)
                    return isCSV ? csv.bytes(of: rows) : try lines.bytes(of: rows)
                }
                try await writer.write(ByteBuffer(bytes: bytes))
            }
            try await writer.finish(nil)
        }
        return Response(
            status: .ok,
            headers: [.contentType: isCSV ? "text/csv; charset=utf-8" : "application/x-ndjson"],
            body: body
        )
    }

    func verifyDataset(_ name: String) async throws -> Response {
        let (dataset, number) = try platform.datasetReference(name)
        let verdict = try await platform.engine.longPool.run { [platform] in
            try platform.verifyDataset(dataset, number)
        }
        return Response.json(verdict.json(of: name))
    }
}

extension DatasetVersion {
    var json: JSONValue {
        .object([
            ("name", .string(description)), ("dataset", .string(dataset)),
            ("version", .integer(number)), ("from", .string(manifest.from.rfc3339)),
            ("to", .string(manifest.to.rfc3339)), ("rows", .integer(manifest.contents.rows)),
            ("content", .string(manifest.contents.digest.hex)),
            ("chunks", .array(manifest.contents.chunks.map { .string($0.digest.hex) })),
            (
                "columns",
                .object(manifest.columns.all.map { ($0.name, .string($0.type.rawValue)) })
            ),
            (
                "cut",
                .array(manifest.cut.map { .string("\($0.partition)@\($0.offset)") })
            ),
            ("views", .object(manifest.views.map { ($0.view, .string($0.generation.hex)) })),
            ("sealedAt", .string(sealedAt.rfc3339)),
            ("actor", actor.map(JSONValue.string) ?? .null), ("actorVerified", false),
        ])
    }
}

extension DatasetVerification {
    func json(of name: String) -> JSONValue {
        [
            "name": .string(name), "chunks": .integer(Int64(chunks)), "rows": .integer(rows),
            "intact": .bool(isIntact),
            "damages": .array(
                damages.map { damage in
                    [
                        "chunk": .integer(Int64(damage.index)),
                        "expected": .string(damage.expected.hex),
                        "found": damage.found.map { .string($0.hex) } ?? .null,
                        "reason": .string(damage.reason),
                    ]
                }
            ),
        ]
    }
}
