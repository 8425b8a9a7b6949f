import Expressions
import Testing

@Suite struct `Three-valued logic` {
    /// `e` is a fault. CEL's absorption for faults, Kleene's tables for null.
    @Test(arguments: [
        ("t", "t", "t", "t"), ("t", "f", "f", "t"), ("t", "n", "n", "t"), ("t", "e", "e", "t"),
        ("f", "f", "f", "f"), ("f", "n", "f", "n"), ("f", "e", "f", "e"),
        ("n", "n", "n", "n"), ("n", "e", "e", "e"), ("e", "e", "e", "e"),
    ])
    func `decides either way round`(one: String, other: String, and: String, or: String) throws {
        for (a, b) in [(one, other), (other, one)] {
            #expect(try outcome("\(term(a)) && \(term(b))") == and, "\(a) && \(b)")
            #expect(try outcome("\(term(a)) || \(term(b))") == or, "\(a) || \(b)")
            #expect(try outcome("(\(term(a)) && (\(term(b))))") == and, "\(a) && \(b)")
        }
    }

    @Test func `sees every term of a chain`() throws {
        #expect(try outcome("1 / (distance - 2475) == 1 && label && late && false") == "f")
        #expect(try outcome("1 / (distance - 2475) == 1 || label || late") == "t")
        #expect(try outcome("late && label && late") == "n")
    }

    @Test func `leaves null where a condition or its opposite is null`() throws {
        #expect(try outcome("!label") == "n")
        #expect(try value(of: "label ? 1 : 2") == .null)
        #expect(try value(of: "late ? 1 : 2") == .int(1))
    }

    @Test func `evaluates only the branch that is given`() throws {
        #expect(try value(of: "distance == 0 ? 1 / 0 : 7") == .int(7))
        #expect(throws: EvaluationError.divisionByZero(calculation: "1 / 0")) {
            try value(of: "distance != 0 ? 1 / 0 : 7")
        }
    }

    @Test(arguments: [
        "delay + 1.0", "1.0 - delay", "delay * speed", "-delay", "delay < 1.0", "1.0 >= delay",
        "delay > distance", "tail + 'x'", "tail < 'x'", "tail.startsWith('x')",
        "'x'.contains(tail)",
        "tail.size()", "size(tail)", "string(delay)", "int(delay)", "double(tail)",
        "timestamp(tail)",
        "seats % 2", "seats / 0", "landed_at > scheduled", "local(landed_at).getHours()",
        "landed_at.getFullYear()", "late ? null : 1", "label && late",
    ])
    func `passes null on`(text: String) throws {
        #expect(try value(of: text) == .null)
        #expect(try Expression(text, over: names.map(\.0)).canBeNull)
    }

    @Test(arguments: [
        "label == null", "null == label", "late != null", "tail != 'x'", "!(tail == 'x')",
        "tail == tail", "delay != 1", "!(tail in ['x'])", "tail in ['x', null]", "delay == null",
    ])
    func `never makes an equality null`(text: String) throws {
        #expect(try value(of: text) == .bool(true))
        #expect(try !Expression(text, over: names.map(\.0)).canBeNull)
    }

    private func term(_ letter: String) -> String {
        switch letter {
        case "t": "late"
        case "f": "!late"
        case "n": "label"
        default: "1 / (distance - 2475) == 1"
        }
    }

    private func outcome(_ text: String) throws -> String {
        do {
            switch try value(of: text) {
            case .bool(true): return "t"
            case .bool(false): return "f"
            default: return "n"
            }
        } catch is EvaluationError {
            return "e"
        }
    }
}
