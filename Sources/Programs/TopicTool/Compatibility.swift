import SwiftProtobuf

/// Holds the messages of today against those of a release. What was written once is read for ever,
/// so nothing that a release could write may mean something else, in binary or in JSON.
struct Compatibility {
    var version: String
    var file: String

    func compare(
        _ released: Google_Protobuf_FileDescriptorProto,
        with today: Google_Protobuf_FileDescriptorProto,
        _ problems: inout Problems
    ) {
        if released.package != today.package {
            say("the package `\(released.package)` became `\(today.package)`", &problems)
        }
        if released.syntax != today.syntax { say("the syntax changed", &problems) }
        compare(
            messages: released.messageType,
            with: today.messageType,
            in: released.package,
            &problems
        )
        compare(
            enumerations: released.enumType,
            with: today.enumType,
            in: released.package,
            &problems
        )
    }

    private func compare(
        messages released: [Google_Protobuf_DescriptorProto],
        with today: [Google_Protobuf_DescriptorProto],
        in scope: String,
        _ problems: inout Problems
    ) {
        for old in released {
            let name = "\(scope).\(old.name)"
            guard let new = today.first(where: { $0.name == old.name }) else {
                say("the message `\(name)` is gone", &problems)
                continue
            }
            for field in old.field { compare(field, of: old, with: new, name, &problems) }
            compare(messages: old.nestedType, with: new.nestedType, in: name, &problems)
            compare(enumerations: old.enumType, with: new.enumType, in: name, &problems)
        }
    }

    private func compare(
        _ old: Google_Protobuf_FieldDescriptorProto,
        of oldMessage: Google_Protobuf_DescriptorProto,
        with message: Google_Protobuf_DescriptorProto,
        _ scope: String,
        _ problems: inout Problems
    ) {
        let field = "the field `\(old.name)` (\(old.number)) of \(scope)"
        guard let new = message.field.first(where: { $0.number == old.number }) else {
            if let other = message.field.first(where: { $0.name == old.name }) {
                say("\(field) was renumbered to \(other.number)", &problems)
            } else {
                say("\(field) is gone", &problems)
            }
            return
        }
        if new.name != old.name {
            if let other = message.field.first(where: { $0.name == old.name }) {
                say("\(field) was renumbered to \(other.number)", &problems)
            } else {
                say(
                    "\(field) was renamed to `\(new.name)`, which JSON readers do not know",
                    &problems
                )
            }
            return
        }
        if new.jsonName != old.jsonName {
            say("\(field) is `\(new.jsonName)` in JSON now", &problems)
        }
        if new.type != old.type || new.typeName != old.typeName {
            say("\(field) was \(old.kind) and is \(new.kind)", &problems)
        }
        if new.label != old.label || new.proto3Optional != old.proto3Optional {
            say("\(field) was \(old.presence) and is \(new.presence)", &problems)
        }
        let (before, now) = (old.group(in: oldMessage), new.group(in: message))
        if before != now {
            say("\(field) moved from \(before ?? "no oneof") to \(now ?? "no oneof")", &problems)
        }
    }

    private func compare(
        enumerations released: [Google_Protobuf_EnumDescriptorProto],
        with today: [Google_Protobuf_EnumDescriptorProto],
        in scope: String,
        _ problems: inout Problems
    ) {
        for old in released {
            let name = "\(scope).\(old.name)"
            guard let new = today.first(where: { $0.name == old.name }) else {
                say("the enumeration `\(name)` is gone", &problems)
                continue
            }
            for value in old.value
            where !new.value.contains(where: { $0.name == value.name && $0.number == value.number })
            {
                let label = "the value `\(value.name)` (\(value.number)) of \(name)"
                if let other = new.value.first(where: { $0.name == value.name }) {
                    say("\(label) was renumbered to \(other.number)", &problems)
                } else if let other = new.value.first(where: { $0.number == value.number }) {
                    say("\(label) was renamed to `\(other.name)`", &problems)
                } else {
                    say("\(label) is gone", &problems)
                }
            }
        }
    }

    private func say(_ message: String, _ problems: inout Problems) {
        problems.add(file, "\(message); \(version) has it otherwise")
    }
}

extension Google_Protobuf_FieldDescriptorProto {
    /// `int64`, or the name of the message or enumeration.
    var kind: String {
        if !typeName.isEmpty {
            return typeName.split(separator: ".").last.map(String.init) ?? typeName
        }
        return "\(type)"
    }

    var presence: String {
        if label == .repeated { return "repeated" }
        return proto3Optional ? "optional" : "singular"
    }

    /// The `oneof` that the field is a member of; the one that `optional` makes does not count.
    fileprivate func group(in message: Google_Protobuf_DescriptorProto) -> String? {
        guard hasOneofIndex, !proto3Optional, message.oneofDecl.indices.contains(Int(oneofIndex))
        else {
            return nil
        }
        return "oneof `\(message.oneofDecl[Int(oneofIndex)].name)`"
    }
}
