import Bytes
import Lab
import ModelRegistry
import Testing

@Suite struct `Registering a version` {
    @Test func `gives the next number, and keeps what is known of it`() throws {
        let registry = try Registry()
        try registry.declare()
        #expect(try registry.register() == 1)
        #expect(try registry.register() == 2)
        let version = try #require(try registry.view.version(lateArrival, 2))
        #expect(
            version
                == ModelVersion(
                    model: lateArrival,
                    version: 2,
                    run: "0193596c-2f1a-7c3e-9d55-2f3c1b7a9e10",
                    artifact: artifact,
                    format: "xgboost-json",
                    baseline: Digest(of: [1]),
                    dataset: "late_arrivals@1",
                    datasetContent: Digest(of: [2]),
                    columns: ["origin", "weather__wind"],
                    metrics: [.init("auc", 0.75)],
                    registeredAt: Registry.start + .seconds(2),
                    actor: "ada"
                )
        )
        #expect(version.name == "late-arrival@2")
        #expect(version.stage == .development)
        #expect(try registry.view.versions(lateArrival).map(\.version) == [1, 2])
        #expect(try registry.view.version(lateArrival, at: .development) == version)
        #expect(try registry.view.version(lateArrival, at: .production) == nil)
        #expect(try registry.view.version(lateArrival, at: .archived) == nil)
    }

    @Test func `keeps the versions of models apart`() throws {
        let registry = try Registry()
        for name in ["a", "ab"] { try registry.declare(definition(name), name: name) }
        try registry.register("a")
        try registry.register("ab")
        try registry.register("ab")
        #expect(try registry.view.versions("a").map(\.version) == [1])
        #expect(try registry.view.versions("ab").map(\.version) == [1, 2])
        #expect(try registry.view.history("a").map(\.kind) == [.declared, .registered])
    }

    @Test func `is refused without a model, and with a metric that is no number`() throws {
        let registry = try Registry()
        #expect(
            try refusal { try registry.register() }
                == "there is no Model late-arrival. `tributary get model` lists those there are"
        )
        try registry.declare()
        for value in [Double.nan, .infinity, -.infinity] {
            #expect(
                try refusal {
                    try registry.register(metrics: [.init("auc", 1), .init("f", value)])
                }
                    == "the metric f of a new version of late-arrival is no finite number. "
                    + "Leave it out, or find out in the run why it is not"
            )
        }
    }
}

@Suite struct `Approving a version` {
    private func registry() throws -> Registry {
        let registry = try Registry()
        try registry.declare()
        try registry.register()
        return registry
    }

    @Test func `says who did, for which stage, why and when`() throws {
        let registry = try registry()
        try registry.approve(1, by: "bob")
        try registry.approve(1, for: .test, by: "bob")
        let time = Registry.start
        #expect(
            try registry.view.version(lateArrival, 1)?.approvals == [
                .init(
                    stage: .production,
                    actor: "bob",
                    reason: "it is good",
                    at: time + .seconds(2)
                ),
                .init(stage: .test, actor: "bob", reason: "it is good", at: time + .seconds(3)),
            ]
        )
    }

    @Test func `changes nothing when the same person does it twice`() throws {
        let registry = try registry()
        #expect(try registry.approve(1, by: "bob"))
        #expect(try !registry.approve(1, by: "bob"))
        #expect(try registry.approve(1, by: "eve"))
    }

    @Test func `is refused for a version that is not there`() throws {
        let registry = try registry()
        #expect(
            try refusal { try registry.approve(2, by: "bob") }
                == "there is no version late-arrival@2. `tributary describe model late-arrival` lists those there are"
        )
    }

    @Test(arguments: [Stage.development, .archived])
    func `is refused for a stage that nobody decides about`(_ stage: Stage) throws {
        let registry = try registry()
        let text =
            "nobody decides about \(stage.rawValue): versions begin at development, and are archived when "
            + "another takes their place. Say `--stage test` or `--stage production`"
        #expect(try refusal { try registry.approve(1, for: stage, by: "bob") } == text)
        #expect(try refusal { try registry.promote(1, to: stage) } == text)
        #expect(try refusal { try registry.rollBack(at: stage) } == text)
    }
}
