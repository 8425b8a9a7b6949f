import ArgumentParser

/// The one program: server, broker and command line.
@main
struct Tributary: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tributary",
        abstract:
            "An event-sourced machine-learning platform: one log, and everything else follows from it.",
        discussion: """
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
        do {
            var command = try parseAsRoot()
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch let failure as Failure {
            printError(failure.description)
            Self.exit(withStatus: failure.exitCode)
        } catch {
            guard exitCode(for: error) != .success else { exit(withError: error) }
            printError(fullMessage(for: error))
            Self.exit(withStatus: 2)
        }
    }
}

struct Version: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Says which release this is.",
        discussion: "Example: tributary version"
    )

    func run() { print("tributary \(Tributary.version)") }
}
