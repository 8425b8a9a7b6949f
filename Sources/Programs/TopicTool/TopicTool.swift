import ArgumentParser
import Foundation

/// Keeps the contract: what the platform writes to its own topics, and what it promised in earlier
/// releases.
@main
struct TopicTool: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "TopicTool",
        abstract: "Keeps the contract in Topics/.",
        discussion: "Example: TopicTool check",
        subcommands: [Check.self, Write.self, Release.self]
    )
}

/// Where the contract and what is made from it lie.
struct Place: ParsableArguments {
    @Option(help: "The root of the repository.")
    var root = "."

    var folder: URL { URL(fileURLWithPath: root, isDirectory: true) }
}

/// Says whether the contract holds together and keeps what was promised.
struct Check: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Compares Topics/ with its releases and with what is made from it.",
        discussion: "Exits with 1 and names every problem. Example: TopicTool check"
    )
    @OptionGroup var place: Place

    func run() throws {
        let workplace = Workplace(root: place.folder)
        var problems = Problems()
        if let contract = workplace.readContract(&problems) {
            let holdsTogether = problems.isEmpty
            try workplace.compareWithReleases(contract, &problems)
            // What a broken contract would give is of no interest.
            if holdsTogether { try workplace.compareWithGenerated(contract, &problems) }
        }
        try problems.report()
        print(
            "The contract keeps what its releases promised, and what is made from it is up to date."
        )
    }
}

/// Makes documents and code from the contract.
struct Write: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Writes Docs/Topics.md, Docs/asyncapi.json and Sources/Events/Generated.",
        discussion: "Example: TopicTool write --plugin protoc-gen-swift"
    )
    @OptionGroup var place: Place
    @Option(help: "The protoc-gen-swift to run; needed only where a .proto file has changed.")
    var plugin: String?

    func run() throws {
        let workplace = Workplace(root: place.folder)
        var problems = Problems()
        let contract = workplace.readContract(&problems)
        try problems.report()
        guard let contract else { return }
        if let plugin {
            try workplace.generateMessages(contract, plugin: plugin)
        } else {
            try workplace.checkMessages(contract, &problems)
            try problems.report()
        }
        for path in try workplace.writeDocuments(contract) { print("wrote \(path)") }
    }
}

/// Freezes the contract as one release has it.
struct Release: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Freezes the contract under Topics/Released/.",
        discussion:
            "From then on `check` holds every change against it. Example: TopicTool release 0.2.0"
    )
    @OptionGroup var place: Place
    @Argument(help: "The version that is released: three numbers.")
    var version: String

    func validate() throws {
        guard ReleaseVersion(version) != nil else {
            throw ValidationError("`\(version)` is no version: three numbers, as in 0.2.0.")
        }
    }

    func run() throws {
        let workplace = Workplace(root: place.folder)
        var problems = Problems()
        let contract = workplace.readContract(&problems)
        if let contract {
            try workplace.compareWithReleases(contract, &problems)
            try workplace.checkMessages(contract, &problems)
        }
        try problems.report()
        guard let contract else { return }
        try workplace.freeze(contract, as: version, &problems)
        try problems.report()
        // The documents name the newest release.
        for path in try workplace.writeDocuments(contract) { print("wrote \(path)") }
        print("froze Topics/Released/\(version)")
    }
}
