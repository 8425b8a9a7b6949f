import Bytes
import Datasets
import Events
import Lab
import Testing

@Suite struct `Deciding about a dataset` {
    @Test func `declares what is new or changed, and nothing that is as it was`() throws {
        let ledger = try Ledger()
        #expect(try ledger.declare() != nil)
        #expect(try ledger.declare() == nil)
        #expect(try ledger.declare(Flights.text("other words")) != nil)
    }

    @Test func `refuses to seal past the last closed label, and says how far it may`() throws {
        let ledger = try Ledger()
        try ledger.declare()
        let manifest = try Flights.manifest()
        let latest = manifest.to - TimeSpan(microseconds: 1)
        let entry = try ledger.view.dataset(Flights.name)
        let refusal = #expect(throws: DatasetRefusal.self) {
            try SealDataset(Flights.name, manifest).decide(
                given: entry,
                versions: [],
                latestClosed: latest
            )
        }
        #expect(
            refusal?.description
                == "2013-07-02T00:00:00Z is too late: the latest instant that can be sealed is "
                + "2013-07-01T23:59:59.999999Z, because labels may come up to 2d later"
        )
        #expect(throws: DatasetRefusal.self) {
            try SealDataset(Flights.name, manifest).decide(
                given: entry,
                versions: [],
                latestClosed: nil
            )
        }
    }

    @Test func `closes a row when its label can come no more`() throws {
        let ledger = try Ledger()
        try ledger.declare()
        let definition = try #require(try ledger.view.dataset(Flights.name)?.served.definition)
        let (early, late) = (Flights.july, Flights.july + .day)
        #expect(definition.latestClosed(rows: early, labels: late) == late - .seconds(172_800))
        #expect(definition.latestClosed(rows: early, labels: early + .seconds(999_999)) == early)
        #expect(definition.latestClosed(rows: nil, labels: late) == nil)
        #expect(definition.latestClosed(rows: early, labels: nil) == nil)
        try ledger.declare(Flights.text(label: false))
        let unlabelled = try #require(try ledger.view.dataset(Flights.name)?.served.definition)
        #expect(unlabelled.latestClosed(rows: early, labels: nil) == early)
    }

    @Test func `refuses to seal nothing, or rows of another definition`() throws {
        let ledger = try Ledger()
        let good = try Flights.manifest()
        #expect(throws: DatasetRefusal.unknownDataset(Flights.name)) { try ledger.sealing(good) }
        try ledger.declare()
        var manifest = good
        manifest.to = manifest.from
        let empty = DatasetRefusal.emptySpan(from: manifest.from, to: manifest.to)
        #expect(throws: empty) { try ledger.sealing(manifest) }
        let none = try Flights.manifest(rows: 0)
        let noRows = DatasetRefusal.noRows(dataset: Flights.name, from: none.from, to: none.to)
        #expect(throws: noRows) { try ledger.sealing(none) }
        try ledger.declare(Flights.text(label: false))
        #expect(throws: DatasetRefusal.definitionChanged(Flights.name)) {
            try ledger.sealing(good)
        }
    }

    @Test func `seals equal rows once, and answers the version that has them`() throws {
        let ledger = try Ledger()
        try ledger.declare()
        let one = try Flights.manifest(seed: 1)
        try ledger.seal(one)
        #expect(try ledger.seal(one) == nil)
        let command = SealDataset(Flights.name, one)
        #expect(command.existing(in: try ledger.view.versions(Flights.name))?.number == 1)
        // A job that runs again has read further, and finds the same rows: that is the same version.
        #expect(try ledger.seal(Flights.manifest(seed: 1, cutAt: 101)) == nil)
        #expect(try ledger.seal(Flights.manifest(seed: 2)) != nil)
        #expect(try ledger.view.newest(Flights.name)?.number == 2)
    }

    @Test func `says in each refusal what to do next`() {
        let instant = Flights.july
        let refusals: [DatasetRefusal] = [
            .unknownDataset("d"), .unknownVersion(dataset: "d", number: 7, newest: 3),
            .unknownVersion(dataset: "d", number: 7, newest: nil),
            .emptySpan(from: instant, to: instant),
            .noRows(dataset: "d", from: instant, to: instant),
            .notClosed(to: instant, latest: instant, within: nil),
            .nothingClosed(dataset: "d", within: .day), .definitionChanged("d"),
        ]
        for refusal in refusals { #expect(refusal.description.count > 30) }
        #expect(Set(refusals.map(\.description)).count == refusals.count)
    }
}
