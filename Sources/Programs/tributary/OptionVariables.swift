import ArgumentParser
import Glibc
import JSON
import Synchronization

/// Options that stand in the environment: `--kafka-listen` of `tributary serve` in TRIBUTARY_SERVE_KAFKA_LISTEN or, where
/// that is not set, in TRIBUTARY_KAFKA_LISTEN. It is so for every option of every command, by the parser's own list.
struct OptionVariables {
    /// A variable that is set, of an option that the command line does not name.
    private struct Setting {
        var option: String
        var variable: String
        var value: String
        var words: [String]
    }

    private struct Option {
        /// Without dashes.
        var name: String
        var short: String?
        var isFlag: Bool
        var isRepeating: Bool

        func isGiven(in words: ArraySlice<String>) -> Bool {
            words.contains { word in
                word == "--\(name)" || word.hasPrefix("--\(name)=")
                    || short.map { word.hasPrefix("-\($0)") } == true
            }
        }
    }

    private static let prefix = "TRIBUTARY_"

    private let given: [String]
    /// The command: `["dataset", "seal"]`.
    private let path: [String]
    private let options: [Option]
    private var settings: [Setting] = []

    /// `arguments`: What was given behind the name of the program.
    init(_ arguments: [String], _ variables: [String: String]) throws {
        given = arguments
        guard !variables.isEmpty || Self.asksForHelp(arguments) else {
            (path, options) = ([], [])
            return
        }
        (path, options) = try Self.command(of: arguments)
        guard !Self.asksForHelp(arguments) else { return }
        let optionWords = arguments.prefix { $0 != "--" }
        for option in options where !option.isGiven(in: optionWords) {
            let names = names(of: option)
            guard let variable = names.first(where: { variables[$0]?.isEmpty == false }),
                let value = variables[variable]
            else { continue }
            settings.append(
                Setting(
                    option: option.name,
                    variable: variable,
                    value: value,
                    words: try words(of: option, variable, value)
                )
            )
        }
    }

    /// The command that is asked for. What stands in the environment and does not apply to it is left out.
    mutating func command() throws -> any ParsableCommand {
        while true {
            let known = arguments
            Self.inapplicable.withLock { $0 = [] }
            do {
                return try Tributary.parseAsRoot(known)
            } catch {
                let names = Self.inapplicable.withLock { $0 }
                settings.removeAll { names.contains($0.option) }
                if arguments == known { throw error }
            }
        }
    }

    /// What the command that is parsed has no use for.
    private static let inapplicable = Mutex<Set<String>>([])

    /// Why the options of those names do not apply to what is asked: a fault of whoever typed one of them.
    static func inapplicable(_ names: String..., because sentence: String) -> ValidationError {
        inapplicable.withLock { $0 = Set(names) }
        return ValidationError(sentence)
    }

    /// The arguments with what the environment adds.
    var arguments: [String] { arguments(without: nil) }

    private func arguments(without left: Setting?) -> [String] {
        guard !settings.isEmpty else { return given }
        let added = settings.filter { $0.variable != left?.variable }.flatMap(\.words)
        return path + added + given.dropFirst(path.count)
    }

    private static func asksForHelp(_ words: [String]) -> Bool {
        words.first == "help" || words.contains("--help") || words.contains("-h")
    }

    /// The variables that a failure of parsing comes from, in a sentence each.
    func blamed(for message: String, parse: ([String]) -> String?) -> [String] {
        settings.filter { parse(arguments(without: $0)) != message }
            .map { "\($0.variable) is `\($0.value)`." }
    }

    /// What stands at the end of the command's help.
    var help: String {
        guard let first = options.first else { return "" }
        let own = names(of: first)[0]
        let width = (options.map(\.name.count).max() ?? 0) + 2
        let lines = options.map { option in
            let dashed = "--\(option.name)"
            return "  \(dashed)\(String(repeating: " ", count: width - dashed.count))  "
                + names(of: option)[0]
        }
        return """

            ENVIRONMENT:
              An option that is not given is taken from its variable, or else from the one
              without the command: \(own), \(names(of: first)[1]).
              A flag is true or false; what may be given several times is parted by commas.

            \(lines.joined(separator: "\n"))
            """
    }

    /// The command's own variable, and the one for all commands that have the option.
    private func names(of option: Option) -> [String] {
        [path + [option.name], [option.name]].map { parts in
            Self.prefix
                + parts.joined(separator: "_").uppercased().map { $0 == "-" ? "_" : String($0) }
                .joined()
        }
    }

    private func words(of option: Option, _ variable: String, _ value: String) throws -> [String] {
        if option.isFlag {
            switch value.lowercased() {
            case "true", "1", "yes", "on": return ["--\(option.name)"]
            case "false", "0", "no", "off": return []
            default:
                throw ValidationError("\(variable) takes true or false, and not `\(value)`.")
            }
        }
        guard option.isRepeating else { return ["--\(option.name)=\(value)"] }
        return value.split(separator: ",").map { "--\(option.name)=\($0)" }
    }

    /// Walks the parser's own tree along the words.
    private static func command(of words: [String]) throws -> (path: [String], options: [Option]) {
        var command = try JSONValue(parsing: Tributary._dumpHelp())["command"] ?? .null
        var path: [String] = []
        for word in words.first == "help" ? words.dropFirst() : words[...] {
            let next = command["subcommands"]?.array?.first { $0["commandName"]?.string == word }
            guard let next else { break }
            command = next
            path.append(word)
        }
        let options = (command["arguments"]?.array ?? []).compactMap { argument -> Option? in
            func name(_ kind: String) -> String? {
                argument["names"]?.array?.first { $0["kind"]?.string == kind }?["name"]?.string
            }
            guard argument["kind"]?.string != "positional", let long = name("long"),
                !["help", "version"].contains(long)
            else { return nil }
            return Option(
                name: long,
                short: name("short"),
                isFlag: argument["kind"]?.string == "flag",
                isRepeating: argument["isRepeating"]?.bool ?? false
            )
        }
        return (path, options)
    }

    /// The variables of this process that may be of options.
    static var environment: [String: String] {
        var variables: [String: String] = [:]
        var entry = environ
        while let text = entry.pointee {
            let parts = String(cString: text)
                .split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            if parts.count == 2, parts[0].hasPrefix(prefix) {
                variables[String(parts[0])] = String(parts[1])
            }
            entry += 1
        }
        return variables
    }
}
