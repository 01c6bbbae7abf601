import StorageServers
import Testing

/// The failover on three servers. The first of them is killed with SIGKILL and started again; no
/// fault stands before it.
@Suite(.timeLimit(.minutes(10))) struct FailoverTests {
    @Test func theSecondaryTakesOverFromAServerThatIsKilledAndGivesBack() async throws {
        let servers = try await ThreeServers()
        let primary = servers.servers[0]
        var again: StorageServer?
        try await servers.withBuckets { buckets in
            let before = try await buckets.objects()
            let workspace = try Workspace()
            let target = try workspace.write(buckets.target, to: "target.yaml")
            let run = try await inDrillPlace {
                let run = try workspace.start(
                    .runner,
                    [
                        "run", "5", "--target", target, "--set", "share=0",
                        "--set", "passed=100000", "--set", "recovery=120s",
                    ])
                try await run.wait(forLine: "> 1 ")
                try await primary.process.kill()
                try await run.wait(forLine: "> 5 ", within: .seconds(120))
                again = try await primary.startAgain()
                return try await run.finish(within: .seconds(240))
            }
            print("the failover from a killed server took \(run.took)")
            #expect(run.status == 0, "\(run)")
            let test = try await workspace.test()
            #expect(test["verdict"].text == "passed")
            #expect((test["rto_actual_ms"].double ?? 0) > 0)
            #expect(test["rpo_actual_ms"].double == 0)
            let changes = try await workspace.rows(of: "test_logs")
                .filter { $0["component"].text == "failover" }
                .compactMap { $0["message"].text }
            for change in ["switching over → secondary", "failing back → primary"] {
                #expect(changes.contains(change), "\(changes)")
            }
            #expect(try await buckets.objects() == before)
            try await workspace.expectIntact()
            #expect(workspace.leftOfRuns == [])
        }
        try await again?.process.kill()
        await servers.stop()
    }
}
