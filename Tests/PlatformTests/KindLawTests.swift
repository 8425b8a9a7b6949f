import Chance
import Datasets
import Documents
import Features
import JSON
import Lab
import Logs
import ModelRegistry
import Records
import Serving
import Store
import Testing

@testable import Platform

/// The definitions of every kind, by chance. A kind that is added is added here.
private let samples: [any Sampled.Type] = [
    StreamDefinition.self, FeatureViewDefinition.self, DatasetDefinition.self, ModelDefinition.self,
    EndpointDefinition.self,
]

/// What holds for each kind of resource, whatever it is.
@Suite struct `Every kind of resource` {
    @Test func `has definitions by chance`() {
        #expect(samples.map { $0.kind } == Kinds.own.map { $0.kind })
    }

    @Test(arguments: samples.indices)
    func `is read from the JSON that it gives, whose scalars may be texts`(_ index: Int) throws {
        func law<D: Sampled>(_ type: D.Type) throws {
            let seed = newSeed()
            var random = SeededRandom(seed: seed)
            for round in 0 ..< 500 {
                let definition = D.random(using: &random)
                let note = "seed \(seed), round \(round): \(definition.canonicalText)"
                try #require(definition.problems.isEmpty, "\(note) \(definition.problems)")
                #expect(try D(canonical: definition.canonicalText) == definition, "\(note)")
                #expect(try D(json: definition.json.withTexts) == definition, "\(note)")
                #expect(
                    try D(canonical: definition.canonicalText).canonicalText
                        == definition.canonicalText,
                    "\(note)"
                )
            }
        }
        try law(samples[index])
    }

    /// Of one that is a little different: random ones would hardly ever be equal.
    @Test(arguments: samples.indices)
    func `is equal where its JSON is, and else not`(_ index: Int) throws {
        func law<D: Sampled>(_ type: D.Type) throws {
            let seed = newSeed()
            var random = SeededRandom(seed: seed)
            var (equal, different) = (0, 0)
            for round in 0 ..< 20_000 where equal < 20 || different < 100 {
                let one = D.random(using: &random)
                let json = one.json.mutated(using: &random)
                do throws(DocumentProblems) {
                    let other = try D(json: json)
                    let note = "seed \(seed), round \(round): \(one.canonicalText) \(json)"
                    #expect(
                        (one == other) == (one.canonicalText == other.canonicalText),
                        "\(note)"
                    )
                    if one == other { equal += 1 } else { different += 1 }
                } catch {
                    continue
                }
            }
            #expect(equal >= 20 && different >= 100, "Seed \(seed) proves little.")
        }
        try law(samples[index])
    }

    @Test(arguments: samples.indices)
    func `never trips over mutated JSON, and lets nothing through that breaks a rule`(
        _ index: Int
    ) throws {
        func law<D: Sampled>(_ type: D.Type) throws {
            let seed = newSeed()
            var random = SeededRandom(seed: seed)
            var refused = 0
            for round in 0 ..< 2_000 {
                let json = D.random(using: &random).json.mutated(using: &random)
                let note = "seed \(seed), round \(round): \(json)"
                let read: D
                do throws(DocumentProblems) {
                    read = try D(json: json)
                } catch {
                    refused += 1
                    #expect(
                        !error.list.isEmpty && error.list.allSatisfy { !$0.message.isEmpty },
                        "\(note)"
                    )
                    continue
                }
                #expect(read.problems.isEmpty, "\(note)")
                #expect(try D(canonical: read.canonicalText) == read, "\(note)")
            }
            #expect(refused > 100, "Seed \(seed) broke too little to prove anything.")
        }
        try law(samples[index])
    }

    @Test(arguments: samples.indices)
    func `says of each name that leads nowhere what it is, at its place`(_ index: Int) throws {
        func law<D: Sampled>(_ type: D.Type) throws {
            let seed = newSeed()
            var random = SeededRandom(seed: seed)
            let kind = try #require(Kinds()[D.kind])
            for round in 0 ..< 100 {
                let definition = D.random(using: &random)
                let nobody = Neighbours()
                let faults = kind.allFaults(of: definition, among: nobody)
                let references = kind.allReferences(of: definition, among: nobody)
                #expect(
                    Set(references.map(\.subject)) == definition.needed,
                    "seed \(seed), round \(round): \(definition.canonicalText)"
                )
                #expect(Set(references.map(\.kind)).isSubset(of: kind.refersTo))
                for reference in references {
                    let note = "seed \(seed), round \(round): \(reference)"
                    #expect(
                        faults.contains {
                            $0.path == reference.path
                                && $0.message
                                    == "there is no \(reference.kind) `\(reference.name)`."
                        },
                        "\(note) \(faults)"
                    )
                    #expect(
                        definition.json.value(at: reference.path)?.string?
                            .hasPrefix(reference.name) == true,
                        "\(note): the path leads to the name."
                    )
                }
            }
        }
        try law(samples[index])
    }

    /// What is used, and the one that uses it which goes first.
    private static let uses = [
        ("Stream departures", "Dataset late"),
        ("Stream outcomes", "FeatureView punctuality"), ("Stream outcomes", "Dataset late"),
        ("FeatureView flight", "Dataset late"), ("FeatureView punctuality", "Dataset late"),
        ("Dataset late", "Model lateness"), ("Model lateness", "Endpoint lateness"),
        ("Stream departures", "Endpoint lateness"), ("Stream departures", "Model lateness@1"),
        ("FeatureView flight", "Model lateness@1"), ("Stream outcomes", "Model lateness@1"),
        ("FeatureView punctuality", "Model lateness@1"),
    ]

    @Test func `is not deleted while another uses it, and then is`() async throws {
        let stand = try await Airport.serving(memoryLog())
        try await stand.apply(Airport.endpoint(answer: "{stream: departures, wait: unlimited}"))
        func delete(_ subject: String) async throws {
            let parts = subject.split(separator: " ").map(String.init)
            _ = try await stand.platform.delete(parts[0], parts[1], for: .anybody)
        }
        for (subject, user) in Self.uses {
            let words = try await refusal { try await delete(subject) }
            #expect(words.contains("\(user)"), "\(words)")
        }
        for subject in [
            "Endpoint lateness", "Model lateness", "Dataset late", "FeatureView flight",
            "FeatureView punctuality", "Stream departures", "Stream outcomes",
        ] {
            try await delete(subject)
            let words = try await refusal { try await delete(subject) }
            #expect(words.hasPrefix("there is no \(subject)."), "\(words)")
        }
        stand.stop()
    }

    @Test func `is told who uses it, and what to do about that`() {
        let refusal = UsedResource(
            kind: "Stream",
            name: "s",
            by: [
                .definition(kind: "FeatureView", name: "v"),
                .unreadable(kind: "Dataset", name: "d"), .version("m@1"),
            ]
        )
        #expect(
            refusal.description
                == "Stream s is used by FeatureView v, perhaps Dataset d, which this release does not take, "
                + "Model m@1, which was trained with it and may answer. First change it or `tributary delete "
                + "featureview v`, and change it or `tributary delete dataset d`, and promote another version in "
                + "place of m@1"
        )
    }
}

extension JSONValue {
    fileprivate func value(at path: [String]) -> JSONValue? {
        path.reduce(self) { value, step in
            switch value {
            case .array(let elements)?: Int(step).map { elements[$0] }
            default: value?[step]
            }
        }
    }
}
