import Bytes
import Chance
import Testing

@Suite struct `The text of an event id` {
    @Test func `is read as it was written, in capitals too`() {
        let seed = UInt64.random(in: 0 ... .max)
        var chance = SeededRandom(seed: seed)
        for _ in 0 ..< 1_000 {
            let id = EventID(high: chance.next(), low: chance.next())
            let text = id.description

            #expect(EventID(text: Array(text.utf8).span.bytes) == id, "seed \(seed)")
            #expect(EventID(text: Array(text.uppercased().utf8).span.bytes) == id, "seed \(seed)")
            #expect(EventID(text) == id, "seed \(seed)")
            #expect(id.text == Array(text.utf8), "seed \(seed)")
        }
    }

    @Test(arguments: [
        "", "-", "0193596c2f1a7c3e9d552f3c1b7a9e10", "0193596c-2f1a-7c3e-9d55-2f3c1b7a9e1",
        "0193596c-2f1a-7c3e-9d55-2f3c1b7a9e100", "0193596g-2f1a-7c3e-9d55-2f3c1b7a9e10",
        "0193596c 2f1a-7c3e-9d55-2f3c1b7a9e10", "0193596-c2f1a-7c3e-9d55-2f3c1b7a9e10",
        "{193596c-2f1a-7c3e-9d55-2f3c1b7a9e1}", "0193596c-2f1a-7c3e-9d55-2f3c1b7a9eé",
    ])
    func `is refused unless it has the form of RFC 9562`(_ text: String) {
        #expect(EventID(text: Array(text.utf8).span.bytes) == nil)
        #expect(EventID(text) == nil)
    }
}
