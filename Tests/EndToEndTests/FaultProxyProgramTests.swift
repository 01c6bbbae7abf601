import Foundation
import Testing

#if canImport(Glibc)
    import Glibc
#endif

/// The fault proxy as a program: how it is called, begins and ends.
@Suite(.timeLimit(.minutes(2))) struct FaultProxyProgramTests {
    private static let config = """
        [
          {"name": "storage", "listen": "127.0.0.1:0", "upstream": "127.0.0.1:9", "speaks": "http"},
          {"name": "redis", "listen": "127.0.0.1:0", "upstream": "127.0.0.1:10", "enabled": false}
        ]

        """

    @Test(arguments: [(SIGTERM, 143), (SIGINT, 130), (SIGHUP, 129)] as [(Int32, Int32)])
    func aSignalEndsItAndClosesEverything(_ signal: Int32, _ status: Int32) async throws {
        let workspace = try Workspace()
        let proxy = try await StandaloneProxy.start(in: workspace)
        let port = try await proxy.create("p", before: 9, speaking: "http")
        let connection = try LoopbackConnection(port: port)
        let idle = try LoopbackConnection(port: proxy.port)
        proxy.process.send(signal)
        let ended = try await proxy.process.finish(within: .seconds(20))
        #expect(ended.status == status, "\(ended)")
        #expect(try await onThread { connection.rest().end } != .silence)
        #expect(try await onThread { idle.rest().end } != .silence)
        #expect(throws: LoopbackConnection.Failure.self) { try LoopbackConnection(port: port) }
        #expect(ended.lines == ["fault-proxy listens on http://127.0.0.1:\(proxy.port)"])
    }

    @Test func aConfigFileIsWhatPopulateTakes() async throws {
        let workspace = try Workspace()
        let file = try workspace.write(Self.config, to: "proxies.json")
        let process = try workspace.start(
            .proxy, ["--listen", "127.0.0.1:0", "--config", file, "--metrics"])
        let proxy = try await StandaloneProxy(process)
        let list = try await proxy.call("GET", "/proxies").body
        #expect(list.names == ["redis", "storage"])
        #expect(list["redis"]["enabled"] == .bool(false))
        #expect(list["storage"]["enabled"] == .bool(true))
        #expect(list["storage"]["speaks"].text == "http")
        let metrics = try await proxy.call("GET", "/metrics")
        #expect(metrics.status == 200)
        #expect(metrics.text.contains(#"fault_proxy_requests_total{proxy="storage"} 0"#))
    }

    @Test func everyChangeIsToldInALineThatATerminalCanShow() async throws {
        let workspace = try Workspace()
        let proxy = try await StandaloneProxy.start(in: workspace)
        let created = try await proxy.call(
            "POST", "/proxies",
            #"{"name":"a\u001b[2Jb\n\u202e","upstream":"127.0.0.1:9","enabled":false}"#)
        #expect(created.status == 201)
        let path = "/proxies/a%1B%5B2Jb%0A%E2%80%AE"
        #expect(try await proxy.call("DELETE", path).status == 204)
        let line = #"fault-proxy: proxy a\u{1b}[2Jb\u{a}\u{202e}: deleted"#
        try await proxy.process.wait(forLine: line)
        #expect(!proxy.process.text.unicodeScalars.contains("\u{1b}"))
    }

    @Test func withADefaultLeaseAToxicEndsByItself() async throws {
        let workspace = try Workspace()
        let process = try workspace.start(
            .proxy, ["--listen", "127.0.0.1:0", "--default-lease", "500ms"])
        let proxy = try await StandaloneProxy(process)
        _ = try await proxy.create("p", before: 9, speaking: "tcp")
        let added = try await proxy.call("POST", "/proxies/p/toxics", #"{"type":"noop"}"#)
        #expect(added.status == 200 && added.body["lease"] == .null)
        try await process.wait(
            forLine: "fault-proxy: proxy p: toxic noop_downstream removed: its lease has run out")
        #expect(try await proxy.call("GET", "/proxies/p/toxics").text == "[]")
    }

    @Test func theTokenOfAFileIsAskedFor() async throws {
        let workspace = try Workspace()
        let file = try workspace.write("a-token-of-enough-letters\n", to: "token")
        let process = try workspace.start(
            .proxy, ["--listen", "0.0.0.0:0", "--token-file", file])
        try await process.wait(forLine: "fault-proxy listens on http://0.0.0.0:")
        let port = try #require(
            process.output.split(separator: ":").last.flatMap {
                Int($0.trimmingCharacters(in: .newlines))
            })
        let proxy = StandaloneProxy(process: process, port: port)
        #expect(try await proxy.call("GET", "/proxies").status == 401)
        #expect(try await proxy.call("GET", "/version").status == 200)
        let text = try await onThread {
            let connection = try LoopbackConnection(port: port)
            connection.send(
                "GET /proxies HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
                    + "Authorization: Bearer a-token-of-enough-letters\r\n\r\n")
            return connection.rest().text
        }
        #expect(text.hasPrefix("HTTP/1.1 200 "))
        #expect(!process.text.contains("a-token"))
        let isWarned = process.text.contains("warning: every user of this machine can read")
        var status = stat()
        #expect(stat(file, &status) == 0)
        #expect(isWarned == (status.st_mode & 0o006 != 0))
    }

    @Test func optionsOfToxiproxyAreUnderstood() async throws {
        let workspace = try Workspace()
        let file = try workspace.write(Self.config, to: "proxies.json")
        let process = try workspace.start(
            .proxy,
            [
                "-host", "localhost", "-port", "0", "-config", file, "-seed", "7",
                "-proxy-metrics",
            ])
        let proxy = try await StandaloneProxy(process)
        #expect(try await proxy.call("GET", "/metrics").status == 200)
        #expect(try await proxy.call("GET", "/proxies").body.names == ["redis", "storage"])
    }

    /// What nohup starts outlives its terminal.
    @Test func aHangupThatIsIgnoredStaysSo() async throws {
        let workspace = try Workspace()
        let process = try workspace.start(
            path: "/bin/sh",
            ["-c", "trap '' HUP; exec \"$0\" --listen 127.0.0.1:0", Program.proxy.path])
        let proxy = try await StandaloneProxy(process)
        process.send(SIGHUP)
        try await Task.sleep(for: .milliseconds(300))
        #expect(try await proxy.call("GET", "/version").status == 200)
        process.send(SIGTERM)
        #expect(try await process.finish(within: .seconds(20)).status == 143)
    }

    /// Nobody reads its standard error: lines are lost, and nothing else.
    @Test func aLogThatNobodyReadsHoldsNothingUp() async throws {
        let workspace = try Workspace()
        let pipe = workspace.folder + "/log"
        #expect(mkfifo(pipe, 0o600) == 0)
        let process = try workspace.start(
            path: "/bin/sh",
            [
                "-c", "exec 3<>\"$1\"; exec \"$0\" --listen 127.0.0.1:0 2>\"$1\"",
                Program.proxy.path, pipe,
            ])
        let proxy = try await StandaloneProxy(process)
        // Each change is a line of some hundred bytes: more than a pipe takes.
        let name = String(repeating: "n", count: 500)
        let port = try await proxy.create(name, before: 9, speaking: "tcp")
        let path = "/proxies/\(name)"
        for number in 0..<200 {
            let answer = try await proxy.call(
                "PATCH", path, #"{"enabled":\#(number % 2 == 1)}"#)
            try #require(answer.status == 200)
        }
        let leased = try await proxy.call(
            "PATCH", path, #"{"enabled":false,"lease_ms":300}"#)
        #expect(leased.status == 200)
        try await Task.sleep(for: .seconds(1))
        #expect(throws: Never.self) { try LoopbackConnection(port: port) }
        process.send(SIGTERM)
        #expect(try await process.finish(within: .seconds(20)).status == 143)
    }

    @Test func aClosedOutputIsNeitherWrittenToNorMistaken() async throws {
        let workspace = try Workspace()
        let silent = try workspace.start(
            path: "/bin/sh",
            ["-c", "exec \"$0\" --listen 127.0.0.1:0 2>&-", Program.proxy.path])
        let proxy = try await StandaloneProxy(silent)
        _ = try await proxy.create("p", before: 9, speaking: "tcp")
        #expect(try await proxy.call("POST", "/reset").status == 204)
        for closed in [">&-", ">/dev/full"] {
            let run = try await workspace.start(
                path: "/bin/sh",
                ["-c", "exec \"$0\" --listen 127.0.0.1:0 \(closed)", Program.proxy.path]
            ).finish(within: .seconds(20))
            #expect(run.status == 70, "\(run)")
            #expect(run.complaint.contains("standard output cannot be written"), "\(run)")
        }
    }

    @Test func aPortOfAConfigFileThatIsTakenIsToldWithItsProxy() async throws {
        let workspace = try Workspace()
        let proxy = try await StandaloneProxy.start(in: workspace)
        let file = try workspace.write(
            #"[{"name":"p","upstream":"127.0.0.1:9","listen":"127.0.0.1:\#(proxy.port)"}]"#,
            to: "proxies.json")
        let run = try await workspace.run(.proxy, ["--listen", "127.0.0.1:0", "--config", file])
        #expect(run.status == 70, "\(run)")
        let reason = "listen tcp 127.0.0.1:\(proxy.port): bind: address already in use"
        #expect(run.complaint == "fault-proxy: proxy p: \(reason)\n")
    }

    @Test func aPortThatIsTakenIsTold() async throws {
        let workspace = try Workspace()
        let proxy = try await StandaloneProxy.start(in: workspace)
        let second = try await workspace.run(.proxy, ["--listen", "127.0.0.1:\(proxy.port)"])
        #expect(second.status == 70, "\(second)")
        #expect(second.output == "")
        let reason = "listen tcp 127.0.0.1:\(proxy.port): bind: address already in use"
        #expect(second.complaint == "fault-proxy: \(reason)\n")
    }

    @Test(arguments: [
        (["--listen", "8474"], "--listen '8474': accepted: host:port"),
        (["--listen", "0.0.0.0:0"], "needs --token-file"),
        (["--listen", ":0"], "needs --token-file"),
        (["-host", "0.0.0.0"], "needs --token-file"),
        (["--default-lease", "5"], "--default-lease '5': accepted: from 1ms to 60s"),
        (["--default-lease", "61s"], "--default-lease '61s'"),
        (["--default-lease", "0s"], "--default-lease '0s'"),
        (["--config", "/nowhere.json"], "--config '/nowhere.json' cannot be read"),
        (["--token-file", "/nowhere"], "--token-file '/nowhere' cannot be read"),
        (["--seed", "-1"], "seed"), (["--nothing"], "--nothing"), (["extra"], "extra"),
    ])
    func aWrongCallIsRefused(_ arguments: [String], _ words: String) async throws {
        let run = try await Workspace().run(.proxy, arguments)
        #expect(run.status == 64, "\(run)")
        #expect(run.complaint.contains(words), "\(run)")
        #expect(run.output == "")
    }

    @Test(arguments: [
        ("", "line 1, column 1: EOF"),
        ("[\n  {,\n", "line 2, column 4: invalid character ',' looking for beginning of object"),
        ("[] x", "line 1, column 4: invalid character 'x' after top-level value"),
        ("{}", "cannot unmarshal object"),
        (#"[{"name":"a","upstream":"b:1"},{"name":"c"}]"#, "missing required field: upstream at "),
        (
            #"[{"name":"a","upstream":"b:1","enabled":1}]"#,
            "proxy 1: bad request body: json: cannot unmarshal number into Go struct field "
                + "Proxy.enabled of type bool"
        ),
    ])
    func aWrongConfigFileIsToldWithItsPlace(_ text: String, _ words: String) async throws {
        let workspace = try Workspace()
        let file = try workspace.write(text, to: "proxies.json")
        let run = try await workspace.run(
            .proxy, ["--listen", "127.0.0.1:0", "--config", file])
        #expect(run.status == 64, "\(run)")
        #expect(run.complaint.hasPrefix("fault-proxy: --config '\(file)': "), "\(run)")
        #expect(run.complaint.contains(words), "\(run)")
        #expect(run.output == "")
    }

    @Test func aTokenThatIsTooShortIsRefusedWithoutPrintingIt() async throws {
        let workspace = try Workspace()
        let file = try workspace.write("secret\n", to: "token")
        let run = try await workspace.run(.proxy, ["--token-file", file])
        #expect(run.status == 64, "\(run)")
        #expect(run.complaint.contains("at least 16 characters"))
        #expect(!run.complaint.contains("secret"))
    }
}

extension StandaloneProxy {
    /// Waits until the program says where it listens.
    fileprivate init(_ process: RunningProgram) async throws {
        let start = "fault-proxy listens on http://127.0.0.1:"
        try await process.wait(forLine: start)
        let line = process.output.split(separator: "\n").first { $0.hasPrefix(start) }
        let port = line.flatMap { Int($0.dropFirst(start.count)) }
        self.init(process: process, port: try #require(port, "\(process.text)"))
    }
}
