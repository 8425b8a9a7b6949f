import Bytes
import Foundation
import SwiftProtobuf

/// Topics and messages as they stand in Topics/, found to fit together.
struct Contract {
    var topics: [TopicEntry]
    /// With comments, in the order of their names.
    var files: [Google_Protobuf_FileDescriptorProto]
    /// The bytes of topics.yaml and of every `.proto` file, by name.
    var sources: [(name: String, bytes: [UInt8])]

    /// SHA-256 over the sources.
    var digest: Bytes.Digest {
        var hasher = DigestHasher()
        for source in sources {
            hasher.updateCounted(source.name)
            hasher.updateCounted(source.bytes)
        }
        return hasher.finish()
    }

    /// The message of a topic, with the file it stands in.
    func message(of topic: TopicEntry) -> ContractMessage? {
        for file in files where file.package == topic.package {
            for (index, message) in file.messageType.enumerated()
            where message.name == topic.messageName {
                return ContractMessage(file: file, message: message, path: [4, Int32(index)])
            }
        }
        return nil
    }
}

/// A message together with where its comments are.
struct ContractMessage {
    var file: Google_Protobuf_FileDescriptorProto
    var message: Google_Protobuf_DescriptorProto
    /// The path of the message among the file's source locations (descriptor.proto,
    /// SourceCodeInfo.Location).
    var path: [Int32]

    var comment: String { file.comment(at: path) }

    /// Messages within this one: field 3 of DescriptorProto.
    var nested: [ContractMessage] {
        message.nestedType.enumerated().map { index, nested in
            ContractMessage(file: file, message: nested, path: path + [3, Int32(index)])
        }
    }

    /// Fields with their comments: field 2 of DescriptorProto.
    var fields: [(field: Google_Protobuf_FieldDescriptorProto, comment: String)] {
        message.field.enumerated().map { ($1, file.comment(at: path + [2, Int32($0)])) }
    }

    /// Enumerations with their values, all with comments: field 4 of DescriptorProto, field 2 of
    /// EnumDescriptorProto.
    var enumerations: [ContractEnumeration] {
        message.enumType.enumerated().map { index, type in
            let path = path + [4, Int32(index)]
            return ContractEnumeration(
                type: type,
                comment: file.comment(at: path),
                values: type.value.enumerated().map {
                    ($1, file.comment(at: path + [2, Int32($0)]))
                }
            )
        }
    }

    /// Of a fact on a control topic: the field that holds its subject, which is its first one.
    var subjectField: Google_Protobuf_FieldDescriptorProto? {
        message.field.first { $0.number == 1 && $0.type == .string && $0.label != .repeated }
    }

    /// The facts in the order of their numbers: the member of the `oneof`, and the message within
    /// this one.
    var facts: [(member: String, message: ContractMessage)] {
        message.field.sorted { $0.number < $1.number }.compactMap { field in
            guard let name = field.typeName.split(separator: ".").last,
                let fact = nested.first(where: { $0.message.name == name })
            else { return nil }
            return (field.name, fact)
        }
    }
}

/// An enumeration with its comments.
struct ContractEnumeration {
    var type: Google_Protobuf_EnumDescriptorProto
    var comment: String
    var values: [(value: Google_Protobuf_EnumValueDescriptorProto, comment: String)]
}

extension Google_Protobuf_FileDescriptorProto {
    /// What stands before a declaration, as one paragraph.
    fileprivate func comment(at path: [Int32]) -> String {
        guard let location = sourceCodeInfo.location.first(where: { $0.path == path }) else {
            return ""
        }
        return location.leadingComments.split(whereSeparator: \.isNewline)
            .map { $0.trimmingCharacters(in: .whitespaces) }.joined(separator: " ")
    }
}
