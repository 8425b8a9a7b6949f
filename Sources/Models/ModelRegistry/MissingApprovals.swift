/// What a version lacks for a stage, and who cannot give it.
public struct MissingApprovals: Sendable, Hashable {
    public var model: String
    public var version: Int64
    public var stage: Stage
    /// How many the policy asks for.
    public var asked: Int
    /// Whose approvals count, in the order they were given.
    public var counted: [String]
    /// Whoever promotes, where their own approval does not count.
    public var promoter: String?
    /// Whether the promoter has approved it all the same.
    public var isApprovedByPromoter: Bool
}

extension ModelDefinition.Policy {
    /// Nil where the version has the approvals that it needs. With four eyes the promoter's own does not count, and
    /// the rules of a model see to it that at least one is asked for.
    func missingApprovals(
        of version: ModelVersion,
        for stage: Stage,
        promoter: String
    ) -> MissingApprovals? {
        let given = version.approvals.filter { $0.stage == stage }.map(\.actor)
        let counted = fourEyes ? given.filter { $0 != promoter } : given
        guard counted.count < approvals else { return nil }
        return MissingApprovals(
            model: version.model,
            version: version.version,
            stage: stage,
            asked: approvals,
            counted: counted,
            promoter: fourEyes ? promoter : nil,
            isApprovedByPromoter: fourEyes && given.contains(promoter)
        )
    }
}

extension MissingApprovals: CustomStringConvertible {
    public var description: String {
        let name = "\(model)@\(version)"
        let excepted = ([promoter].compactMap(\.self) + counted).listed
        let option = stage == .production ? "" : " --stage \(stage.rawValue)"
        return "\(name) has \(lack) for \(stage.rawValue). "
            + "\(excepted.isEmpty ? "Anyone" : "Someone other than \(excepted)") can give \(it): "
            + "tributary model approve \(name)\(option) --actor NAME"
    }

    private var lack: String {
        let own = isApprovedByPromoter ? promoter.map { ", \($0)'s own not counted," } ?? "" : ""
        return asked == 1
            ? "no approval" + own
            : "\(counted.count == 0 ? "none" : String(counted.count)) of \(asked) approvals" + own
    }

    private var it: String { asked == 1 ? "it" : counted.isEmpty ? "one" : "another" }
}

extension [String] {
    /// `ada`, `ada and bob`, `ada, bob and eve`.
    var listed: String {
        guard let last, count > 1 else { return first ?? "" }
        return dropLast().joined(separator: ", ") + " and " + last
    }
}
