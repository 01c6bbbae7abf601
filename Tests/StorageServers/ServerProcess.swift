import Foundation
import Synchronization

#if canImport(Glibc)
    import Glibc
#endif

/// A server that the tests start, and that does not outlive them.
///
/// A shell stands in between. It holds the reading end of a pipe whose other end is here: when
/// that closes, however this process ends, the shell kills the server and removes its folder.
package actor ServerProcess {
    package struct Failure: Error, CustomStringConvertible {
        package let description: String

        package init(description: String) { self.description = description }
    }

    package nonisolated let folder: String
    package nonisolated let log: String
    private let program: String
    private let arguments: [String]
    private let leavings: [String]
    private let shell = Process()
    private let lifeline = Pipe()
    /// When its pipe closes, the folder goes.
    private let previous: ServerProcess?

    /// - Parameters:
    ///   - folder: of its own; becomes its working directory and holds its log.
    ///   - leavings: files that it makes elsewhere, with no blanks in their paths.
    package init(
        _ program: String, _ arguments: [String], folder: String, leavings: [String] = []
    ) throws {
        try self.init(program, arguments, folder: folder, leavings: leavings, after: nil)
    }

    private init(
        _ program: String, _ arguments: [String], folder: String, leavings: [String],
        after previous: ServerProcess?
    ) throws {
        guard FileManager.default.isExecutableFile(atPath: program) else {
            throw Failure(description: "\(program) is not there: 'make test' installs it")
        }
        (self.program, self.arguments, self.leavings) = (program, arguments, leavings)
        (self.folder, self.previous) = (folder, previous)
        log = previous.map { $0.log + ".next" } ?? folder + "/server.log"
        shell.executableURL = URL(filePath: "/bin/sh")
        shell.arguments =
            ["-c", Self.script, "server", folder, log, leavings.joined(separator: " "), program]
            + arguments
        shell.currentDirectoryURL = URL(filePath: folder)
        // No other server may hold it open.
        _ = fcntl(lifeline.fileHandleForWriting.fileDescriptor, F_SETFD, FD_CLOEXEC)
        shell.standardInput = lifeline
        shell.standardOutput = FileHandle.nullDevice
        shell.standardError = FileHandle.nullDevice
        try shell.run()
    }

    /// The server's end is told by a file, and the shell stays until the pipe closes: Foundation
    /// would not collect it before its other half has ended too, and a child that is never
    /// collected hides the end of every other one from exit tests. No process is killed by a number
    /// that may have gone to another one meanwhile. It looks instead of waiting: `wait` never
    /// returns where this process blocks SIGCHLD, which the shell inherits.
    private static let script = """
        trap '' INT
        folder=$1 log=$2 leavings=$3
        shift 3
        exec 3<&0
        "$@" >"$log" 2>&1 </dev/null 3<&- &
        server=$!
        echo "$server" >"$log.pid"
        {
            read -r nothing <&3
            [ -e "$log.ended" ] || kill -9 "$server"
            tries=0
            until [ -e "$log.ended" ] || [ $tries -ge 50 ]; do
                sleep 0.1
                tries=$((tries + 1))
            done
            rm -rf "$folder" $leavings
        } >/dev/null 2>&1 &
        while kill -0 "$server" 2>/dev/null; do sleep 0.1; done
        : >"$log.ended"
        read -r nothing <&3
        """

    // Left to itself, Foundation keeps the pipe open for as long as this process lives.
    deinit { try? lifeline.fileHandleForWriting.close() }

    package nonisolated var hasEnded: Bool {
        FileManager.default.fileExists(atPath: log + ".ended")
    }

    nonisolated var pid: pid_t? {
        let text = try? String(contentsOfFile: log + ".pid", encoding: .utf8)
        return text.flatMap { pid_t($0.trimmingCharacters(in: .whitespacesAndNewlines)) }
    }

    /// Waits until `path` is answered with 200.
    ///
    /// - Throws: if the server ends or takes too long, with the end of its log.
    package func waitUntilReady(
        port: Int, path: String, within limit: Duration = .seconds(60)
    ) async throws {
        let deadline = ContinuousClock.now + limit
        while LocalPort(port).status(of: path) != 200 {
            if hasEnded || ContinuousClock.now > deadline {
                let text = (try? String(contentsOfFile: log, encoding: .utf8)) ?? "no log"
                let what = hasEnded ? "ended" : "was not ready after \(limit)"
                throw Failure(description: "the server \(what); its log ends: \(text.suffix(3000))")
            }
            try await Task.sleep(for: .milliseconds(100))
        }
    }

    /// Kills the server at once, as a crash would. Its folder stays until the tests end.
    package func kill() async throws {
        guard let pid else { return }
        if !hasEnded { _ = Glibc.kill(pid, SIGKILL) }
        while !hasEnded { try await Task.sleep(for: .milliseconds(20)) }
    }

    /// Starts it again after it was killed, with what it left in its folder.
    package func startAgain() throws -> ServerProcess {
        precondition(hasEnded, "A server is started again when it has ended.")
        return try ServerProcess(
            program, arguments, folder: folder, leavings: leavings, after: self)
    }
}

