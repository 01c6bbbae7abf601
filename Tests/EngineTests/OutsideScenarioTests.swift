import DRTesting
import Testing

@testable import Engine

/// Calls outside as scenarios write them. Mistakes are in `scenario-mistakes.txt`.
struct OutsideScenarioTests {
    private func scenario(_ actions: String) throws -> Scenario {
        let text = """
            name: a
            type: b
            variables: {host: "127.0.0.1", SERVICE: inventory}
            steps:
              - name: c
                component: d
                actions:
            \(actions)
                expect:
                  - {observe: probe.served_since_lift, at_least: 1}
            """
        return try ScenarioReader.read(text, file: "a.yaml")
    }

    private func calls(_ actions: String) throws -> [Action] {
        try scenario(actions).steps[0].actions
    }

    @Test func aRequestHasItsUndo() throws {
        let actions = try calls(
            """
                  - http:
                      method: POST
                      url: http://${host}:8081/${SERVICE}?key=${KEY}
                      headers: {Authorization: "Bearer ${TOKEN}", X-Drill: "1"}
                      body: '{"off": true}'
                      expect_status: [200, 409]
                      timeout: 2s
                      undo: {http: {method: DELETE, url: "http://${host}:8081/off"}}
            """)
        let call = HTTPCall(
            method: "POST", url: "http://127.0.0.1:8081/inventory?key=${KEY}",
            headers: [
                NamedValue("Authorization", "Bearer ${TOKEN}"), NamedValue("X-Drill", "1"),
            ], body: #"{"off": true}"#, timeout: .seconds(2), expectedStatus: [200, 409])
        let undo = HTTPCall(
            method: "DELETE", url: "http://127.0.0.1:8081/off",
            expectedStatus: HTTPCall.successes)
        #expect(actions == [.callOutside(OutsideAction(.http(call), undo: .http(undo)))])
        #expect(actions.map(\.name) == ["http"])
    }

    @Test func aProgramChangesNothingOrIsUndone() throws {
        let actions = try calls(
            """
                  - process:
                      path: /usr/bin/systemctl
                      arguments: [stop, "${SERVICE}", "${UNIT}", ""]
                      environment: [HOME, lang_2]
                      input: "${TOKEN}"
                      expect_exit: 3
                      undo: {process: {path: /bin/true}}
                  - process: {path: /bin/true, changes_nothing: true}
            """)
        let call = ProcessCall(
            path: "/usr/bin/systemctl", arguments: ["stop", "inventory", "${UNIT}", ""],
            environment: ["HOME", "lang_2"], input: "${TOKEN}", expectedExit: [3])
        let nothing = OutsideCall.process(ProcessCall(path: "/bin/true"))
        #expect(
            actions == [
                .callOutside(OutsideAction(.process(call), undo: nothing)),
                .callOutside(OutsideAction(nothing)),
            ])
    }

    @Test func aPluginTakesItsParameters() throws {
        let actions = try calls(
            """
                  - plugin: {path: /p, action: cut, link: "${SERVICE}-1", side: 2, timeout: 1m}
            """)
        let call = PluginCall(
            path: "/p", purpose: .action, name: "cut",
            parameters: [NamedValue("link", "inventory-1"), NamedValue("side", "2")],
            timeout: .seconds(60))
        #expect(actions == [.callOutside(OutsideAction(.plugin(call)))])
    }

    @Test func whatStartsProgramsIsKnown() throws {
        let request = "      - http: {url: \"http://a/\", changes_nothing: true}"
        #expect(try !scenario(request).usesPrograms)
        #expect(try scenario(request).outsideCalls.count == 1)
        for program in [
            "      - process: {path: /a, changes_nothing: true}",
            "      - plugin: {path: /a, action: b}",
            "      - http: {url: \"http://a/\", undo: {process: {path: /a}}}",
        ] {
            #expect(try scenario(program).usesPrograms, "\(program)")
        }
        let probing = """
            name: a
            type: b
            probes: [{name: a.b, process: {path: /a}}]
            steps:
              - {name: c, component: d, expect: [{observe: probe.served_since_lift, at_least: 1}]}
            """
        #expect(try ScenarioReader.read(probing, file: "a.yaml").usesPrograms)
        #expect(try !ScenarioReader.read(BuiltinScenarios.all[0].text, file: "1").usesPrograms)
    }

    /// As it stands in the log, and in the digest of a target.
    @Test func aCallIsAlwaysWrittenInTheSameWay() throws {
        let call = OutsideCall.http(
            HTTPCall(
                method: "POST", url: "http://a/", headers: [NamedValue("A", "${B}")],
                timeout: .seconds(2), expectedStatus: [204, 200, 201]))
        let order = UndoOrder(
            id: "change-1", call: call, allowance: Allowance(hosts: ["a"], processes: ["/b"]))
        let parts = [
            #"{"allowance":{"environment":[],"hosts":["a"],"plugins":[],"processes":[]},"#,
            #""call":{"http":{"expect_status":[200,201,204],"#,
            #""headers":[{"name":"A","value":"${B}"}],"method":"POST","timeout_ms":2000,"#,
            #""url":"http://a/"}},"id":"change-1"}"#,
        ]
        let text = parts.joined()
        #expect(try order.text() == text)
        var planned = ExternalChangePlanned()
        planned.undo = text
        #expect(try UndoOrder(planned) == order)
    }

    @Test(arguments: [
        OutsideCall.http(HTTPCall(url: "http://a/", body: "\u{1}\"ä💥", expectedStatus: nil)),
        .process(ProcessCall(path: "/a", arguments: ["\n"], input: "b", expectedExit: nil)),
        .process(ProcessCall(path: "/a", timeout: .milliseconds(1))),
        .plugin(
            PluginCall(
                path: "/a", purpose: .undo, name: "b", parameters: [NamedValue("c", "d")],
                environment: ["E"], runKey: "f")),
    ])
    func whatIsWrittenOfACallIsReadAgain(_ call: OutsideCall) throws {
        let order = UndoOrder(id: "change-1", call: call, allowance: Allowance())
        var planned = ExternalChangePlanned()
        planned.undo = try order.text()
        #expect(try UndoOrder(planned) == order)
    }
}
