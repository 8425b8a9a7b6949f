import Chance
import Glibc
import Resources
import Testing

@Suite struct `A file of resources may begin` {
    private static let mark = "\u{FEFF}"
    private static let stream = """
        kind: Stream
        name: NAME
        spec: {key: k, time: t, fields: {k: string, t: timestamp}}

        """

    private static func stream(_ name: String) -> String {
        stream.replacing("NAME", with: name)
    }

    /// The names of what was read, and what was wrong.
    private static func read(_ text: String) -> (names: [String], errors: [String]) {
        let (resources, errors) = readResources([SourceFile(name: "f.yaml", text: text)])
        return (resources.map(\.name), errors.map(\.description))
    }

    /// What was trouble once, or could be.
    private static let beginnings = [
        "", "---\n", "--- # ours\n", "%YAML 1.2\n---\n", "%YAML 1.1\n---\n",
        "# a comment\n%YAML 1.2\n# another\n---\n", "\(mark)", "\(mark)---\n",
        "\(mark)%YAML 1.2\n---\n", "\(mark)# a comment\n", "\n\n# a comment\n\n---\n\n# more\n",
        "---\n---\n---\n", "---\n# nothing\n---\n", "...\n", "# nothing\n...\n---\n",
        "---\n...\n%YAML 1.2\n---\n", "%TAG !e! tag:example.org,2026:\n---\n", "  \t\n---\n",
    ]

    @Test(arguments: beginnings)
    func `with all that YAML puts before a document`(beginning: String) {
        for end in ["", "...\n", "---\n", "\n# the end", "...\n# the end\n"] {
            let text = beginning + Self.stream("one") + end
            for text in [text, text.replacing("\n", with: "\r\n")] {
                let (names, errors) = Self.read(text)
                #expect(names == ["one"], "\(text.debugDescription)")
                #expect(errors == [], "\(text.debugDescription)")
            }
        }
    }

    @Test func `with a directive for each of its documents`() {
        let one = "%YAML 1.2\n---\n" + Self.stream("one")
        let two = "...\n\(Self.mark)%YAML 1.2\n---\n" + Self.stream("two")
        let three = "--- # the third\n" + Self.stream("three")
        #expect(Self.read(one + two + three).names == ["one", "two", "three"])
        #expect(Self.read(one + two + three).errors == [])
    }

    @Test func `so, and an error stands where it stood`() {
        let wrong = Self.stream("one").replacing("time: t", with: "time: u")
        for (beginning, line) in [
            ("", 3), ("\(Self.mark)%YAML 1.2\n---\n", 5), ("# a\n\n---\n# b\n", 7),
            ("%YAML 1.2\r\n---\r\n", 5), (Self.stream("zero") + "...\n%YAML 1.2\n---\n", 9),
        ] {
            let errors = Self.read(beginning + wrong).errors
            #expect(errors.count == 1, "\(errors)")
            #expect(errors.first?.hasPrefix("f.yaml:\(line):22") == true, "\(errors)")
        }
    }

    @Test func `with a directive that stands behind its document, which is wrong`() {
        #expect(Self.read(Self.stream("one") + "%YAML 1.2\n").errors.count == 1)
        #expect(Self.read("%YAML 1.2\n" + Self.stream("one")).errors.count == 1)
        #expect(Self.read("%YAML 3.0\n---\n" + Self.stream("one")).errors.count == 1)
    }

    @Test func `with any row of such lines, and every document is read`() {
        let seed = UInt64.random(in: 0 ... .max)
        var random = SeededRandom(seed: seed)
        let idle = ["\n", "# a comment\n", "   # indented\n", "  \n", "#\n"]
        for round in 0 ..< 2_000 {
            var text = ""
            var names: [String] = []
            for number in 0 ..< Int.random(in: 1 ... 4, using: &random) {
                func some() -> String {
                    (0 ..< Int.random(in: 0 ... 3, using: &random)).map { _ in
                        idle.randomElement(using: &random) ?? ""
                    }.joined()
                }
                // Only behind an end, or at the beginning, may directives and a mark stand.
                if number > 0, Bool.random(using: &random) { text += "...\n" }
                if number == 0 || text.hasSuffix("...\n") {
                    if Bool.random(using: &random) { text += Self.mark }
                    text += some()
                    if Bool.random(using: &random) { text += "%YAML 1.2\n" + some() }
                }
                text += (Bool.random(using: &random) ? "---\n" : "--- # \(number)\n") + some()
                if Int.random(in: 0 ..< 5, using: &random) > 0 {
                    names.append("s\(number)")
                    text += Self.stream("s\(number)") + some()
                }
            }
            if Bool.random(using: &random) { text = text.replacing("\n", with: "\r\n") }
            let read = Self.read(text)
            let told: Comment = "seed \(seed), round \(round): \(text.debugDescription)"
            #expect(read.names == names, told)
            #expect(read.errors == [], told)
        }
    }

    /// Three seconds, or as many as `TRIBUTARY_FUZZ_SECONDS` says. A seed of `TRIBUTARY_FUZZ_SEED` runs again what failed.
    @Test func `with anything at random, and is answered`() {
        let environment = { (name: String) in getenv(name).map { String(cString: $0) } }
        let seed =
            environment("TRIBUTARY_FUZZ_SEED").flatMap { UInt64($0) }
            ?? UInt64.random(in: .min ... .max)
        let seconds = environment("TRIBUTARY_FUZZ_SECONDS").flatMap { Int($0) } ?? 3
        print("YAML beginnings at random: seed \(seed), \(seconds) s.")
        var random = SeededRandom(seed: seed)
        let end = ContinuousClock.now + .seconds(seconds)
        var round = 0
        while ContinuousClock.now < end {
            let text = Self.anything(&random)
            let lines = text.utf8.count { $0 == 0x0A } + text.utf8.count { $0 == 0x0D } + 2
            let (_, errors) = readResources([SourceFile(name: "f", text: text)])
            for error in errors {
                #expect(
                    (1 ... lines + text.utf8.count).contains(error.line),
                    "seed \(seed), round \(round): \(text.debugDescription), \(error)"
                )
            }
            round += 1
        }
        #expect(round > 0)
        print("YAML beginnings at random: \(round) texts.")
    }

    /// Pieces of which files are made, in any row; or a beginning that is known, with some of its characters changed.
    private static func anything(_ random: inout SeededRandom) -> String {
        let pieces = [
            mark, "%", "YAML", " 1.2", "---", "...", "\n", "\r\n", "\r", " ", "\t", "#", "-",
            ".", "kind: Stream", "name: s", "{", "}", "[", "\"", "'", "&a", "*a", "!t", "|", ">",
            ": ", "\u{0}", "\u{85}", "\u{2028}", "é",
        ]
        func some(_ most: Int) -> String {
            (0 ..< Int.random(in: 0 ... most, using: &random)).map { _ in
                pieces.randomElement(using: &random) ?? ""
            }.joined()
        }
        guard Bool.random(using: &random), let known = beginnings.randomElement(using: &random)
        else { return some(14) }
        var scalars = Array((known + stream("one")).unicodeScalars)
        for _ in 0 ..< Int.random(in: 1 ... 3, using: &random) {
            let place = Int.random(in: 0 ..< scalars.count, using: &random)
            switch Int.random(in: 0 ..< 3, using: &random) {
            case 0: scalars.remove(at: place)
            case 1: scalars.insert(scalars[place], at: place)
            default: scalars.insert(contentsOf: Array(some(2).unicodeScalars), at: place)
            }
            if scalars.isEmpty { break }
        }
        return scalars.reduce(into: "") { $0.unicodeScalars.append($1) }
    }
}