/// A TCP port on 127.0.0.1.
package struct LocalPort: Sendable {
    package let number: Int

    package init(_ number: Int) { self.number = number }

    private static func address(_ port: Int) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        return address
    }

    private func withSocket<R>(
        _ body: (_ descriptor: Int32, UnsafePointer<sockaddr>, socklen_t) -> R
    ) -> R {
        let descriptor = socket(
            AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        defer { close(descriptor) }
        var address = Self.address(number)
        return withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }

    /// Whether nobody uses the port at the moment.
    package var isFree: Bool { withSocket { bind($0, $1, $2) == 0 } }

    /// The HTTP status that a GET is answered with; `nil` without an answer within a second.
    package func status(of path: String) -> Int? {
        withSocket { descriptor, address, length in
            var limit = timeval(tv_sec: 1, tv_usec: 0)
            let size = socklen_t(MemoryLayout<timeval>.size)
            setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, size)
            guard connect(descriptor, address, length) == 0 else { return nil }
            let request = Array("GET \(path) HTTP/1.0\r\nHost: 127.0.0.1:\(number)\r\n\r\n".utf8)
            guard send(descriptor, request, request.count, Int32(MSG_NOSIGNAL)) > 0 else {
                return nil
            }
            var answer = [UInt8](repeating: 0, count: 64)
            let count = recv(descriptor, &answer, answer.count, 0)
            guard count > 0 else { return nil }
            // "HTTP/1.1 200 OK"
            let words = String(decoding: answer.prefix(count), as: UTF8.self).split(separator: " ")
            return words.count > 1 ? Int(words[1]) : nil
        }
    }

    /// A port whose neighbours at these distances are free too. They may lie up to 10,000 higher:
    /// even there the system gives no port to whoever asks for just any, on Linux from 32,768 on.
    ///
    /// Where the search begins depends on the process, so that two test runs do not meet.
    package static func free(with neighbours: [Int] = [0]) throws -> Int {
        for _ in 0..<200 {
            let port = 10_000 + random(below: 11_000)
            if neighbours.allSatisfy({ LocalPort(port + $0).isFree }) { return port }
        }
        throw ServerProcess.Failure(description: "no free ports between 10000 and 21000")
    }

    private static let randomState = Mutex(UInt64(getpid()))

    /// SplitMix64, seeded with the number of this process.
    private static func random(below limit: UInt64) -> Int {
        randomState.withLock { state in
            state &+= 0x9e37_79b9_7f4a_7c15
            var bits = state
            bits = (bits ^ bits >> 30) &* 0xbf58_476d_1ce4_e5b9
            bits = (bits ^ bits >> 27) &* 0x94d0_49bb_1331_11eb
            return Int((bits ^ bits >> 31) % limit)
        }
    }
}
