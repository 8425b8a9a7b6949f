import ArgumentParser
import JSON

struct Audit: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Proves that the state is what the log says.",
        discussion: "Example: tributary audit verify",
        subcommands: [Verify.self, Accept.self]
    )

    struct Accept: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Takes the log as it is, where what was attested stands against it.",
            discussion: """
                Rows that are not what the log gives are folded anew, what was attested before speaks no more, and the alerts \
                are resolved. Who said so and why is kept in the list of alerts. The other way out is to bring the former log \
                back.

                Example: tributary audit accept models --actor grace --reason "restored from the copy of Monday"
                """
        )

        @Argument(help: "A projection, or what the alert is about.")
        var subject: String
        @Option(help: "Why.")
        var reason: String
        @OptionGroup var output: OutputOptions
        @OptionGroup var options: ServerOptions

        func run() async throws {
            let answer = try await options.client.ask(
                .POST,
                "/api/v1/audit/accept",
                body: ["subject": .string(subject), "reason": .string(reason)],
                to: "accept the log of \(subject)"
            )
            try output.show(answer) { answer in
                for subject in answer["accepted"]?.array ?? [] {
                    print("accepted: \(subject.plain)")
                }
            }
        }
    }

    struct Verify: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Folds every projection again from its first record, and compares.",
            discussion: """
                Each line: the projection, where it stands, how many rows, the digest of what is served and the digest of the \
                replay. Exit code 1 where one differs.

                Example: tributary audit verify
                """
        )

        @Argument(help: "Only these projections.")
        var projections: [String] = []
        @Option(help: "genesis, which is from where every proof begins.")
        var from = "genesis"
        @OptionGroup var output: OutputOptions
        @OptionGroup var options: ServerOptions

        func validate() throws {
            guard from == "genesis" else { throw ValidationError("--from takes genesis.") }
        }

        func run() async throws {
            let answer = try await options.client.ask(
                .POST,
                "/api/v1/audit/verify",
                body: ["projections": .array(projections.map(JSONValue.string))],
                to: "fold everything again and compare"
            )
            let findings = answer["projections"]?.array ?? []
            try output.show(answer) { _ in printFindings(findings) }
            let different = findings.filter {
                ["different", "attestationDiffers"].contains($0["finding"]?.string)
            }
            let unproven = findings.filter { $0["finding"] == "notComparable" }
            let damaged = answer["archive"]?["damaged"]?.array ?? []
            let lost = answer["lost"]?.array ?? []
            guard different.isEmpty, damaged.isEmpty, lost.isEmpty else {
                var named = different.map { finding in
                    "\(finding["projection"]?.plain ?? "") at \(finding["position"]?.plain ?? "")"
                        + (finding["key"].map { ", first differing key \($0.plain)" } ?? "")
                        + (finding["attestedAt"].map { ", attested otherwise at \($0.plain)" } ?? "")
                }
                if !named.isEmpty { named[0] = "different: " + named[0] }
                named += damaged.map { "archiveDamaged: \($0["what"]?.plain ?? "")" }
                named += lost.map { "attestationsLost: \($0.plain)" }
                throw Failure.refused(named.joined(separator: "; "))
            }
            if output.form == .table {
                print(
                    "\(findings.count - unproven.count) equal"
                        + (unproven.isEmpty ? "" : ", \(unproven.count) not comparable")
                )
                if let pieces = answer["archive"]?["pieces"]?.plain {
                    print("\(pieces) pieces of the archive as they were put there")
                }
            }
        }

        private func printFindings(_ findings: [JSONValue]) {
            printTable(
                [["PROJECTION", "POSITION", "ROWS", "SERVED", "REPLAYED", "FINDING", "TIME"]]
                    + findings.map { finding in
                        [
                            finding["projection"]?.plain ?? "", finding["position"]?.plain ?? "",
                            finding["entries"]?.plain ?? "",
                            String((finding["served"]?.plain ?? "").prefix(16)),
                            String((finding["replayed"]?.plain ?? "").prefix(16)),
                            finding["finding"]?.plain ?? "",
                            seconds(finding) + (finding["why"].map { " (\($0.plain))" } ?? ""),
                        ]
                    }
            )
        }

        private func seconds(_ finding: JSONValue) -> String {
            let milliseconds = Int((finding["seconds"]?.number ?? 0) * 1_000)
            return "\(milliseconds / 1_000).\(String(milliseconds % 1_000 + 1_000).dropFirst()) s"
        }
    }
}
