import Foundation
import S3Sandbox
import Synchronization
import Testing

/// A receiver of messages on this machine. It takes none at the first attempt.
final class HookReceiver: Sendable {
    /// A message as it came.
    struct Message: Sendable {
        let path: String
        let id: String
        let time: String
        let signature: String
        let body: [UInt8]

        fileprivate init(_ request: LoopbackServer.Request) {
            path = request.target
            id = request.header("webhook-id") ?? ""
            time = request.header("webhook-timestamp") ?? ""
            signature = request.header("webhook-signature") ?? ""
            body = request.body
        }

        fileprivate init(_ other: Message, body: [UInt8]) {
            (path, id, time, signature) = (other.path, other.id, other.time, other.signature)
            self.body = body
        }

        var json: JSON {
            get throws { try JSON(parsing: String(decoding: body, as: UTF8.self)) }
        }

        /// Somebody has changed it on its way.
        var forged: Message { Message(self, body: body + Array(" ".utf8)) }

        /// As `check_webhook.py` reads it.
        fileprivate var line: String {
            [id, time, signature, Data(body).base64EncodedString()].joined(separator: "\t") + "\n"
        }
    }

    private final class Memory: Sendable {
        let messages = Mutex<[Message]>([])
    }

    static let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

    private let memory: Memory
    private let server: LoopbackServer

    init() async throws {
        let memory = Memory()
        self.memory = memory
        server = try await LoopbackServer { request in
            let message = Message(request)
            let isFirst = memory.messages.withLock { messages in
                defer { messages.append(message) }
                return !messages.contains { $0.path == message.path }
            }
            return LoopbackServer.Response(status: isFirst ? 503 : 200)
        }
    }

    func stop() async { await server.stop() }

    func url(_ path: String) -> String { "http://127.0.0.1:\(server.port)\(path)" }

    func messages(to path: String) -> [Message] {
        memory.messages.withLock { $0.filter { $0.path == path } }
    }

    /// Waits for so many messages.
    func wait(
        for count: Int, to path: String, within limit: Duration = .seconds(20)
    ) async throws -> [Message] {
        let deadline = ContinuousClock.now + limit
        while messages(to: path).count < count {
            try #require(ContinuousClock.now < deadline, "nothing came to \(path)")
            try await Task.sleep(for: .milliseconds(20))
        }
        return messages(to: path)
    }

    /// What an independent receiver says of each message: its id, or why it is not believed.
    static func opinions(
        of messages: [Message], in workspace: Workspace
    ) async throws -> [String] {
        let file = try workspace.write(messages.map(\.line).joined(), to: "messages.txt")
        let check = try await Python.run(
            "EndToEndTests/check_webhook.py", [secret, file], in: workspace)
        try #require(check.status == 0, "\(check)")
        return check.lines
    }
}

/// Gives `body` a receiver, and stops it whatever becomes of it.
func withHookReceiver(_ body: (HookReceiver) async throws -> Void) async throws {
    let receiver = try await HookReceiver()
    do {
        try await body(receiver)
    } catch {
        await receiver.stop()
        throw error
    }
    await receiver.stop()
}
