import Foundation
import Testing

#if canImport(Glibc)
    import Glibc
#endif

/// How `dr-audit verify` tells what it does and what it found.
@Suite(.timeLimit(.minutes(3))) struct AuditVerifyTests {
    @Test func anIntactLogIsOneDocument() async throws {
        let workspace = try await CompletedRun.shared.copy()
        let events = try await workspace.events()
        let document = try await workspace.verifiedAsJSON()
        #expect(document["intact"] == .bool(true))
        #expect(document["events"].double == Double(events.count))
        #expect(document["sealed_size"] == document["events"])
        #expect(document["outside_size"] == document["events"])
        #expect(document["problems"] == .array([]))
        #expect(document["log"].text.map { "log \($0)" } == events[0].summary)
    }

    @Test(.enabled(if: Python.isThere, "\(Python.missing)"))
    func problemsAreListedWithTheirPositions() async throws {
        let workspace = try await CompletedRun.shared.copy()
        let last = try await workspace.events().count
        try await workspace.damage(["cut", "5"])
        let verify = try await workspace.run(.audit, ["verify", "--json"])
        #expect(verify.status == 3, "\(verify)")
        let document = try JSON(parsing: verify.output)
        #expect(document["intact"] == .bool(false))
        let positions = document["problems"].elements.map { $0["position"].double }
        #expect(positions.contains(Double(last - 4)), "\(verify)")
    }

    /// The child writes no document then; its parent does.
    @Test func aCheckThatCrashesLeavesADocumentToo() async throws {
        let workspace = try await CompletedRun.shared.copy()
        try workspace.leadBehindTheEndOfTheFile()
        let verify = try await workspace.run(.audit, ["verify", "--json"])
        #expect(verify.status == 3, "\(verify)")
        let document = try JSON(parsing: verify.output)
        #expect(document["intact"] == .bool(false))
        let problems = document["problems"].elements.compactMap { $0["message"].text }
        #expect(problems.first?.hasPrefix("page ") == true, "\(verify)")
        #expect(problems.last?.contains("did not end by itself") == true, "\(verify)")
    }

    // MARK: Progress

    @Test(arguments: [24, 60, 200])
    func aTerminalShowsProgressAndKeepsOnlyTheResult(width: Int) async throws {
        let workspace = try await CompletedRun.shared.copy()
        let expected = try await workspace.run(.audit, ["verify"])
        let shown = try await workspace.runOnTerminal("\(Program.audit.path) verify", width: width)
        #expect(shown.status == 0, "\(shown)")
        #expect(shown.output.contains("%"), "\(shown)")
        let lines = shown.output.replacing("\r\n", with: "\n").components(separatedBy: "\n")
        // Each drawing begins by clearing the line.
        let drawings = lines.flatMap { $0.components(separatedBy: Self.clear).dropLast() }
        #expect(drawings.allSatisfy { $0.count < width }, "\(shown)")
        let kept = lines.map { $0.components(separatedBy: Self.clear).last ?? "" }
        #expect(kept.joined(separator: "\n") == expected.output, "\(shown)")
    }

    private static let clear = "\r\u{1b}[K"

    @Test func whereThereIsNoTerminalNoProgressIsShown() async throws {
        let workspace = try await CompletedRun.shared.copy()
        let verify = try await workspace.run(.audit, ["verify"])
        #expect(verify.complaint == "")
        let dumb = try await workspace.runOnTerminal(
            "TERM=dumb \(Program.audit.path) verify", width: 80)
        #expect(!dumb.output.contains("%"), "\(dumb)")
    }

    /// A child that waits for a lock stands for one that takes long.
    @Test(arguments: [SIGINT, SIGTERM])
    func aSignalEndsTheCheckAndItsChild(signal: Int32) async throws {
        let workspace = try await CompletedRun.shared.copy()
        let lock = open(workspace.data + "/log.host", O_RDWR)
        try #require(lock >= 0 && flock(lock, LOCK_EX) == 0)
        defer { close(lock) }
        let verify = try workspace.start(.audit, ["verify"])
        let deadline = ContinuousClock.now + .seconds(30)
        while children(of: verify.pid).isEmpty {
            try #require(ContinuousClock.now < deadline && verify.isRunning)
            // At once: its parent may not know it yet.
            await Task.yield()
        }
        let child = try #require(children(of: verify.pid).first)
        verify.send(signal)
        let end = try await verify.finish(within: .seconds(20))
        #expect(end.status == 128 + signal, "\(end)")
        while isRunning(child) {
            try #require(ContinuousClock.now < deadline, "the child goes on")
            try await Task.sleep(for: .milliseconds(10))
        }
    }

    private func children(of process: pid_t) -> [pid_t] {
        let threads = "/proc/\(process)/task"
        let names = (try? FileManager.default.contentsOfDirectory(atPath: threads)) ?? []
        return names.flatMap { name in
            let list = try? String(
                contentsOfFile: "\(threads)/\(name)/children", encoding: .utf8)
            return (list ?? "").split(separator: " ").compactMap { pid_t($0) }
        }
    }

    /// One that ended and was not asked after yet does not run.
    private func isRunning(_ process: pid_t) -> Bool {
        let status = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8)
        guard let state = status?.components(separatedBy: ") ").last?.first else { return false }
        return state != "Z" && state != "X"
    }
}

extension Workspace {
    /// Runs a command of a shell on a terminal, which takes standard error for output too.
    func runOnTerminal(_ command: String, width: Int) async throws -> Finished {
        let line = "stty cols \(width) rows 24; \(command)"
        return try await start(
            path: "/usr/bin/script", ["--quiet", "--return", "--command", line, "/dev/null"],
            environment: ["TERM": "xterm", "SHELL": "/bin/sh"]
        ).finish(within: .seconds(60))
    }

    /// Everything hangs from a page behind the end of the file. Read through a map, that kills.
    ///
    /// - Returns: the number of that page.
    @discardableResult
    func leadBehindTheEndOfTheFile() throws -> Int {
        let pageSize = 4096
        let file = URL(filePath: data + "/log/data.mdb")
        var bytes = Array(try Data(contentsOf: file))
        // Of the first two pages, the one of the later commit counts.
        let commits = [0, pageSize].map { start in
            bytes[start + 144..<start + 152].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        }
        let start = commits[0] < commits[1] ? pageSize : 0
        // The root of the catalogue, and the last page.
        for (offset, value) in [(128, UInt64(1) << 24), (136, UInt64(1) << 25)] {
            for index in 0..<8 {
                bytes[start + offset + index] = UInt8(truncatingIfNeeded: value >> (8 * index))
            }
        }
        try Data(bytes).write(to: file)
        return 1 << 24
    }
}
