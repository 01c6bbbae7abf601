internal import NIOCore
internal import Synchronization

/// The connections of clients that are open.
final class ConnectionSet: Sendable {
    private struct Connection: Sendable {
        let channel: any Channel
        let front: NIOLoopBound<FrontHandler>
    }

    private let open = Mutex<[ObjectIdentifier: Connection]>([:])

    func add(_ channel: any Channel, _ front: NIOLoopBound<FrontHandler>) {
        let id = ObjectIdentifier(channel)
        open.withLock { $0[id] = Connection(channel: channel, front: front) }
        channel.closeFuture.whenComplete { _ in self.open.withLock { $0[id] = nil } }
    }

    func closeAll() {
        for connection in open.withLock({ Array($0.values) }) {
            connection.channel.close(promise: nil)
        }
    }

    /// Resets the connections whose request is withheld by this fault.
    func resetWithheld(by token: String) {
        for connection in open.withLock({ Array($0.values) }) {
            connection.channel.eventLoop.execute {
                if connection.front.value.isWithheld(by: token) { reset(connection.channel) }
            }
        }
    }
}
