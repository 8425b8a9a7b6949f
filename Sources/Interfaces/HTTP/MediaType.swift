/// What a `Content-Type` says (RFC 9110, 8.3.1): `application/json ; charset="UTF-8"`.
struct MediaType {
    /// In lower case: `application/json`.
    var name: String
    /// In lower case; nil where none is named.
    var charset: String?

    /// Nil: it is no media type.
    init?(_ text: String) {
        var parts = Self.parts(of: text)[...]
        let name = parts.removeFirst().lowercased()
        guard name.split(separator: "/", omittingEmptySubsequences: false).count == 2 else {
            return nil
        }
        self.name = name
        for part in parts where !part.isEmpty {
            guard let equals = part.firstIndex(of: "=") else { return nil }
            guard part[..<equals].lowercased() == "charset" else { continue }
            let value = part[part.index(after: equals)...].lowercased()
            guard charset == nil || charset == value else { return nil }
            charset = value
        }
    }

    /// What stands between the semicolons, without white space around it and without quotes.
    private static func parts(of text: String) -> [String] {
        var parts = [""]
        var (isQuoted, isEscaped) = (false, false)
        for character in text {
            if isEscaped {
                parts[parts.count - 1].append(character)
                isEscaped = false
            } else if isQuoted, character == "\\" {
                isEscaped = true
            } else if character == "\"" {
                isQuoted.toggle()
            } else if character == ";", !isQuoted {
                parts.append("")
            } else {
                parts[parts.count - 1].append(character)
            }
        }
        return parts.map { part in
            let front = part.drop { $0 == " " || $0 == "\t" }
            return String(front.reversed().drop { $0 == " " || $0 == "\t" }.reversed())
        }
    }
}
