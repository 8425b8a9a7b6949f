import Foundation
import Yams

/// Reads topics.yaml. Every value is taken as it is written, and every problem is named with its
/// line.
struct TopicList {
    private let file: String
    private(set) var entries: [TopicEntry] = []

    init(_ text: String, file: String, _ problems: inout Problems) {
        self.file = file
        let root: Node?
        do {
            root = try Yams.compose(yaml: text)
        } catch {
            problems.add(file, "is no YAML: \(error)")
            return
        }
        guard let list = root?.mapping?["topics"]?.sequence, root?.mapping?.count == 1 else {
            problems.add(file, "has one member, `topics`, and that is a list")
            return
        }
        for node in list {
            if let entry = entry(node, &problems) { entries.append(entry) }
        }
    }

    private static let members = [
        "name", "summary", "plane", "key", "partitions", "retention", "message", "owner",
    ]

    private func entry(_ node: Node, _ problems: inout Problems) -> TopicEntry? {
        guard let mapping = node.mapping else {
            problems.add(place(node), "a topic is a mapping")
            return nil
        }
        for (key, _) in mapping where !Self.members.contains(key.string ?? "") {
            let known = Self.members.joined(separator: ", ")
            problems.add(place(key), "a topic has no `\(key.string ?? "?")`. It has \(known).")
        }
        let plane = text("plane", of: node, &problems).flatMap(TopicEntry.Plane.init)
        if plane == nil, mapping["plane"] != nil {
            let planes = TopicEntry.Plane.allCases.map(\.rawValue).joined(separator: ", ")
            problems.add(place(mapping["plane"] ?? node), "`plane` is one of \(planes)")
        }
        let partitions = Int32(text("partitions", of: node, &problems) ?? "")
        if mapping["partitions"] != nil, (partitions ?? 0) < 1 {
            problems.add(place(mapping["partitions"] ?? node), "`partitions` is a number from 1 on")
        }
        let retention = retention(of: node, &problems)
        guard let name = text("name", of: node, &problems),
            let summary = text("summary", of: node, &problems),
            let key = text("key", of: node, &problems),
            let message = text("message", of: node, &problems),
            let owner = text("owner", of: node, &problems),
            let plane, let partitions, partitions > 0, let retention
        else { return nil }
        return TopicEntry(
            name: name,
            summary: summary,
            plane: plane,
            key: key,
            partitions: partitions,
            retention: retention,
            message: message,
            owner: owner
        )
    }

    /// A list where one text should be (two owners, say) is a problem like any other.
    private func text(_ name: String, of node: Node, _ problems: inout Problems) -> String? {
        guard let value = node.mapping?[name] else {
            problems.add(place(node), "the topic has no `\(name)`")
            return nil
        }
        guard let text = value.scalar?.string, !text.isEmpty else {
            problems.add(place(value), "`\(name)` is exactly one text")
            return nil
        }
        return text
    }

    private func retention(of node: Node, _ problems: inout Problems) -> TopicEntry.KeptFor? {
        guard let value = node.mapping?["retention"] else {
            problems.add(place(node), "the topic has no `retention`")
            return nil
        }
        if value.scalar?.string == "forever" { return .forever }
        if value.scalar?.string == "latestPerKey" { return .latestPerKey }
        if let mapping = value.mapping, mapping.count == 1,
            let days = mapping["days"]?.scalar?.string,
            let count = Int64(days), (1 ... 36_500).contains(count)
        {
            return .days(count)
        }
        problems.add(place(value), "`retention` is forever, latestPerKey or {days: N}")
        return nil
    }

    private func place(_ node: Node) -> String {
        guard let mark = node.mark else { return file }
        return "\(file):\(mark.line):\(mark.column)"
    }
}
