import Bytes
import Datasets
import Documents
import Events
import Features
import Foundation
import Logs
import ModelRegistry
import Records
import Serving
import Statistics

/// The facts of the golden log about what is made of the records: views, a dataset, runs, a model
/// and its predictions.
extension Author {
    func declareViews(_ arrived: StreamDefinition, _ weather: StreamDefinition) async throws {
        let former = punctuality(over: .seconds(3_600))
        let changed = punctuality(over: .seconds(10_800))
        try await declare(former, over: arrived)
        try await declare(observed, over: weather)
        try await declare(flight, over: nil)
        // The changed definition is built and switched to, and another one is being built.
        try await declare(changed, over: arrived)
        let generation = changed.generation(over: arrived)
        for _ in 0 ..< 2 {
            try await decide(
                FeatureEvent.filled {
                    $0.switched = .filled {
                        $0.name = changed.name
                        $0.generation = Data(generation.bytes)
                    }
                },
                about: changed.name
            )
        }
        try await declare(punctuality(over: .day), over: arrived)
        try await declare(
            FeatureViewDefinition(name: "none", source: observed.source),
            over: weather
        )
        try await decide(
            FeatureEvent.filled { $0.deleted = .filled { $0.name = "none" } },
            about: "none"
        )
    }

    private func punctuality(over span: TimeSpan) -> FeatureViewDefinition {
        FeatureViewDefinition(
            name: "punctuality",
            description: "How late an aircraft was.",
            owner: "demo",
            source: .stream(
                .init(
                    stream: "flights.arrived",
                    entity: "tail",
                    filter: #"status == "landed""#,
                    ttl: .day,
                    features: [
                        .init("flights", .count, of: nil, over: [span]),
                        .init("delay", .mean, of: "delay", over: [span, .day]),
                        .init("worst", .max, of: "delay", over: [span]),
                        .init("last", .last, of: "late", over: []),
                    ]
                )
            )
        )
    }

    private var observed: FeatureViewDefinition {
        FeatureViewDefinition(
            name: "observed",
            source: .stream(
                .init(
                    stream: "weather.observed",
                    entity: "status",
                    filter: nil,
                    ttl: nil,
                    features: [.init("miles", .stddev, of: "miles", over: [.day])]
                )
            )
        )
    }

    private var flight: FeatureViewDefinition {
        FeatureViewDefinition(
            name: "flight",
            source: .request(
                .init(
                    fields: [.init("at", .timestamp), .init("miles", .float)],
                    features: [
                        .init("hour", "local(at).getHours()"), .init("miles", "miles / 2.0"),
                    ]
                )
            )
        )
    }

    private func declare(
        _ view: FeatureViewDefinition,
        over stream: StreamDefinition?
    ) async throws {
        guard let fact = try DeclareView(view, over: stream).decide(given: nil) else {
            preconditionFailure("A view that is not there yet is declared.")
        }
        try await decide(fact, about: view.name)
    }

    /// Seals two versions.
    func sealDataset(
        of rows: StreamDefinition,
        labelled outcomes: StreamDefinition
    ) async throws -> DatasetManifest {
        let definition = DatasetDefinition(
            name: "late",
            description: "Which were late.",
            rows: rows.name,
            id: "id",
            features: ["punctuality", "observed.miles_24h", "flight"],
            label: .init(stream: outcomes.name, match: "id", value: "late", within: .seconds(600)),
            filter: "label != null"
        )
        for name in [definition.name, "none"] {
            var declared = definition
            declared.name = name
            try await decide(
                DatasetEvent.filled {
                    $0.declared = .filled {
                        $0.name = name
                        $0.definition = declared.canonicalText
                        $0.generation = Data(declared.generation.bytes)
                    }
                },
                about: name
            )
        }
        try await decide(
            DatasetEvent.filled { $0.deleted = .filled { $0.name = "none" } },
            about: "none"
        )
        let start = TestClock.start
        var versions: [DatasetVersion] = []
        for number in [Int64(1), 2] {
            let manifest = DatasetManifest(
                from: start - .day,
                to: start + .seconds(number),
                definition: definition.canonicalText,
                generation: definition.generation,
                views: [.init("observed", observed.generation(over: rows))],
                cut: [.init(Partition(rows.topic, 0), 10 * number)],
                columns: try RowColumns(
                    id: DatasetColumn("id", .int64),
                    features: [.feature("miles_24h", of: "observed", .float)],
                    label: DatasetColumn("late", .bool)
                ),
                contents: DatasetContents(
                    chunks: (0 ..< number).map {
                        .init(digest: Digest(of: [UInt8($0)]), rows: 3 + $0, byteCount: 64)
                    }
                )
            )
            let entry = DatasetCatalog.Entry(
                DefinitionText(
                    definition.name,
                    definition.canonicalText,
                    generation: definition.generation
                ),
                revision: 1,
                declaredAt: start,
                actor: nil
            )
            let command = SealDataset(definition.name, manifest)
            let fact = try command.decide(
                given: entry,
                versions: versions,
                latestClosed: start + .day
            )
            guard let fact else { preconditionFailure("These rows are sealed for the first time.") }
            try await decide(fact, about: definition.name)
            versions.append(
                DatasetVersion(
                    dataset: definition.name,
                    number: number,
                    manifest: manifest,
                    sealedAt: start,
                    actor: nil
                )
            )
        }
        return versions[0].manifest
    }

