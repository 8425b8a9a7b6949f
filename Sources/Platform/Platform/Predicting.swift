public import Bytes
internal import Documents
internal import Engine
internal import Evaluators
public import Events
internal import Features
internal import FoundationEssentials
public import JSON
public import Logs
public import Records
public import Serving
internal import Store
internal import SwiftProtobuf
internal import Synchronization
internal import Workers

/// What an endpoint answered.
public struct Prediction: Sendable {
    public var id: EventID
    /// Where it is in the log; nil where nobody waited for that.
    public var position: Position?
    public var predicted: PredictionEvent.Predicted
    /// The outputs that only tell how the answer came about.
    var details: Set<String>
    public var columns: [String]
    public var values: [FieldValue]

    /// What the model gave, less those details.
    public var outputs: [NamedOutput] {
        predicted.namedOutputs.filter { !details.contains($0.name) }
    }
}

/// What can be read at one moment: a snapshot, how far it goes, and what is complete in it.
struct Reading: Sendable {
    var store: any StoreReader
    var cut: [Partition: Offset]
    /// Nil where an input's watermark is not known.
    var watermark: Instant?

    /// Whether everything before an instant is there.
    func isComplete(at instant: Instant) -> Bool { watermark.map { $0 >= instant } ?? false }
}

extension Platform {
    /// What a plan can read by now.
    func reading(of plan: FeaturePlan) throws -> Reading {
        try readings.value(of: plan.generations) {
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
    /// `version`: The one that is to answer; nil: whichever does.
    public func predict(
        _ endpoint: String,
        _ requests: [JSONValue],
        at: Instant?,
        version: String? = nil,
        traceparent: String? = nil,
        actor: String? = nil
    ) async throws -> [Prediction] {
        // A few rows are read from the block cache at once; more of them wait for a thread that may block, and so does
        // the first request to a model.
        let isQuick = requests.count <= 16 && readyEndpoints.known(.init(name: endpoint)) != nil
        let answer: @Sendable () throws -> (EndpointDefinition, [Prediction]) = { [self] in
            let ready = try ready(endpoint)
            let answering = String(ready.served.version)
            guard version == nil || version == answering else {
                throw PlatformError.conflict(
                    "version \(answering) of \(endpoint) took the place of the one that was asked for"
                )
            }
            return (ready.definition, try answers(of: ready, requests, at: at))
        }
        var (definition, predictions) = try isQuick ? answer() : await engine.pool.run(answer)
        let records = predictions.map { prediction in
            var event = PredictionEvent()
            event.predicted = prediction.predicted
            let subject = prediction.predicted.id
            return event.newRecord(
                Envelope(
                    id: prediction.id,
                    subject: subject.isEmpty ? prediction.id.description : subject,
                    time: clock.now(),
                    actor: actor,
                    streamTime: Instant(microseconds: prediction.predicted.atUs),
                    traceparent: traceparent
                )
            )
        }
        switch definition.durability {
        case .acked:
            try engine.requireLog()
            let answers = AppendAnswers(expecting: records.count)
            for (index, record) in records.enumerated() {
                log.append(record, to: PredictionEvent.topic.name, partition: nil) {
                    answers.note($0, at: index)
                }
            }
            let positions = try await answers.all()
            for index in predictions.indices { predictions[index].position = positions[index] }
        case .async:
            for record in records {
                log.append(record, to: PredictionEvent.topic.name, partition: nil) {
                    [engine] result in
                    if case .failure(let error) = result {
                        engine.notice(
                            "a prediction of \(endpoint) was answered and not logged: \(error)"
                        )
                    }
                }
            }
        }
        return predictions
    }

    private func answers(
        of ready: ReadyEndpoint,
        _ requests: [JSONValue],
        at: Instant?
    ) throws -> [Prediction] {
        let plan = ready.served.plan
        let reading = try reading(of: plan)
        let details = ready.served.evaluator.details
        return try requests.enumerated().map { index, request in
            let fields = try plan.fields(of: request, index: requests.count > 1 ? index : nil)
            let (event, values) = try predicted(
                ready,
                fields,
                at: try plan.instant(of: fields, at, reading),
                reading
            )
            return Prediction(
                id: clock.newID(),
                position: nil,
                predicted: event,
                details: details,
                columns: plan.columns.map(\.name),
                values: values
            )
        }
    }

    /// The answer to one row, and the values it was made from.
    func predicted(
        _ ready: ReadyEndpoint,
        _ fields: [FieldValue],
        at instant: Instant,
        _ reading: Reading,
        input: (partition: Partition, offset: Offset)? = nil
    ) throws -> (event: PredictionEvent.Predicted, values: [FieldValue]) {
        let (endpoint, served) = (ready.definition, ready.served)
        let plan = served.plan
        let values = try plan.read(fields, at: instant, cut: reading.cut, in: reading.store).values
        // Where nobody asks there is nobody to refuse anything to.
        if endpoint.missing == .refuse, input == nil {
            let missing = zip(plan.columns, values).filter(\.1.isNull).map(\.0.name)
            if !missing.isEmpty {
                throw PlatformError.refused(
                    ServingRefusal.missingFeatures(endpoint: endpoint.name, missing)
                )
            }
        }
        let features = try modelInputs(values, of: plan, isAsked: input == nil)
        var event = PredictionEvent.Predicted()
        event.endpoint = endpoint.name
        event.generation = .init(ready.generation.bytes)
        if let index = plan.rows.fields.firstIndex(where: { $0.name == served.id }) {
            event.id = String(decoding: fields[index].joinBytes, as: UTF8.self)
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
        event.complete = reading.isComplete(at: instant)
        event.keep(served.evaluator.namedOutputs(features))
        return (event, values)
    }

    /// The features as a model takes them. Who asks with a number that 32 bits do not hold is told, as training tells it. A
    /// record is answered all the same: what no model was ever trained on counts as missing.
    func modelInputs(
        _ values: [FieldValue],
        of plan: FeaturePlan,
        isAsked: Bool
    ) throws -> [Float] {
        try zip(plan.columns, values).map { column, value in
            if let input = value.modelInput { return input }
            guard isAsked else { return .nan }
            throw PlatformError.invalid(
                "`\(column.name)` is \(value.json.phrase), and a model takes numbers of 32 bits"
            )
        }
    }
}

extension Evaluator {
    /// What it gives for a row, under its names.
    func namedOutputs(_ row: [Float]) -> [NamedOutput] {
        zip(outputNames, outputs(row)).map { NamedOutput($0, [$1]) }
    }
}
