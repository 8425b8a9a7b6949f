internal import Events
internal import Projections

extension FoldStop {
    /// What a record of a platform topic says. A record that no release writes is void and gives nil; a fact of a
    /// later release stops the fold.
    static func reading<Event>(_ decode: () throws(EventError) -> Event) throws(FoldStop) -> Event?
    {
        do throws(EventError) {
            return try decode()
        } catch {
            switch error {
            case .unknownFact(let type): throw .unknownFact(type: type)
            case .malformed: return nil
            }
        }
    }
}
