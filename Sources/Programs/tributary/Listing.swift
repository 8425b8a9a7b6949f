import ArgumentParser
import Bytes
import Documents
import JSON

/// Which of a list are shown, and how many.
struct ListOptions: ParsableArguments {
    @Option(help: "At most so many of a list; of predictions, 20 unless it is said.")
    var limit: Int?

    @Option(
        name: .customLong("filter"),
        help: ArgumentHelp(
            "Only those of a list that have this, such as model=late-arrival; given several times: all of it.",
            valueName: "field=value"
        ),
        transform: FieldArgument.init
    )
    var filters: [FieldArgument] = []

    @Option(
        help: ArgumentHelp(
            "Only runs, versions, predictions and alerts from then on: RFC 3339 with an offset.",
            valueName: "instant"
        )
    )
    var since: String?

    func validate() throws {
        if let limit, !(1 ... 1_000_000).contains(limit) {
            throw ValidationError("--limit is 1 to 1000000.")
        }
        if let since, Instant(rfc3339: since) == nil {
            throw ValidationError(
                "--since takes an RFC 3339 time with an offset, and not `\(since)`."
            )
        }
    }

    var isEmpty: Bool { limit == nil && filters.isEmpty && since == nil }
    /// Whether any of a list may be left out for what it says.
    var chooses: Bool { !filters.isEmpty || since != nil }

    /// `timeField`: What `--since` goes by.
    func fits(_ item: JSONValue, timeField: String?) -> Bool {
        let asked = filters.allSatisfy { item[$0.name]?.plain == $0.text }
        guard asked, let since = since.flatMap({ Instant(rfc3339: $0) }) else { return asked }
        let time = timeField.flatMap { item[$0]?.string }.flatMap { Instant(rfc3339: $0) }
        return time.map { $0 >= since } ?? false
    }

    /// Refuses to filter by what nothing in the list has.
    func checkFields(of items: [JSONValue]) throws {
        guard !items.isEmpty else { return }
        let known = Set(items.flatMap { $0.object?.map(\.0) ?? [] }).sorted()
        for filter in filters where !known.contains(filter.name) {
            throw Failure.refused(
                "refused: nothing in the list has a field `\(filter.name)`: there are \(known.joined(separator: ", "))."
                    + Spelling.suggestion(for: filter.name, among: known)
            )
        }
    }

    /// The list as it is shown, with `more` where the limit has left something out.
    func list(_ items: [JSONValue], isCut: Bool = false, timeField: String?) throws -> JSONValue {
        try checkFields(of: items)
        let fitting = items.filter { fits($0, timeField: timeField) }
        let shown = fitting.prefix(limit ?? fitting.count)
        var members: [(String, JSONValue)] = [("items", .array(Array(shown)))]
        if isCut || shown.count < fitting.count { members.append(("more", true)) }
        return .object(members)
    }
}

extension String {
    /// By their numbers, where names have some: v2 comes before v10.
    func naturallyPrecedes(_ other: String) -> Bool {
        var (one, two) = (self[...], other[...])
        while let first = one.first, let second = two.first {
            let (digits, others) = (one.leadingDigits, two.leadingDigits)
            if !digits.isEmpty, !others.isEmpty {
                let (number, against) = (digits.drop { $0 == "0" }, others.drop { $0 == "0" })
                if number != against {
                    return (number.count, String(number)) < (against.count, String(against))
                }
                (one, two) = (one.dropFirst(digits.count), two.dropFirst(others.count))
            } else {
                if first != second { return first < second }
                (one, two) = (one.dropFirst(), two.dropFirst())
            }
        }
        return one.isEmpty && two.isEmpty ? self < other : one.isEmpty
    }
}

extension Substring {
    fileprivate var leadingDigits: Substring { prefix { $0.isASCII && $0.isNumber } }
}
