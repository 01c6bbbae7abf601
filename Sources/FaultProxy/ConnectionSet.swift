internal import NIOCore
internal import NIOPosix

/// The connections of clients that are open, on all event loops of a proxy.
struct ConnectionSet: Sendable {
    private let loops: [LoopConnections]

    init(on group: MultiThreadedEventLoopGroup) {
        loops = group.makeIterator().map { LoopConnections(on: $0) }
    }

    func connections(on loop: any EventLoop) -> LoopConnections {
        guard let connections = loops.first(where: { $0.loop === loop }) else {
            preconditionFailure("The loop is none of the proxy's.")
        }
        return connections
    }

    var bytes: ByteCounts {
        var sum = ByteCounts()
        for loop in loops { loop.bytes.add(to: &sum) }
        return sum
    }

    /// Closes all, and those that are accepted from now on.
    func closeAll() async {
        for loop in loops {
            await loop.perform { connections in
                connections.isAccepting = false
                for connection in connections.all { closeAtOnce(connection.channel) }
            }
        }
    }

    func acceptAgain() async {
        for loop in loops { await loop.perform { $0.isAccepting = true } }
    }

    /// Brings all in line with the stream faults in force.
    func reconcile() async {
        for loop in loops {
            await loop.perform { connections in
                for connection in connections.all { connection.stream.reconcile() }
            }
        }
    }

    /// Lets go of the requests that this fault keeps from being answered, or forwarded.
    func releaseRequests(of token: String) async {
        for loop in loops {
            await loop.perform { connections in
                for connection in connections.all { connection.front?.release(from: token) }
            }
        }
    }
}

/// The connections of a proxy on one event loop. Only that loop touches them, so there are no
/// locks.
final class LoopConnections: Sendable {
    struct Connection {
        let channel: any Channel
        let stream: StreamHandler
        /// `nil` if the proxy does not understand requests.
        let front: FrontHandler?
    }

    final class Open {
        fileprivate(set) var isAccepting = true
        private var connections: [ObjectIdentifier: Connection] = [:]

        var all: [Connection] { Array(connections.values) }

        fileprivate func add(_ connection: Connection) {
            connections[ObjectIdentifier(connection.channel)] = connection
        }

        fileprivate func remove(_ id: ObjectIdentifier) { connections[id] = nil }
    }

    let loop: any EventLoop
    let bytes = ByteCounter()
    private let open: NIOLoopBoundBox<Open>

    init(on loop: any EventLoop) {
        self.loop = loop
        open = .makeBoxSendingValue(Open(), eventLoop: loop)
    }

    /// - Throws: if connections are refused. One can slip in while the port is being closed.
    func add(_ connection: Connection) throws {
        let open = open.value
        guard open.isAccepting else { throw ChannelError.ioOnClosedChannel }
        open.add(connection)
        let id = ObjectIdentifier(connection.channel)
        connection.channel.closeFuture.whenComplete { _ in self.open.value.remove(id) }
    }

    /// Returns when it is done.
    fileprivate func perform(_ body: @escaping @Sendable (Open) -> Void) async {
        try? await loop.submit { body(self.open.value) }.get()
    }
}
