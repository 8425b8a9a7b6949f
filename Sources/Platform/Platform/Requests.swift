internal import Bytes
internal import Documents
internal import Engine
public import Features
internal import JSON
internal import Records
internal import Workers

extension Platform {
    /// The names of the fields that a request to an endpoint may have.
    public func requestFields(of endpoint: String) async throws -> Set<String> {
        if let ready = readyEndpoints.known(.init(name: endpoint)) {
            return Set(ready.served.plan.rows.fields.map(\.name))
        }
        return try await engine.pool.run { [self] in
            Set(try ready(endpoint).served.plan.rows.fields.map(\.name))
        }
    }
}

/// What a request must say for its features to be read.
extension FeaturePlan {
    /// The generations of the views, in the order of the plan.
    var generations: [Digest] { parts.map(\.view.generation) }

    /// Whether a field of the stream is read, or tells as of when.
    public func reads(_ name: String) -> Bool {
        rows.time == name || neededNames.contains(name)
    }

    /// Reads a request into the fields of the stream. What it must say is there, and nothing that the stream does not
    /// know.
    /// `takesTexts`: A command line knows no types, and writes every value as text.
    func fields(
        of request: JSONValue,
        index: Int?,
        takesTexts: Bool = false
    ) throws -> [FieldValue] {
        let place = index.map { "instance \($0): " } ?? ""
        guard let members = request.object else {
            throw PlatformError.invalid(
                "\(place)a request is an object with the fields \(neededNames.joined(separator: ", "))"
            )
        }
        var values = [FieldValue](repeating: .null, count: rows.fields.count)
        var isGiven = [Bool](repeating: false, count: rows.fields.count)
        for (name, value) in members {
            guard
                let field = rows.fields.firstIndex(where: { $0.name.utf8.elementsEqual(name.utf8) })
            else {
                throw PlatformError.invalid(
                    "\(place)there is no field `\(name)`. There are "
                        + rows.fields.map(\.name).joined(separator: ", ") + "."
                        + Spelling.suggestion(for: name, among: rows.fields.map(\.name))
                )
            }
            // What no feature is read by may be unknown yet.
            if value.isNull, !needed.contains(field) { continue }
            let read = try rows.fields[field].asked(value, place, takesTexts: takesTexts)
            values[field] = read
            isGiven[field] = !read.isNull
        }
        let missing = needed.filter {
            !isGiven[$0] && !rows.fields[$0].isOptional
        }.map { rows.fields[$0].name }
        guard missing.isEmpty else {
            throw PlatformError.invalid(
                "\(place)\(missing.map { "`\($0)`" }.joined(separator: ", ")) must be given: features are read by it"
            )
        }
        return values
    }

    private var neededNames: [String] { needed.map { rows.fields[$0].name } }

    /// As of when: what was asked for, else the request's own event time, else the least watermark.
    func instant(of fields: [FieldValue], _ at: Instant?, _ reading: Reading) throws -> Instant {
        if let at { return at }
        if let index = rows.fields.firstIndex(where: { $0.name == rows.time }),
            case .timestamp(let time) = fields[index]
        {
            return time.instant
        }
        if let watermark = reading.watermark, watermark < Instant(microseconds: .max / 4) {
            return watermark
        }
        throw PlatformError.invalid(
            "say as of when: give `\(rows.time)`, or `at`; nothing was folded yet that would tell"
        )
    }

    /// What is kept of a request: the fields that features were read by, as a JSON object.
    func request(of fields: [FieldValue]) -> String {
        JSONValue.object(needed.map { (rows.fields[$0].name, fields[$0].json) }).canonicalText
    }

    /// Undoes `request(of:)`.
    func fields(ofKept request: String) throws -> [FieldValue] {
        var values = [FieldValue](repeating: .null, count: rows.fields.count)
        for (name, value) in try JSONValue(parsing: request).object ?? [] {
            if let index = rows.fields.firstIndex(where: { $0.name == name }) {
                values[index] = FieldValue(kept: value, as: rows.fields[index].type)
            }
        }
        return values
    }
}

extension StreamDefinition.Field {
    /// A value of a request, by the rule for records; thrown otherwise: what is wrong with it.
    /// `place`: What the sentence begins with.
    /// `takesTexts`: A text may stand for a value of another type.
    func asked(
        _ value: JSONValue,
        _ place: String = "",
        takesTexts: Bool = false
    ) throws -> FieldValue {
        do throws(Refusal) {
            if takesTexts, let text = value.string { return try self.value(ofText: text) }
            return try self.value(of: value)
        } catch {
            throw PlatformError.invalid("\(place)\(error)")
        }
    }
}

extension FieldValue {
    /// A value as a prediction keeps it: it was read by the rules of its time.
    fileprivate init(kept json: JSONValue, as type: FieldType) {
        switch (type, json) {
        case (.bool, .bool(let value)): self = .bool(value)
        case (.int32, .integer(let value)), (.int64, .integer(let value)): self = .int(value)
        case (.float, .integer(let value)): self = .float(Double(value).canonical)
        case (.float, .number(let value)): self = .float(value.canonical)
        case (.string, .string(let value)): self = .string(value)
        case (.timestamp, .string(let text)):
            self = Timestamp(rfc3339: text).map(FieldValue.timestamp) ?? .null
        case (.bool, _), (.int32, _), (.int64, _), (.float, _), (.string, _), (.timestamp, _):
            self = .null
        }
    }
}
