import Testing

@testable import Segments

@Suite struct `What the store says` {
    private static let errors: [SegmentError] = [
        .unknownTopic("orders"), .topicExists("orders"), .invalidTopic("A topic needs a name."),
        .unknownPartition(TopicPartition("orders", 3)), .offsetOutOfRange(7 ..< 9),
        .corrupt("orders/0.log at byte 12: broken"),
        .disk("Writing orders/0.log: Input/output error"),
        .diskFull("Writing orders/0.log: No space left on device"), .closed,
    ]
    private static let refusals: [AppendRefusal] = [
        .corruptMessage("The length does not fit."), .invalidRecord("The batch holds no record."),
        .invalidTimestamp("The record lies in the future."),
        .unsupportedCompression("There is no codec 5."), .expandsTooMuch(limit: 200),
        .messageTooLarge(limit: 200), .unknownPartition, .outOfOrderSequence, .duplicateOutOfWindow,
        .invalidProducerEpoch, .unknownProducer, .storage("The store is closed."), .diskFull,
    ]

    @Test(arguments: errors.map(\.description) + refusals.map(\.description))
    func `is a sentence, and another one of what to do`(text: String) {
        let sentences = text.split(separator: ". ")
        #expect(sentences.count >= 2, "\(text)")
        #expect(text.hasSuffix(".") && !text.contains(".."), "\(text)")
        #expect(
            sentences.allSatisfy { $0.first?.isLowercase == false || $0.contains("/") },
            "\(text)"
        )
    }

    @Test func `names what it is about`() {
        let texts = Self.errors.map(\.description).joined(separator: "\n")
        for word in ["orders", "orders/3", "7", "9", "byte 12", "Input/output error", "space left"]
        {
            #expect(texts.contains(word), "\(word)")
        }
        #expect(AppendRefusal.messageTooLarge(limit: 200).description.contains("200 bytes"))
    }
}
