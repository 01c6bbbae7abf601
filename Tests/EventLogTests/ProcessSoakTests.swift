import Foundation
import Merkle
import Testing

@testable import EventLog

#if canImport(Glibc)
    import Glibc
#endif

/// Several processes with one log: hundreds of appends, or thousands if `DR_SOAK` is set.
@Suite(.timeLimit(.minutes(3))) struct ProcessSoakTests {
    private let fixture = Fixture()

    @Test func fourProcessesAppendWithoutAGapOrALoss() async throws {
        let count = isSoak ? 5000 : 300
        let appenders = try (1...4).map { try Appender(fixture.directory, "run/\($0)", count) }
        var positions: [UInt64] = []
        for appender in appenders {
            let acknowledged = try await appender.finish()
            #expect(acknowledged.count == count)
            positions += acknowledged.map(\.position)
        }
        // The first event of the log is its own.
        let expected = (2...UInt64(4 * count + 1)).map { $0 }
        #expect(positions.sorted() == expected)
        let reader = try fixture.openReader()
        for stream in 1...4 {
            #expect(try reader.revision(ofStream: "run/\(stream)") == UInt64(count))
        }
        var verifier = LogVerifier(reader, outside: nil)
        let report = try verifier.verify()
        #expect(report.isClean, "\(report.problems)")
    }

    /// So many of the other's appends may come before one, most often: two or three, and more where
    /// the machine lets a process wait. LMDB's own lock lets hundreds: see `Turnstile`.
    private static let patience: UInt64 = 50

    @Test func aLoneAppendBesideAHotProcessGetsItsTurn() async throws {
        let hot = try Appender(fixture.directory, "run/hot", 1_000_000)
        try await hot.waitForFirst()
        let lone = try Appender(fixture.directory, "run/lone", 30)
        let acknowledged = try await lone.finish()
        #expect(hot.isRunning)
        hot.kill()
        _ = try await hot.finish()
        try #require(acknowledged.count == 30)
        let positions = acknowledged.map(\.position)
        let between = zip(positions, positions.dropFirst()).map { $1 - $0 - 1 }.sorted()
        // The other one went on all the time.
        #expect(between.reduce(0, +) > 0)
        #expect(between[between.count / 2] <= Self.patience, "\(between)")
        let times = acknowledged.map(\.microseconds).sorted()
        let (median, worst) = (times[times.count / 2], times[times.count - 1])
        // From the call to durable; to begin takes less.
        print("a lone append beside a hot one: median \(median) µs, worst \(worst) µs")
        print("appends of the hot one before each: \(between)")
        if isSoak { #expect(median < 100_000, "median \(median) µs, worst \(worst) µs") }
        var verifier = LogVerifier(try fixture.openReader(), outside: nil)
        #expect(try verifier.verify().isClean)
    }

    @Test func whatAKilledProcessWasToldIsThere() async throws {
        let appender = try Appender(fixture.directory, "run/killed", 1_000_000)
        try await appender.waitForFirst()
        try await Task.sleep(for: .milliseconds(300))
        appender.kill()
        let acknowledged = try await appender.finish()
        let reader = try fixture.openReader()
        let kept = try reader.revision(ofStream: "run/killed")
        #expect(UInt64(acknowledged.count) <= kept)
        #expect(acknowledged.map(\.position).max() ?? 0 <= (try reader.head().position))
        var verifier = LogVerifier(reader, outside: nil)
        #expect(try verifier.verify().isClean)
    }

    @Test func aFollowerSeesWhatAnotherProcessAppends() async throws {
        let store = try fixture.openStore()
        let appender = try Appender(fixture.directory, "run/other", 50)
        var seen: [UInt64] = []
        for try await events in store.follow(from: 2) {
            seen += events.map(\.position)
            if seen.count >= 50 { break }
        }
        #expect(seen == Array(2...51))
        _ = try await appender.finish()
        try verify(store)
    }

    private var isSoak: Bool { ProcessInfo.processInfo.environment["DR_SOAK"] != nil }
}

/// A running `log-appender`.
private final class Appender: Sendable {
    struct Acknowledgement: Sendable {
        let position: UInt64
        let microseconds: Int
    }

    private let process: Process
    private let output: String

    init(_ directory: DataDirectory, _ stream: String, _ count: Int) throws {
        try FileManager.default.createDirectory(
            atPath: directory.path + "-out", withIntermediateDirectories: true)
        output = directory.path + "-out/" + stream.replacingOccurrences(of: "/", with: "-")
        _ = FileManager.default.createFile(atPath: output, contents: nil)
        process = Process()
        let binary = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
        process.executableURL = binary.deletingLastPathComponent().appending(path: "log-appender")
        process.arguments = [directory.path, stream, String(count)]
        process.standardOutput = try FileHandle(forWritingTo: URL(filePath: output))
        try process.run()
    }

    var isRunning: Bool { process.isRunning }

    func kill() { Glibc.kill(process.processIdentifier, SIGKILL) }

    func waitForFirst() async throws {
        while try acknowledgements().isEmpty {
            try #require(process.isRunning)
            try await Task.sleep(for: .milliseconds(5))
        }
    }

    func finish() async throws -> [Acknowledgement] {
        while process.isRunning { try await Task.sleep(for: .milliseconds(5)) }
        return try acknowledgements()
    }

    /// The whole lines that it has printed.
    private func acknowledgements() throws -> [Acknowledgement] {
        let text = try String(contentsOfFile: output, encoding: .utf8)
        return text.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map {
            line in
            let numbers = line.split(separator: " ")
            return Acknowledgement(
                position: UInt64(numbers[0]) ?? 0, microseconds: Int(numbers[1]) ?? 0)
        }
    }
}
