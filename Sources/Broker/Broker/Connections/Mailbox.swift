internal import NIOCore
internal import Segments
internal import Synchronization

/// What other threads tell a connection about its requests, which are numbered from 0.
enum Notice: Sendable {
    /// A part of a Produce was stored or refused.
    case appended(request: Int, part: Int, Result<Appended, AppendRefusal>)
    /// A Fetch has waited as long as it wanted.
    case waitedEnough(request: Int)
    /// A Fetch found less than it wants: it waits on, for offsets above these.
    case foundTooLittle(request: Int, above: [Int64])
    case answered(request: Int, ByteBuffer)
    case failed(request: Int, Remarks.Kind, String)
    /// There is room for the rest of the request that is arriving.
    case mayReadOn
    /// There is none for the answer to a Fetch, which takes so many bytes.
    case noRoom(request: Int, bytes: Int)
    /// There is room for so many bytes of the answer to a Fetch.
    case mayAnswer(request: Int, bytes: Int)
}

/// Where other threads leave notices for a connection. However many arrive before the event loop comes by, it is
/// woken once.
final class Mailbox: Sendable {
    /// Nil once the connection is over: whatever arrives then is for nobody.
    private let notices = Mutex<[Notice]?>([])
    private let eventLoop: any EventLoop
    private let owner: NIOLoopBound<Owner>

    /// The connection, as long as it lives: the store may keep a callback for longer.
    private final class Owner {
        weak var connection: Connection?
    }

    init(on eventLoop: any EventLoop) {
        self.eventLoop = eventLoop
        self.owner = NIOLoopBound(Owner(), eventLoop: eventLoop)
    }

    /// On the event loop.
    func belong(to connection: Connection) { owner.value.connection = connection }

    func post(_ notice: Notice) {
        notices.withLock { notices in
            guard notices != nil else { return }
            notices?.append(notice)
            // Under the lock, so that no loop is woken that has ended since: its connections close before it ends.
            if notices?.count == 1 { eventLoop.execute(deliver) }
        }
    }

    /// On the event loop. Takes nothing more.
    func close() { notices.withLock { $0 = nil } }

    @Sendable private func deliver() {
        let arrived = notices.withLock { notices in
            let arrived = notices ?? []
            if notices != nil { notices = [] }
            return arrived
        }
        owner.value.connection?.read(arrived)
    }
}
