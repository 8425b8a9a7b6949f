import Bytes
import Logs
import Testing

@testable import KafkaLog

@Suite struct `What a topic of Kafka keeps` {
    @Test(
        arguments: [
            ([:], .span(.seconds(604_800))),
            (["cleanup.policy": "delete", "retention.ms": "-1"], .forever),
            (["cleanup.policy": "delete", "retention.ms": "5000"], .span(.seconds(5))),
            (["retention.ms": "-1", "retention.bytes": "7"], .span(.seconds(0))),
            (["cleanup.policy": "compact", "retention.ms": "5000"], .latestPerKey),
            (["cleanup.policy": "compact, delete", "retention.ms": "-1"], .latestPerKey),
            (["cleanup.policy": "compact,delete", "retention.ms": "5000"], .latestPerKey),
        ] as [([String: String], Retention)]
    )
    func `is read from its settings`(settings: [String: String], keeps: Retention) {
        #expect(Retention(configuration: settings) == keeps)
    }
}
