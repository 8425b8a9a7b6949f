internal import Bytes
internal import Documents
internal import Features
internal import JSON
internal import Records

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
    func fields(of request: JSONValue, index: Int?) throws -> [FieldValue] {
        let place = index.map { "instance \($0): " } ?? ""
        guard let members = request.object else {
            throw PlatformError.invalid(
                "\(place)a request is an object with the fields \(neededNames.joined(separator: ", "))"
            )
        }
        var values = [FieldValue](repeating: .null, count: rows.fields.count)
        var isGiven = [Bool](repeating: false, count: rows.fields.count)
        for (name, value) in members {
            guard let field = rows.fields.firstIndex(where: { $0.name == name }) else {
                throw PlatformError.invalid(
                    "\(place)there is no field `\(name)`. There are "
                        + rows.fields.map(\.name).joined(separator: ", ") + "."
                        + Spelling.suggestion(for: name, among: rows.fields.map(\.name))
                )
            }
            guard let read = FieldValue(value, as: rows.fields[field].type) else {
                throw PlatformError.invalid(
                    "\(place)`\(name)` is \(value.phrase), and not \(rows.fields[field].type.phrase)"
                )
            }
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

    /// The request, with values that are texts of another type read as that type: a command line knows no types.
    func typed(_ request: JSONValue) -> JSONValue {
        .object(
            (request.object ?? []).map { name, value in
                guard let type = rows.fields.first(where: { $0.name == name })?.type,
                    let text = value.string, let read = FieldValue(text: text, as: type)
                else { return (name, value) }
                return (name, read.json)
            }
        )
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
                values[index] = FieldValue(value, as: rows.fields[index].type) ?? .null
            }
        }
        return values
    }
}

extension FieldValue {
    /// Reads a value of a type; null is a value of every type. Nil where it is none.
    init?(_ json: JSONValue, as type: FieldType) {
        switch (type, json) {
        case (_, .null): self = .null
        case (.bool, .bool(let value)): self = .bool(value)
        case (.int32, .integer(let value)) where Int32(exactly: value) != nil: self = .int(value)
        case (.int64, .integer(let value)): self = .int(value)
        case (.float, _):
            guard let number = json.number, number.isFinite else { return nil }
            self = .float(number.canonical)
        case (.string, .string(let value)): self = .string(value)
        case (.timestamp, .string(let text)):
            guard let time = Timestamp(rfc3339: text) else { return nil }
            self = .timestamp(time)
        default: return nil
        }
    }
}
