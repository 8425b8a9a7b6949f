import Testing

@testable import Logs

@Suite struct `The partitioner` {
    /// From the tests of Apache Kafka's own clients (UtilsTest.testMurmur2).
    @Test(
        arguments: [
            ("21", -973_932_308), ("foobar", -790_332_482),
            ("a-little-bit-long-string", -985_981_536),
            ("a-little-bit-longer-string", -1_486_304_829),
            ("lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58_897_971), ("abc", 479_470_107),
        ] as [(String, Int32)]
    )
    func `hashes as Java does`(text: String, hash: Int32) {
        #expect(Int32(bitPattern: Murmur2.hash(Array(text.utf8))) == hash)
    }

    @Test func `never leaves the partitions there are`() {
        let seed = UInt64.random(in: 0 ... .max)
        print("seed \(seed)")
        var chance = SplitMix64(seed: seed)
        for _ in 0 ..< 2_000 {
            let key = (0 ..< Int.random(in: 0 ..< 40, using: &chance)).map { _ in
                UInt8.random(in: 0 ... 255, using: &chance)
            }
            let count = Int32.random(in: 1 ..< 100, using: &chance)
            #expect((0 ..< count).contains(Murmur2.partition(of: key, among: count)))
        }
    }
}

@Suite struct `The text of a position` {
    @Test func `reads back as the same position`() {
        let position = Position(Partition("tributary.models", 3), 1_234)
        #expect(Position(position.description) == position)
        #expect(Position("a/b/0@1")?.partition.topic == "a/b")
        #expect(Position("a/0@9223372036854775806")?.next == .max)
    }

    @Test func `of any number has one behind it that is none less`() {
        for offset in [.min, -1, 0, .max - 1, .max] as [Offset] {
            let position = Position(Partition("a", 0), offset)
            #expect(position.next >= offset)
        }
    }

    @Test(arguments: [
        "", "@", "/", "a@1", "a/0", "a/0@", "a/@1", "/0@1", "a/-1@1", "a/0@-1", "a/x@1", "a@1/0",
        "a/2147483648@1", "a/0@9223372036854775807", "a/0@9223372036854775808",
    ])
    func `is refused where something is missing, or no record has that number`(text: String) {
        #expect(Position(text) == nil)
    }
}