    /// Two runs that made a version each, and one that failed.
    func trainModel(on dataset: DatasetManifest) async throws {
        let definition = ModelDefinition(
            name: "lateness",
            task: .binary,
            dataset: "late",
            recipe: .init(
                engine: .xgboost,
                rounds: 3,
                seed: 7,
                parameters: [.init("max_depth", "2")],
                validate: nil
            ),
            metrics: [.logLoss, .auc],
            promotion: [.production: .init(approvals: 1, fourEyes: true)]
        )
        for name in [definition.name, "none"] {
            var declared = definition
            declared.name = name
            try await decide(
                ModelEvent.filled {
                    $0.declared = .filled {
                        $0.name = name
                        $0.definition = declared.canonicalText
                        $0.generation = Data(declared.generation.bytes)
                    }
                },
                about: name
            )
        }
        try await decide(
            ModelEvent.filled { $0.deleted = .filled { $0.name = "none" } },
            about: "none"
        )
        for number in [Int64(1), 2, 3] {
            try await run(number, of: definition, on: dataset)
            guard number < 3 else { continue }
            try await register(number, of: definition.name, on: dataset)
        }
        try await promote(definition.name)
    }

    private func run(
        _ number: Int64,
        of model: ModelDefinition,
        on dataset: DatasetManifest
    ) async throws {
        let run = EventID(of: number.orderedBytes).description
        try await decide(
            ExperimentEvent.filled {
                $0.runStarted = .filled {
                    $0.run = run
                    $0.model = model.name
                    $0.definition = model.canonicalText
                    $0.dataset = "late@1"
                    $0.datasetContent = Data(dataset.contents.digest.bytes)
                    $0.parameters = [
                        .filled {
                            $0.name = "max_depth"
                            $0.value = "2"
                        }
                    ]
                    $0.codeRevision = "9504921"
                    $0.engine = "libxgboost 1.7.4"
                    $0.environment = "x86_64 linux"
                }
            },
            about: run
        )
        // The last round is told twice.
        for step in [Int64(1), 2, 2] {
            try await decide(
                ExperimentEvent.filled {
                    $0.metricsLogged = .filled {
                        $0.run = run
                        $0.metrics = [
                            .filled {
                                $0.name = "train_log_loss"
                                $0.step = step
                                $0.value = 0.5 / Double(step + number)
                            }
                        ]
                    }
                },
                about: run
            )
        }
        try await decide(
            ExperimentEvent.filled {
                $0.runFinished = .filled {
                    $0.run = run
                    $0.status = number < 3 ? .succeeded : .failed
                    $0.reason = number < 3 ? "" : "The dataset has no rows."
                    $0.artifacts =
                        number < 3
                        ? [
                            .filled {
                                $0.name = "model.json"
                                $0.digest = Data(artifact(number).bytes)
                                $0.bytes = 1_234
                            }
                        ] : []
                }
            },
            about: run
        )
    }

    private func artifact(_ number: Int64) -> Digest { Digest(of: (100 + number).orderedBytes) }

