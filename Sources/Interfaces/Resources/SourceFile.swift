/// A file of resources, as it was given.
public struct SourceFile: Sendable, Hashable {
    /// As it is to be named in errors.
    public var name: String
    public var text: String

    public init(name: String, text: String) {
        self.name = name
        self.text = text
    }
}

/// Something in a file that must change before anything is applied.
public struct ResourceError: Error, Sendable, Hashable {
    public var file: String
    /// Counted from 1.
    public var line: Int
    /// Counted from 1, in characters.
    public var column: Int
    public var message: String

    public init(file: String, line: Int, column: Int, message: String) {
        self.file = file
        self.line = line
        self.column = column
        self.message = message
    }
}

extension ResourceError: CustomStringConvertible {
    public var description: String { "\(file):\(line):\(column)  \(message)" }
}
