internal import NIOCore
internal import Segments
internal import Synchronization

/// What other threads tell a connection about its requests, which are numbered from 0.
enum Notice: Sendable {
    /// A part of a Produce was stored or refused.
    case appended(request: Int, part: Int, Result<Appended, AppendRefusal>)
    /// A waiting Fetch may find something now.
    case visible(request: Int)
    /// A Fetch has waited as long as it wanted.
    case waitedEnough(request: Int)
    /// A Fetch found less than it wants: it waits on, for offsets above these.
    case foundTooLittle(request: Int, above: [Int64])
    case answered(request: Int, ByteBuffer)
    case failed(request: Int, String)
}

/// Where other threads leave notices for a connection. However many arrive before the event loop comes by, it is
/// woken once.
final class Mailbox: Sendable {
    private let notices = Mutex<[Notice]>([])
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
        let isFirst = notices.withLock { notices in
            notices.append(notice)
            return notices.count == 1
        }
        guard isFirst else { return }
        eventLoop.execute {
            let arrived = self.notices.withLock { notices in
                defer { notices = [] }
                return notices
            }
            self.owner.value.connection?.read(arrived)
        }
    }
}
