import Bytes
import Documents
import Events
import Lab
import ModelRegistry
import Statistics
import Testing

@Suite struct `Declaring a model` {
    @Test func `keeps the text and what it says`() throws {
        let registry = try Registry()
        try registry.declare()
        let entry = try #require(try registry.view.model(lateArrival))
        let declared = try ModelDefinition(canonical: definition())
        #expect(entry.served.text == declared.canonicalText)
        #expect(entry.served.generation == declared.generation)
        #expect(entry.revision == 1)
        #expect(entry.declaredAt == Registry.start)
        #expect(entry.actor == "ada")
        #expect(
            entry.served.definition
                == ModelDefinition(
                    name: lateArrival,
                    owner: "demo",
                    task: .binary,
                    dataset: "late_arrivals",
                    recipe: .init(
                        engine: .xgboost,
                        rounds: 120,
                        seed: 7,
                        parameters: [.init("eta", "0.05"), .init("max_depth", "4")],
                        validate: .seconds(28 * 86_400)
                    ),
                    metrics: [.logLoss, .auc],
                    promotion: [.production: .init(approvals: 1, fourEyes: true)]
                )
        )
    }

    @Test func `changes nothing where it is as defined already`() throws {
        let registry = try Registry()
        #expect(try registry.declare())
        #expect(try !registry.declare())
        #expect(try registry.declare(definition(rounds: 60)))
        #expect(try registry.view.model(lateArrival)?.served.definition?.recipe.rounds == 60)
        #expect(try registry.view.model(lateArrival)?.revision == 2)
    }

    @Test func `leaves versions and stages as they are`() throws {
        let registry = try Registry()
        try registry.declare(definition(promotion: "{}"))
        try registry.register()
        try registry.promote(1)
        try registry.declare(definition(rounds: 60))
        #expect(try registry.stages() == [.production])
    }

    @Test func `lists models by name`() throws {
        let registry = try Registry()
        for name in ["b", "a", "c"] { try registry.declare(definition(name), name: name) }
        #expect(try registry.view.models().map(\.served.name) == ["a", "b", "c"])
    }
}

@Suite struct `Deleting a model` {
    @Test func `takes its versions and stages with it`() throws {
        let registry = try Registry()
        try registry.declare(definition(promotion: "{}"))
        try registry.register()
        try registry.promote(1)
        try registry.delete()
        #expect(try registry.view.model(lateArrival) == nil)
        #expect(try registry.view.models().isEmpty)
        #expect(try registry.view.versions(lateArrival).isEmpty)
        #expect(try registry.view.version(lateArrival, 1) == nil)
        #expect(try registry.view.version(lateArrival, at: .production) == nil)
        #expect(try registry.view(asOf: 2).version(lateArrival, at: .production)?.version == 1)
    }

    @Test func `and declaring it again begins anew, with numbers that go on`() throws {
        let registry = try Registry()
        try registry.declare(definition(promotion: "{}"))
        try registry.register()
        try registry.register()
        try registry.promote(2)
        try registry.delete()
        try registry.declare(definition(promotion: "{}"))
        #expect(try registry.view.model(lateArrival)?.revision == 6)
        #expect(try registry.view.versions(lateArrival).isEmpty)
        #expect(try registry.register() == 3)
        #expect(try registry.stages() == [.development])
        try registry.promote(3)
        #expect(
            try refusal { try registry.rollBack() }
                == "before late-arrival@3 no other version stood at production that could come back. "
                + "Promote one: tributary model promote late-arrival@N --stage production",
            "Who stood there in the former life does not come back."
        )
        #expect(
            try registry.view.history(lateArrival).map(\.kind) == [
                .declared, .registered, .registered, .promoted, .deleted, .declared, .registered,
                .promoted,
            ]
        )
    }
}
