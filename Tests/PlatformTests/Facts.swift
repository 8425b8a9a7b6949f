import Events

/// A message that begins empty.
protocol Fillable {
    init()
}

extension Fillable {
    static func filled(_ fill: (inout Self) -> Void) -> Self {
        var message = Self()
        fill(&message)
        return message
    }
}

extension StreamEvent: Fillable {}
extension DeadLetterEvent: Fillable {}
extension AlertEvent: Fillable {}
extension AttestationEvent: Fillable {}
extension StreamEvent.Deleted: Fillable {}
extension StreamEvent.Advanced: Fillable {}
extension StreamEvent.Switched: Fillable {}
extension DeadLetterEvent.Restarted: Fillable {}
extension AlertEvent.Raised: Fillable {}
extension AlertEvent.Resolved: Fillable {}
extension AttestationEvent.Attested: Fillable {}
extension AttestationEvent.Diverged: Fillable {}
