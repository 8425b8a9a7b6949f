internal import Archive
internal import Bytes
internal import Evaluators
internal import Events
internal import Features
internal import FoundationEssentials
internal import Logs
internal import ModelRegistry
internal import Records
internal import Serving
internal import SwiftProtobuf

extension Platform {
    /// Where what was stored is not what the registry and the log say, and what comes out of the values, bit for bit.
    /// `version`: As it was registered; it decides what is computed with. Nil: there is no such version.
    func differences(
        of predicted: PredictionEvent.Predicted,
        by version: ModelVersion?,
        _ plan: FeaturePlan,
        values: [FieldValue],
        _ artifacts: ArtifactCache
    ) -> [Explanation.Difference] {
        var found: [Explanation.Difference] = []
        func compare(_ what: String, _ stored: String, _ recomputed: String) {
            if stored != recomputed { found.append(.init(what, stored, recomputed)) }
        }
        if let version {
            compare("artifact", Array(predicted.artifact).hex, version.artifact.hex)
            compare("dataset", predicted.dataset, version.dataset)
        } else {
            let name = "\(predicted.model)@\(predicted.version)"
            found.append(.init("model", name, "no such version was ever registered"))
        }
        compare(
            "views",
            predicted.views.map { Array($0).hex }.joined(separator: " "),
            plan.generations.map(\.hex).joined(separator: " ")
        )
        let features = values.enumerated().map { index, value in
            value.modelInput(
                asStored: index < predicted.features.count ? predicted.features[index] : .nan
            )
        }
        for (index, column) in plan.columns.map(\.name).enumerated() {
            let stored = index < predicted.features.count ? predicted.features[index] : .nan
            if !stored.isSame(as: features[index]) {
                found.append(.init(column, stored, features[index]))
            }
        }
        compare("features", "\(predicted.features.count) values", "\(features.count) values")
        do {
            guard let digest = version?.artifact ?? Digest(bytes: predicted.artifact) else {
                throw EvaluatorError.badArtifact("its digest is none")
            }
            let format = version?.format ?? ModelFormat.trained
            let evaluator = try artifacts.evaluator(of: digest, format, in: archive)
            guard evaluator.columns.count == features.count else {
                compare(
                    "columns",
                    "\(evaluator.columns.count) that the artifact takes",
                    "\(features.count) that the dataset has"
                )
                return found
            }
            found += outputDifferences(of: predicted, evaluator.namedOutputs(features))
        } catch {
            found.append(.init("artifact", Array(predicted.artifact).hex, "\(error)"))
        }
        return found
    }
}

/// Where a prediction says something else than what the model gives, output by output.
private func outputDifferences(
    of predicted: PredictionEvent.Predicted,
    _ given: [NamedOutput]
) -> [Explanation.Difference] {
    var found: [Explanation.Difference] = []
    let stored = predicted.namedOutputs
    for output in given {
        let values = stored.first { $0.name == output.name }?.values ?? []
        if values.count != output.values.count {
            found.append(
                .init(output.name, "\(values.count) values", "\(output.values.count) values")
            )
        }
        for (one, other) in zip(values, output.values) where !one.isSame(as: other) {
            found.append(.init(output.name, one, other))
        }
    }
    for output in stored where !given.contains(where: { $0.name == output.name }) {
        found.append(.init(output.name, "\(output.values.count) values", "0 values"))
    }
    for (name, stored, listed) in predicted.contradictions
    where !found.contains(where: { $0.what == name }) {
        found.append(.init(name, stored, listed))
    }
    return found
}

extension Explanation.Difference {
    init(_ what: String, _ stored: String, _ recomputed: String) {
        self.init(what: what, stored: stored, recomputed: recomputed)
    }

    /// Both values, with their bits: what differs in the last of them reads alike otherwise.
    init(_ what: String, _ stored: Float, _ recomputed: Float) {
        func text(_ value: Float) -> String {
            value.isNaN ? "missing" : "\(value) (0x\(String(value.bitPattern, radix: 16)))"
        }
        self.init(what, text(stored), text(recomputed))
    }

    /// A record that nothing can be computed from.
    init(unreadable position: Position, _ error: any Error) {
        self.init("record", "\(position)", "it cannot be computed: \(error)")
    }
}

extension FieldValue {
    /// As a model gets it. Release 0.1.0 let a number that 32 bits do not hold become infinite: what it answered so is
    /// computed so again.
    fileprivate func modelInput(asStored stored: Float) -> Float {
        if let input = modelInput { return input }
        if stored.isInfinite, case .float(let value) = self { return Float(value) }
        return .nan
    }
}

extension Float {
    /// Equal bits, where every NaN is as good as another.
    fileprivate func isSame(as other: Float) -> Bool {
        isNaN ? other.isNaN : bitPattern == other.bitPattern
    }
}
