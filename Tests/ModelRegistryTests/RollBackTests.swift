import Lab
import ModelRegistry
import Testing

@Suite struct `Rolling a stage back` {
    private func registry(versions: Int, promotion: String = "{}") throws -> Registry {
        let registry = try Registry()
        try registry.declare(definition(promotion: promotion))
        for _ in 0 ..< versions { try registry.register() }
        return registry
    }

    @Test func `brings back who stood there last, further each time`() throws {
        let registry = try registry(versions: 3)
        for version in 1 ... 3 { try registry.promote(Int64(version)) }
        try registry.rollBack()
        #expect(try registry.stages() == [.archived, .production, .archived])
        try registry.rollBack()
        #expect(try registry.stages() == [.production, .archived, .archived])
        #expect(
            try refusal { try registry.rollBack() }
                == "before late-arrival@1 no other version stood at production that could come back. "
                + "Promote one: tributary model promote late-arrival@N --stage production"
        )
        try registry.promote(3)
        try registry.rollBack()
        #expect(try registry.stages() == [.production, .archived, .archived])
    }

    @Test func `needs no new approval, whatever the policy says by now`() throws {
        let registry = try registry(versions: 2)
        try registry.promote(1)
        try registry.promote(2)
        try registry.declare(definition(promotion: #"{"production":{"approvals":9}}"#))
        try registry.rollBack()
        #expect(try registry.view.version(lateArrival, at: .production)?.version == 1)
    }

    @Test func `is refused where nobody stands, and without a model`() throws {
        let registry = try registry(versions: 1)
        #expect(
            try refusal { try registry.rollBack() }
                == "no version of late-arrival stands at production. Promote one: "
                + "tributary model promote late-arrival@N --stage production"
        )
        try registry.delete()
        #expect(
            try refusal { try registry.rollBack() }
                == "there is no Model late-arrival. `tributary get model` lists those there are"
        )
    }

    @Test func `takes from test what is needed at production, and never the other way`() throws {
        let registry = try registry(versions: 3)
        try registry.promote(1)
        try registry.promote(2)
        try registry.promote(1, to: .test)
        try registry.rollBack()
        #expect(try registry.stages() == [.production, .archived, .development])
        #expect(try registry.view.standing(lateArrival, at: .test).holder == nil)
        try registry.promote(2, to: .test)
        try registry.promote(3, to: .test)
        #expect(try registry.view.standing(lateArrival, at: .test).former == [1, 2])
        try registry.rollBack(at: .test)
        #expect(try registry.stages() == [.production, .test, .archived])
        #expect(
            try refusal { try registry.rollBack(at: .test) }
                == "before late-arrival@2 no other version stood at test that could come back. "
                + "Promote one: tributary model promote late-arrival@N --stage test"
        )
    }

    @Test func `never brings back who came later than the one that it went back to`() throws {
        let registry = try registry(versions: 4)
        for version in [1, 2, 3, 4] { try registry.promote(Int64(version), to: .test) }
        try registry.promote(3)
        // The third stands at production and is passed over, and forgotten: it came after the second.
        try registry.rollBack(at: .test)
        #expect(try registry.view.standing(lateArrival, at: .test).holder == 2)
        #expect(try registry.view.standing(lateArrival, at: .test).former == [1])
        try registry.promote(4)
        try registry.rollBack(at: .test)
        #expect(try registry.view.standing(lateArrival, at: .test).holder == 1)
        #expect(
            try refusal { try registry.rollBack(at: .test) }
                == "before late-arrival@1 no other version stood at test that could come back. "
                + "Promote one: tributary model promote late-arrival@N --stage test"
        )
    }
}
