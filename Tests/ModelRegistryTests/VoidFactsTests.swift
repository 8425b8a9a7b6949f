import Events
import FoundationEssentials
import Lab
import ModelRegistry
import Projections
import Store
import SwiftProtobuf
import Testing

@Suite struct `A fact about a model` {
    /// Two versions, of which the first stands at production.
    private func registry() throws -> Registry {
        let registry = try Registry()
        try registry.declare(definition(promotion: "{}"))
        try registry.register()
        try registry.register()
        try registry.promote(1)
        return registry
    }

    static let senseless: [ModelEvent] = [
        Facts.registered(lateArrival, 2), Facts.registered(lateArrival, 4),
        Facts.registered(lateArrival, 0),
        .with {
            $0.versionRegistered.name = lateArrival
            $0.versionRegistered.version = 3
            $0.versionRegistered.artifact = Data([1])
        },
        Facts.registered(lateArrival, 3, auc: .nan),
        Facts.registered(lateArrival, 3, auc: .infinity),
        Facts.approved(lateArrival, 3, for: .production),
        Facts.approved(lateArrival, 1, for: .development),
        Facts.approved(lateArrival, 1, for: .archived),
        Facts.approved(lateArrival, 1, for: .unspecified),
        Facts.promoted(lateArrival, 3, to: .production, replacing: 1),
        Facts.promoted(lateArrival, 2, to: .production),
        Facts.promoted(lateArrival, 2, to: .production, replacing: 7),
        Facts.promoted(lateArrival, 1, to: .production, replacing: 1),
        Facts.promoted(lateArrival, 2, to: .test, replacing: 1),
        Facts.promoted(lateArrival, 2, to: .development),
        Facts.promoted(lateArrival, 2, to: .unspecified),
        Facts.rolledBack(lateArrival, at: .production, from: 1, to: 2),
        Facts.rolledBack(lateArrival, at: .production, from: 2, to: 1),
        Facts.rolledBack(lateArrival, at: .production, from: 1, to: 1),
        Facts.rolledBack(lateArrival, at: .test, from: 0, to: 1),
        Facts.rolledBack(lateArrival, at: .unspecified, from: 1, to: 2),
    ]

    @Test(arguments: senseless.indices)
    func `that makes no sense where it stands uses up its number, and does nothing else`(
        _ index: Int
    ) throws {
        let registry = try registry()
        let before = try Seen(registry.view)
        try registry.feed(Self.senseless[index])
        #expect(try Seen(registry.view) == before)
        #expect(try registry.view.tables.get(Arbiter.subjects, lateArrival) == 5)
        try registry.promote(2)
        #expect(try registry.stages() == [.archived, .production], "Others go on behind it.")
    }

    @Test func `of a model that is not there does nothing`() throws {
        let registry = try Registry()
        try registry.feed(Facts.deleted("x"))
        try registry.feed(Facts.registered("x", 1))
        try registry.feed(Facts.approved("x", 1, for: .test))
        try registry.feed(Facts.promoted("x", 1, to: .test))
        #expect(try registry.view.history("x").isEmpty)
        #expect(try registry.view.lastNumber("x") == 0)
    }

    @Test func `that names another model than its subject does nothing`() throws {
        let registry = try registry()
        let before = try Seen(registry.view)
        let fact = Facts.deleted(lateArrival)
        try registry.feed(fact, about: "elsewhere", by: "eve", revision: 1)
        #expect(try Seen(registry.view) == before)
    }

    @Test func `that nobody stands behind approves nothing, and twice by one counts once`() throws {
        let registry = try registry()
        try registry.feed(Facts.approved(lateArrival, 2, for: .production), by: nil)
        #expect(try registry.view.version(lateArrival, 2)?.approvals.isEmpty == true)
        for _ in 0 ..< 2 {
            try registry.feed(Facts.approved(lateArrival, 2, for: .production), by: "bob")
        }
        #expect(try registry.view.version(lateArrival, 2)?.approvals.map(\.actor) == ["bob"])
        #expect(try registry.view.history(lateArrival).count { $0.kind == .approved } == 1)
    }

    @Test(arguments: ["", "{", definition("other"), definition(promotion: #"{"moon":{}}"#)])
    func `that declares what cannot be read counts, and the next one is run`(
        _ text: String
    ) throws {
        let registry = try Registry()
        try registry.feed(Facts.declared(lateArrival, text), by: "eve")
        let entry = try #require(try registry.view.model(lateArrival))
        #expect(entry.served.text == text)
        #expect(entry.served.definition == nil)
        #expect(entry.served.fault != nil)
        try registry.register()
        #expect(
            try refusal { try registry.promote(1) }?.hasPrefix(
                "this release does not take what Model late-arrival was declared as: "
            ) == true
        )
        try registry.declare()
        #expect(try registry.view.model(lateArrival)?.revision == 3)
        #expect(try registry.view.model(lateArrival)?.served.fault == nil)
        #expect(try registry.view.history(lateArrival).count { $0.kind == .declared } == 2)
    }

    @Test func `of two promoters at once counts for the first`() throws {
        let registry = try registry()
        try registry.register()
        let second = try #require(try registry.decidePromotion(2, by: "ada"))
        let third = try #require(try registry.decidePromotion(3, by: "bob"))
        try registry.feed(second, about: lateArrival, by: "ada", revision: 6)
        try registry.feed(third, about: lateArrival, by: "bob", revision: 6)
        #expect(try registry.stages() == [.archived, .production, .development])
        let promotions = try registry.view.history(lateArrival).filter { $0.kind == .promoted }
        #expect(promotions.map(\.version) == [1, 2])
        let again = try #require(try registry.decidePromotion(3, by: "bob"))
        #expect(again.versionPromoted.replacing == 2, "Who was second decides anew.")
    }

    @Test func `of two that register at once gives the number to the first`() throws {
        let registry = try registry()
        let third = Facts.registered(lateArrival, 3)
        try registry.feed(third, about: lateArrival, by: "ada", revision: 5)
        try registry.feed(third, about: lateArrival, by: "bob", revision: 5)
        #expect(try registry.view.versions(lateArrival).map(\.version) == [1, 2, 3])
        #expect(try registry.view.version(lateArrival, 3)?.actor == "ada")
    }
}