    private func register(
        _ number: Int64,
        of model: String,
        on dataset: DatasetManifest
    ) async throws {
        try await decide(
            ModelEvent.filled {
                $0.versionRegistered = .filled {
                    $0.name = model
                    $0.version = number
                    $0.run = EventID(of: number.orderedBytes).description
                    $0.artifact = Data(artifact(number).bytes)
                    $0.format = "xgboost-json"
                    $0.baseline = Data(Digest(of: [1]).bytes)
                    $0.dataset = "late@1"
                    $0.datasetContent = Data(dataset.contents.digest.bytes)
                    $0.columns = dataset.columns.features.map(\.name)
                    $0.metrics = [
                        .filled {
                            $0.name = "auc"
                            $0.value = 0.75
                        }
                    ]
                }
            },
            about: model
        )
    }

    /// Both versions stand at production for a while, and the first of them again; one stands at test.
    private func promote(_ model: String) async throws {
        func promote(_ version: Int64, _ stage: ModelEvent.Stage, replacing: Int64) async throws {
            try await decide(
                ModelEvent.filled {
                    $0.versionPromoted = .filled {
                        $0.name = model
                        $0.version = version
                        $0.stage = stage
                        $0.replacing = replacing
                        $0.reason = "It is approved."
                    }
                },
                about: model
            )
        }
        for version in [Int64(1), 2] {
            try await decide(
                ModelEvent.filled {
                    $0.versionApproved = .filled {
                        $0.name = model
                        $0.version = version
                        $0.stage = .production
                        $0.reason = "It is better by 0.02."
                    }
                },
                about: model
            )
            try await promote(version, .production, replacing: version - 1)
        }
        try await decide(
            ModelEvent.filled {
                $0.rolledBack = .filled {
                    $0.name = model
                    $0.stage = .production
                    $0.from = 2
                    $0.to = 1
                    $0.reason = "It drifts."
                }
            },
            about: model
        )
        try await promote(2, .test, replacing: 0)
    }

    /// An endpoint that answers some records, one of them twice, and requests.
    func predict(_ stream: StreamDefinition) async throws {
        let endpoint = EndpointDefinition(
            name: "lateness",
            model: .init("lateness", .stage("production")),
            answer: .init(stream: stream.name, from: TestClock.start, wait: .unlimited),
            durability: .acked,
            missing: .keep
        )
        for name in [endpoint.name, "none"] {
            var declared = endpoint
            declared.name = name
            try await decide(
                EndpointEvent.filled {
                    $0.declared = .filled {
                        $0.name = name
                        $0.definition = declared.canonicalText
                        $0.generation = Data(declared.generation.bytes)
                    }
                },
                about: name
            )
        }
        try await decide(
            EndpointEvent.filled { $0.deleted = .filled { $0.name = "none" } },
            about: "none"
        )
        for number in [Int64(0), 1, 2, 2, 3, 4] {
            let isAnswer = number < 3
            let position = Position(Partition(stream.topic, 0), number)
            try await write(
                PredictionEvent.filled {
                    $0.predicted = .filled {
                        $0.endpoint = endpoint.name
                        $0.generation = Data(endpoint.generation.bytes)
                        $0.id = "\(number)"
                        $0.model = "lateness"
                        $0.version = 1
                        $0.artifact = Data(artifact(1).bytes)
                        $0.dataset = "late@1"
                        $0.atUs = (TestClock.start + .seconds(number)).microseconds
                        if isAnswer {
                            $0.input = .filled {
                                $0.topic = stream.topic
                                $0.offset = number
                            }
                        }
                        $0.request = #"{"status":"landed"}"#
                        $0.cut = [
                            .filled {
                                $0.topic = stream.topic
                                $0.offset = number + 1
                            }
                        ]
                        $0.views = [Data(observed.generation(over: stream).bytes)]
                        $0.features = [Float(number) / 3, .nan]
                        $0.complete = number != 4
                        $0.margin = 0.062_5
                        $0.probability = 0.515_625
                    }
                },
                about: "\(number)",
                partition: isAnswer ? 0 : Int32(number % 4),
                id: isAnswer ? EventID(of: Array(position.description.utf8)) : nil
            )
        }
    }
}
