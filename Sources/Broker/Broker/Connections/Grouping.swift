internal import Bytes
internal import NIOCore

extension Connection {
    /// Hands a request to the thread that owns all groups. It is answered when it can be: a join when all have joined.
    func coordinate<Message: GroupRequest>(
        _ type: Message.Type,
        _ body: WireReader,
        _ header: RequestHeader,
        _ number: Int
    ) throws(ByteError) -> Exchange.Stage {
        let request: Message = try decode(body)
        let caller = Caller(
            ticket: answers.groups.ticket(),
            version: header.version,
            client: String((header.client ?? "").prefix(Self.longestClientName)),
            host: context?.channel.remoteAddress?.ipAddress ?? "unknown"
        )
        let (mailbox, charge) = (mailbox, charge(of: number))
        answers.groups.post { coordinator, now in
            guard !coordinator.isClosing else {
                return mailbox.post(
                    Self.notice(number, charge, header, request.refused(.notCoordinator))
                )
            }
            request.put(to: coordinator, caller, now) { response in
                mailbox.post(Self.notice(number, charge, header, response))
            }
        } refuse: { error in
            mailbox.post(Self.notice(number, charge, header, request.refused(error)))
        }
        return .coordinating(ticket: caller.ticket)
    }

    private static let longestClientName = 200
}
