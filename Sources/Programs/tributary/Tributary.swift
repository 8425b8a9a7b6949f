import ArgumentParser
import Documents
import JSON

/// The one program: server, broker and command line.
@main
struct Tributary: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tributary",
        abstract:
            "An event-sourced machine-learning platform: one log, and everything else follows from it.",
        discussion: """
            Every option can stand in the environment, as `tributary help COMMAND` shows. With -o json answers are JSON on \
            standard output, and a failure is a problem of JSON on standard error.

            Exit codes: 0 done, 1 refused (the reason is the last line), 2 usage, 3 no server, 4 outcome unknown (ask \
            again with the same key).

            Example: tributary serve
            """,
        version: version,
        subcommands: [
            Serve.self, BrokerCommand.self, Apply.self, Get.self, Describe.self, Delete.self,
            Publish.self, Events.self, FeaturesCommand.self, DatasetCommand.self, Train.self,
            RunCommand.self, ModelCommand.self, Predict.self, Explain.self,
            Status.self, Wait.self, Audit.self, Demo.self, Version.self,
        ]
    )

    static let version = "0.1.1"

    static func main() async {
        let given = Array(CommandLine.arguments.dropFirst())
        var arguments = given
        var variables: OptionVariables?
        do {
            var known = try OptionVariables(given, OptionVariables.environment)
            defer { (variables, arguments) = (known, known.arguments) }
            var command = try known.command()
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch let failure as Failure {
            printError(
                OutputForm.isJSON(in: arguments)
                    ? failure.problem.canonicalText : failure.description
            )
            Self.exit(withStatus: failure.exitCode)
        } catch {
            let text = fullMessage(for: error)
            guard exitCode(for: error) != .success else {
                print(text + (text.hasPrefix("OVERVIEW: ") ? variables?.help ?? "" : ""))
                Self.exit(withStatus: 0)
            }
            let blamed = variables?.blamed(for: text, parse: parsingFault) ?? []
            printError(
                OutputForm.isJSON(in: arguments)
                    ? JSONValue.problem(
                        "usage",
                        "The command is not used so",
                        (blamed + [message(for: error)]).joined(separator: " ")
                    ).canonicalText
                    : (blamed + [text]).joined(separator: "\n")
            )
            Self.exit(withStatus: 2)
        }
    }

    /// What is wrong with the arguments; nil: nothing is.
    private static func parsingFault(_ arguments: [String]) -> String? {
        do {
            _ = try parseAsRoot(arguments)
            return nil
        } catch {
            return fullMessage(for: error)
        }
    }
}

struct Version: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Says which release this is.",
        discussion: "Example: tributary version"
    )

    @OptionGroup var output: OutputOptions

    func run() throws {
        try output.show(["version": .string(Tributary.version)]) { _ in
            print("tributary \(Tributary.version)")
        }
    }
}
