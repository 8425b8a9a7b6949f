public import Bytes
public import Events
internal import FoundationEssentials
public import JSON
public import Logs
internal import Projections
public import Records
internal import Serving
internal import Store
internal import Streams
internal import SwiftProtobuf
internal import Synchronization
internal import Trees

/// What an endpoint answered.
public struct Prediction: Sendable {
    public var id: EventID
    /// Where it is in the log; nil where nobody waited for that.
    public var position: Position?
    public var predicted: PredictionEvent.Predicted
    public var columns: [String]
    public var values: [FieldValue]
}

/// What can be read at one moment: a snapshot, how far it goes, and what is complete in it.
struct Reading: Sendable {
    var store: any StoreReader
    var cut: [Partition: Offset]
    /// Nil where an input's watermark is not known.
    var watermark: Instant?
}

/// Readings that hold until something more is folded.
final class ReadingCache: Sendable {
    private struct State {
        var epoch = 0
        var readings: [[Digest]: (epoch: Int, reading: Reading)] = [:]
    }

    private let state = Mutex(State())

    /// Something was folded: what is read from now on may be newer.
    func advance() { state.withLock { $0.epoch += 1 } }

    func reading(of plan: FeaturePlan, orMake make: () throws -> Reading) throws -> Reading {
        let key = plan.generations
        let (epoch, known) = state.withLock { ($0.epoch, $0.readings[key]) }
        if let known, known.epoch == epoch { return known.reading }
        let reading = try make()
        state.withLock { state in
            if state.readings.count >= 32 { state.readings.removeAll() }
            state.readings[key] = (epoch, reading)
        }
        return reading
    }
}

extension Platform {
    /// What a plan can read by now.
    func reading(of plan: FeaturePlan) throws -> Reading {
        try readings.reading(of: plan) {
            let snapshot = try store.snapshot()
            return Reading(
                store: snapshot,
                cut: try plan.cut(in: snapshot),
                watermark: try watermark(of: plan, in: snapshot)
            )
        }
    }

    /// Answers requests to an endpoint: reads the features of each, and logs the answer.
    /// `requests`: JSON objects with the fields that the views join on.
    /// `at`: As of when; nil: each request's own event time, and the least watermark where it has none.
    public func predict(
        _ endpoint: String,
        _ requests: [JSONValue],
        at: Instant?,
        traceparent: String? = nil,
        actor: String? = nil
    ) async throws -> [Prediction] {
        guard let entry = try EndpointCatalog.View(store).endpoint(endpoint),
            let definition = entry.definition
        else {
            throw PlatformError.declined(Declined(ServingRefusal.unknownEndpoint(endpoint)))
        }
        let served = try servedModel(of: definition, in: store)
        let reading = try reading(of: served.plan)
        var predictions: [Prediction] = []
        var records: [(NewRecord, Int)] = []
        for (index, request) in requests.enumerated() {
            let fields = try served.plan.fields(
                of: request,
                index: requests.count > 1 ? index : nil
            )
            let instant = try served.plan.instant(of: fields, at, reading)
            let predicted = try predicted(
                definition,
                entry.generation,
                served,
                fields,
                at: instant,
                reading
            )
            let id = clock.newID()
            predictions.append(
                Prediction(
                    id: id,
                    position: nil,
                    predicted: predicted.event,
                    columns: served.plan.columns.map(\.name),
                    values: predicted.values
                )
            )
            var event = PredictionEvent()
            event.predicted = predicted.event
            let envelope = Envelope(
                id: id,
                subject: predicted.event.id.isEmpty ? id.description : predicted.event.id,
                time: clock.now(),
                actor: actor,
                streamTime: instant,
                traceparent: traceparent
            )
            records.append((event.newRecord(envelope), index))
        }
        switch definition.durability {
        case .acked:
            let answers = AppendAnswers(expecting: records.count)
            for (record, index) in records {
                log.append(record, to: PredictionEvent.topic.name, partition: nil) {
                    answers.note($0, at: index)
                }
            }
            let positions = try await answers.all()
            for index in predictions.indices { predictions[index].position = positions[index] }
        case .async:
            for (record, _) in records {
                log.append(record, to: PredictionEvent.topic.name, partition: nil) {
                    [notice] result in
                    if case .failure(let error) = result {
                        notice("a prediction of \(endpoint) was answered and not logged: \(error)")
                    }
                }
            }
        }
        return predictions
    }

    /// The answer to one row, and the values it was made from.
    func predicted(
        _ endpoint: EndpointDefinition,
        _ generation: Digest,
        _ served: ServedModel,
        _ fields: [FieldValue],
        at instant: Instant,
        _ reading: Reading,
        input: (partition: Partition, offset: Offset)? = nil
    ) throws -> (event: PredictionEvent.Predicted, values: [FieldValue]) {
        let plan = served.plan
        let values = try plan.read(fields, at: instant, cut: reading.cut, in: reading.store).values
        // Where nobody asks there is nobody to refuse anything to.
        if endpoint.missing == .refuse, input == nil {
            let missing = zip(plan.columns, values).filter(\.1.isNull).map(\.0.name)
            if !missing.isEmpty {
                throw PlatformError.declined(
                    Declined(
                        ServingRefusal.missingFeatures(endpoint: endpoint.name, missing)
                    )
                )
            }
        }
        let features = values.map(\.feature)
        let margin = served.ensemble.margin(features)
        var event = PredictionEvent.Predicted()
        event.endpoint = endpoint.name
        event.generation = .init(generation.bytes)
        if let index = plan.rows.fields.firstIndex(where: { $0.name == served.id }) {
            event.id = String(decoding: fields[index].textBytes, as: UTF8.self)
        }
        event.model = served.model
        event.version = served.version
        event.artifact = .init(served.artifact.bytes)
        event.dataset = served.dataset
        event.atUs = instant.microseconds
        if let input {
            event.input.topic = input.partition.topic
            event.input.partition = input.partition.index
            event.input.offset = input.offset
        }
        event.request = plan.request(of: fields)
        event.cut = plan.inputs.map { partition in
            .with {
                $0.topic = partition.topic
                $0.partition = partition.index
                $0.offset = reading.cut[partition] ?? 0
            }
        }
        event.views = plan.generations.map { .init($0.bytes) }
        event.features = features
        event.complete = reading.watermark.map { $0 >= instant } ?? false
        event.margin = margin
        event.probability = served.ensemble.probability(ofMargin: margin)
        return (event, values)
    }
}

extension FieldValue {
    /// The value as a model gets it; what is missing, or no number, is NaN.
    var feature: Float {
        switch self {
        case .null, .string, .timestamp: .nan
        case .bool(let value): value ? 1 : 0
        case .int(let value): Float(value)
        case .float(let value): Float(value)
        }
    }
}
