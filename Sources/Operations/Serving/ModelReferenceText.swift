public import Documents

extension EndpointDefinition.ModelReference: CustomStringConvertible {
    public var description: String {
        switch choice {
        case .stage(let stage): "\(model)@\(stage)"
        case .version(let version): "\(model)@\(version)"
        }
    }

    /// The stages that an endpoint may follow.
    static let stages = ["development", "test", "production"]

    /// Reads `late-arrival@production` or `late-arrival@3`. The problem's path is empty.
    public init(_ text: String) throws(DocumentProblem) {
        guard let sign = text.utf8.lastIndex(of: UInt8(ascii: "@")) else {
            throw DocumentProblem(
                [],
                "`\(text.excerpt)` says neither which stage to follow nor which version to stay "
                    + "with. Write `\(text.excerpt)@production` or `\(text.excerpt)@1`."
            )
        }
        let (model, word) = (String(text[..<sign]), String(text[text.utf8.index(after: sign)...]))
        if let fault = Names.fault(of: model) { throw DocumentProblem([], fault) }
        if !word.isEmpty, word.utf8.allSatisfy({ (0x30 ... 0x39).contains($0) }) {
            guard let version = Int64(word), version > 0 else {
                throw DocumentProblem([], "versions count from 1; `\(word.excerpt)` is none.")
            }
            self.init(model, .version(version))
            return
        }
        guard Self.stages.contains(word) else {
            let fault = Spelling.fault(
                word,
                is: "version and no stage to follow",
                among: Self.stages,
                synonyms: ["prod": "production", "dev": "development", "staging": "test"]
            )
            throw DocumentProblem([], fault)
        }
        self.init(model, .stage(word))
    }
}
