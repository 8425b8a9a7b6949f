/// Whether rows agree with what facts of another topic say of the records that they were folded from.
public enum Agreement: Sendable, Hashable {
    case agrees
    /// A fact that counts before the end of the rows was not known when they were folded.
    case toldTooLate
    /// They are no rows: no fold has written them so.
    case broken(String)
}
