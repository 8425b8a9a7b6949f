import ArgumentParser

/// Measures what Docs/Benchmarks.md shows. Every figure is printed as a row of its tables.
@main
struct Bench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "Bench",
        abstract: "Measures, and prints the rows of Docs/Benchmarks.md.",
        discussion: "Example: swift run -c release Bench all",
        subcommands: [
            All.self, Sync.self, Records.self, Compression.self, Commands.self, Replays.self,
            Scan.self, Views.self,
            Evaluator.self, Aggregation.self, Serving.self,
        ]
    )

    struct All: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Everything.",
            discussion: "Example: Bench all"
        )
        @OptionGroup var place: Place

        func run() async throws {
            try Sync.measure(place)
            try await Records.measure(place)
            try await Compression.measure(place)
            try await Commands.measure(place)
            try await Replays.measure(place)
            try await Scan.measure(place)
            try await Aggregation.measure(place)
            try Evaluator.measure()
        }
    }
}

/// Where the measurements keep their files: on the disk that is to be measured.
struct Place: ParsableArguments {
    @Option(help: "A folder on the disk to measure; a fresh folder is made in it and removed.")
    var folder = "."
}
