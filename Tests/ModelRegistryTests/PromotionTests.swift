import Documents
import Lab
import ModelRegistry
import Testing

@Suite struct `Promoting a model version` {
    private func registry(_ promotion: String, versions: Int = 1) throws -> Registry {
        let registry = try Registry()
        try registry.declare(definition(promotion: promotion))
        for _ in 0 ..< versions { try registry.register() }
        return registry
    }

    @Test func `is refused for production until someone else approves it`() throws {
        let registry = try registry(#"{"production":{"approvals":1,"fourEyes":true}}"#, versions: 3)
        let why = try refusal { try registry.promote(3, by: "ada") }
        #expect(
            why
                == "late-arrival@3 has no approval for production. Someone other than ada can give it: "
                + "tributary model approve late-arrival@3 --actor NAME"
        )
        try registry.approve(3, by: "ada")
        #expect(
            try refusal { try registry.promote(3, by: "ada") }
                == "late-arrival@3 has no approval, ada's own not counted, for production. "
                + "Someone other than ada can give it: tributary model approve late-arrival@3 --actor NAME"
        )
        try registry.approve(3, for: .test, by: "bob")
        #expect(try refusal { try registry.promote(3, by: "ada") } != nil, "That was for test.")
        try registry.approve(3, by: "bob")
        #expect(try registry.promote(3, by: "ada"))
        #expect(try registry.view.version(lateArrival, at: .production)?.version == 3)
    }

    @Test func `with four eyes takes the approval of one person and the hand of another`() throws {
        let registry = try registry(#"{"production":{"approvals":1,"fourEyes":true}}"#)
        try registry.approve(1, by: "ada")
        #expect(try registry.promote(1, by: "bob"))
    }

    @Test func `with four eyes asks for an approval at least, or is no policy`() throws {
        for policy in [#"{"fourEyes":true}"#, #"{"approvals":0,"fourEyes":true}"#] {
            let text = definition(promotion: #"{"production":\#(policy)}"#)
            #expect(throws: DocumentProblems.self) {
                try Registry().declare(text)
            }
        }
    }

    @Test func `without four eyes takes the promoter's own approval`() throws {
        let registry = try registry(#"{"test":{"approvals":1}}"#)
        #expect(
            try refusal { try registry.promote(1, to: .test, by: "ada") }
                == "late-arrival@1 has no approval for test. Anyone can give it: "
                + "tributary model approve late-arrival@1 --stage test --actor NAME"
        )
        try registry.approve(1, for: .test, by: "ada")
        #expect(try registry.promote(1, to: .test, by: "ada"))
    }

    @Test func `counts as many people as the policy asks for`() throws {
        let registry = try registry(#"{"production":{"approvals":2,"fourEyes":true}}"#)
        let command = "tributary model approve late-arrival@1 --actor NAME"
        #expect(
            try refusal { try registry.promote(1, by: "ada") }
                == "late-arrival@1 has none of 2 approvals for production. "
                + "Someone other than ada can give one: \(command)"
        )
        try registry.approve(1, by: "bob")
        try registry.approve(1, by: "ada")
        #expect(
            try refusal { try registry.promote(1, by: "ada") }
                == "late-arrival@1 has 1 of 2 approvals, ada's own not counted, for production. "
                + "Someone other than ada and bob can give another: \(command)"
        )
        try registry.approve(1, by: "eve")
        #expect(try registry.promote(1, by: "ada"))
    }

    @Test(arguments: [Stage.test, .production])
    func `needs a sealed dataset version behind it, also where nothing is said`(
        _ stage: Stage
    ) throws {
        let registry = try registry("{}")
        let unsealed = try registry.register(dataset: "")
        for (version, isSealed) in [(1, false), (unsealed, true), (unsealed, false)] {
            #expect(
                try refusal { try registry.promote(version, to: stage, datasetIsSealed: isSealed) }
                    == "late-arrival@\(version) has no sealed dataset version behind it, which \(stage.rawValue) asks for. "
                    + "Seal it with `tributary dataset seal late_arrivals --from INSTANT --to INSTANT`, and train again: "
                    + "`tributary train late-arrival --dataset late_arrivals@N`"
            )
        }
        #expect(try registry.promote(1, to: stage), "No approval is asked for.")
    }

    @Test func `takes an unsealed dataset where the policy says so`() throws {
        let registry = try registry(#"{"test":{"sealedDataset":false}}"#)
        let version = try registry.register(dataset: "")
        #expect(try registry.promote(version, to: .test, datasetIsSealed: false))
        #expect(try refusal { try registry.promote(version, datasetIsSealed: false) } != nil)
    }

    @Test func `archives the version that stood there, and can bring it back`() throws {
        let registry = try registry("{}", versions: 2)
        try registry.promote(1)
        try registry.promote(2)
        #expect(try registry.stages() == [.archived, .production])
        #expect(try registry.promote(1), "Archived versions are promoted like others.")
        #expect(try registry.stages() == [.production, .archived])
    }

    @Test func `goes by test or straight to production`() throws {
        let registry = try registry("{}", versions: 2)
        try registry.promote(1, to: .test)
        #expect(try registry.stages() == [.test, .development])
        try registry.promote(1)
        #expect(try registry.stages() == [.production, .development])
        #expect(try registry.view.version(lateArrival, at: .test) == nil, "It stands at one stage.")
        try registry.promote(2)
        #expect(try registry.stages() == [.archived, .production])
    }

    @Test func `changes nothing where it stands there already`() throws {
        let registry = try registry("{}")
        #expect(try registry.promote(1))
        #expect(try !registry.promote(1))
    }

    @Test func `never takes production away from those who are answered by it`() throws {
        let registry = try registry("{}")
        try registry.promote(1)
        #expect(
            try refusal { try registry.promote(1, to: .test) }
                == "late-arrival@1 stands at production, and would be missing there. Promote another version to "
                + "production first, or go back to the one before: tributary model rollback late-arrival --stage production"
        )
    }

    @Test func `is refused for what is not there`() throws {
        let registry = try Registry()
        #expect(
            try refusal { try registry.promote(1) }
                == "there is no Model late-arrival. `tributary get model` lists those there are"
        )
        try registry.declare()
        #expect(
            try refusal { try registry.promote(1) }
                == "there is no version late-arrival@1. `tributary describe model late-arrival` lists those there are"
        )
    }
}
