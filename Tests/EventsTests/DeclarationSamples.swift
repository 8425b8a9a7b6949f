import Bytes
import Events
import FoundationEssentials
import SwiftProtobuf

// Samples of the facts about what is declared, and of what is made from it.

extension Samples {
    static let digestBytes = Data(digest.bytes)
    static let definition = #"{"kind":"…","name":"late-arrival","spec":{"text":"a \"b\""}}"#

    static let features: [any PlatformEvent] = [
        FeatureEvent.with {
            $0.declared.name = "weather"
            $0.declared.definition = definition
            $0.declared.generation = digestBytes
            $0.declared.stream = #"{"kind":"Stream"}"#
        },
        FeatureEvent.with { $0.deleted.name = "weather" },
        FeatureEvent.with {
            $0.switched.name = "weather"
            $0.switched.generation = digestBytes
        },
    ]

    static let datasets: [any PlatformEvent] = [
        DatasetEvent.with {
            $0.declared.name = "late_arrivals"
            $0.declared.definition = definition
            $0.declared.generation = digestBytes
        },
        DatasetEvent.with { $0.deleted.name = "late_arrivals" },
        DatasetEvent.with { $0.sealed = sealed },
    ]

    private static let sealed = DatasetEvent.Sealed.with {
        $0.name = "late_arrivals"
        $0.version = 1
        $0.fromUs = -1
        $0.toUs = 1_372_636_800_000_000
        $0.definition = definition
        $0.generation = digestBytes
        $0.views = [
            .with {
                $0.view = "weather"
                $0.generation = digestBytes
            }
        ]
        $0.cut = [
            .with {
                $0.topic = "weather.observed"
                $0.partition = 3
                $0.offset = 1 << 60
            }
        ]
        $0.columns = [
            .with {
                $0.name = "weather__wind"
                $0.type = "float"
            }
        ]
        $0.chunks = [
            .with {
                $0.digest = digestBytes
                $0.rows = 4_096
                $0.bytes = 1 << 20
            }
        ]
        $0.rows = 4_096
        $0.content = digestBytes
    }

    static let endpoints: [any PlatformEvent] = [
        EndpointEvent.with {
            $0.declared.name = "late-arrival"
            $0.declared.definition = definition
            $0.declared.generation = digestBytes
        },
        EndpointEvent.with { $0.deleted.name = "late-arrival" },
    ]

    static let predictions: [any PlatformEvent] = [
        PredictionEvent.with { $0.predicted = predicted }
    ]

    private static let predicted = PredictionEvent.Predicted.with {
        $0.endpoint = "late-arrival"
        $0.generation = digestBytes
        $0.id = "B6 915 2013-07-05"
        $0.model = "late-arrival"
        $0.version = 2
        $0.artifact = digestBytes
        $0.dataset = "late_arrivals@1"
        $0.atUs = 1_373_061_600_000_000
        $0.input = .with {
            $0.topic = "flights.scheduled"
            $0.partition = 1
            $0.offset = 77
        }
        $0.request = #"{"carrier":"B6"}"#
        $0.cut = [
            .with {
                $0.topic = "weather.observed"
                $0.partition = 3
                $0.offset = 12
            }
        ]
        $0.views = [digestBytes, Data([1])]
        $0.features = [0.1, -2.5, 3e38]
        $0.complete = true
        $0.margin = 0.0625
        $0.probability = 0.515_625
        $0.outputs = [
            .with {
                $0.name = "probability"
                $0.values = [0.515_625]
            }
        ]
    }
}
