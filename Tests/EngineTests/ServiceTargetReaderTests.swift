import DRTesting
import ResilientStorage
import Testing

@testable import Engine

/// Target files of services.
struct ServiceTargetReaderTests {
    private static let good = """
        name: inventory
        kind: http
        environment: test
        service:
          url: http://127.0.0.1:8081
          put: {path: "/objects/{key}", deferred: [202], refused: [429, 503]}
          get: {path: "/objects/{key}", refused: [429, 503]}
          delete: {method: POST, path: "/remove/{key}", served: [200], deferred: [202]}
          headers: {Authorization: "Bearer ${TOKEN}"}
          timeout: 1500ms
          states:
            breaker: {path: /status, json: $.breaker, closed: closed, open: open, half_open: trying}
            queue: {path: /status, json: $.queued}
            health: {path: /health, json: $.state, healthy: ok, unhealthy: down}
        notices: {listen: "127.0.0.1:9099"}
        proxies: {api: "http://127.0.0.1:8474", token: "${PROXY_TOKEN}"}
        primary:
          proxy: storage
          endpoint: http://127.0.0.1:9000
          bucket: live
          object_key: "objects/{key}"
          access_key_id: AKPRIMARY
          secret_access_key: ${PRIMARY_SECRET}
        hooks:
          backup: {process: {path: /usr/bin/backup, arguments: [now]}}
          restore: {http: {method: POST, url: "http://127.0.0.1:8081/restore"}}
        allow: {hosts: ["127.0.0.1:8081"], processes: [/usr/bin/backup]}
        """

    private static let environment = [
        "TOKEN": "token-top-secret", "PROXY_TOKEN": "proxy-top-secret",
        "PRIMARY_SECRET": "primary-top-secret",
    ]

    private func read(_ text: String) throws -> Target {
        try TargetReader.read(text, file: "target.yaml", environment: Self.environment)
    }

    private func problems(_ text: String) -> [String] {
        do throws(FileError) {
            _ = try TargetReader.read(
                text, file: "target.yaml", environment: Self.environment)
            return []
        } catch {
            return error.problems.map(\.description)
        }
    }

    private func changed(_ part: String, _ other: String) -> String {
        Self.good.replacing(part, with: other, maxReplacements: 1)
    }

    @Test func aServiceIsRead() throws {
        let target = try read(Self.good)
        #expect(target.kind == .http)
        #expect(target.kind.rawValue == "http")
        #expect(target.scope == "keys under dr-test/ of live, and of http://127.0.0.1:8081")
        let service = try #require(target.service)
        #expect(service.url == "http://127.0.0.1:8081")
        #expect(service.timeout == .milliseconds(1500))
        #expect(service.noticePort == 9099)
        #expect(service.headers.map { $0.name } == ["authorization"])
        #expect(service.headers.map { $0.value.value } == ["Bearer token-top-secret"])
        #expect(service.proxies.url == "http://127.0.0.1:8474")
        #expect(service.proxies.token?.value == "proxy-top-secret")
    }

    @Test func whatAnswersMeanIsReadOrHasADefault() throws {
        let service = try #require(try read(Self.good).service)
        #expect(
            service.put
                == ServiceSettings.Operation(
                    method: "PUT", path: "/objects/{key}", served: [200, 201, 204],
                    deferred: [202], refused: [429, 503]))
        #expect(
            service.get
                == ServiceSettings.Operation(
                    method: "GET", path: "/objects/{key}", served: [200], refused: [429, 503],
                    missing: [404]))
        #expect(
            service.delete
                == ServiceSettings.Operation(
                    method: "POST", path: "/remove/{key}", served: [200], deferred: [202]))
    }

    @Test func statesAreReadByTheirWords() throws {
        let readings = try #require(try read(Self.good).service).readings
        #expect(
            readings.breaker?.states == ["closed": .closed, "open": .open, "trying": .halfOpen])
        #expect(readings.health?.states == ["ok": .healthy, "down": .unhealthy])
        #expect(readings.queue?.json == "$.queued")
        #expect(readings.failover == nil)
        #expect(readings.paths == ["/health", "/status"])
    }

    @Test func storagesProxiesHooksAndAllowanceAreRead() throws {
        let target = try read(Self.good)
        let primary = try #require(target.serviceStorages?.primary)
        #expect(primary.proxy == "storage")
        #expect(primary.keyPrefix == "objects/")
        #expect(primary.settings.bucket == "live")
        #expect(target.primary?.bucket == "live")
        #expect(target.backup?.bucket == nil)
        #expect(
            target.hooks[.backup]
                == .process(ProcessCall(path: "/usr/bin/backup", arguments: ["now"])))
        #expect(target.hooks[.restore]?.kind == "http")
        #expect(target.hooks.count == 2)
        #expect(
            target.allowance
                == Allowance(hosts: ["127.0.0.1:8081"], processes: ["/usr/bin/backup"]))
    }

    @Test func theEmbeddedTargetMayAllowCallsOutside() throws {
        let target = try read(
            "name: local\nkind: embedded\nenvironment: test\nallow: {hosts: [localhost]}\n")
        #expect(target.kind == .embedded)
        #expect(target.primary?.bucket == nil)
        #expect(target.allowance == Allowance(hosts: ["localhost"]))
        #expect(target.digest != Target.embedded.digest)
    }

    // MARK: Mistakes

    struct Mistake: CustomTestStringConvertible, Sendable {
        let change: (String, String)
        let message: String

        var testDescription: String { message }
    }

    private static let mistakes: [Mistake] = [
        Mistake(
            change: ("url: http://127.0.0.1:8081", "url: 127.0.0.1:8081"),
            message: "5:8: a URL here is http:// or https://, a host and maybe a port"),
        Mistake(
            change: ("put: {path: \"/objects/{key}\"", "put: {path: \"/objects\""),
            message:
                "6:15: a path here begins with / and has {key} where the key of an object belongs"),
        Mistake(
            change: ("refused: [429, 503]}\n  get", "refused: [202]}\n  get"),
            message: "6:8: a status means one thing only"),
        Mistake(
            change: ("deferred: [202], refused", "deferred: [2], refused"),
            message: "6:44: '2' is not a whole number from 100 to 599"),
        Mistake(
            change: ("method: POST", "method: post"),
            message: "8:20: a method is written in capital letters, as POST"),
        Mistake(
            change: ("served: [200], deferred", "missing: [404], deferred"),
            message:
                "8:49: 'missing' is not known here; accepted: method, path, served, deferred, "
                + "refused"),
        Mistake(change: (", open: open", ""), message: "12:14: 'open' is missing"),
        Mistake(
            change: ("json: $.queued", "json: \"$[\""),
            message: "13:34: a JSONPath is expected, as $.breaker"),
        Mistake(
            change: ("path: /health", "path: health"),
            message: "14:20: a path here begins with / and has no {key}"),
        Mistake(
            change: ("127.0.0.1:9099", "0.0.0.0:9099"),
            message: "15:19: notices are received on this machine: 127.0.0.1 and a port"),
        Mistake(change: ("  proxy: storage\n", ""), message: "18:3: 'proxy' is missing"),
        Mistake(
            change: ("objects/{key}\"\n  access", "objects/{key}/v1\"\n  access"),
            message: "21:15: an object's key ends with {key}, as objects/{key}"),
        Mistake(
            change: ("  restore: {http", "  rewind: {http"),
            message:
                "26:3: 'rewind' is not known here; accepted: backup, restore, failover, failback"),
        Mistake(
            change: ("timeout: 1500ms", "timeout: 2h"),
            message: "10:12: a time-out is from 10ms to 60s"),
    ]

    @Test(arguments: Self.mistakes)
    func mistakesHaveMessagesWithTheirPlace(_ mistake: Mistake) {
        let text = changed(mistake.change.0, mistake.change.1)
        #expect(text != Self.good)
        #expect(problems(text) == [mistake.message])
    }

    @Test func whatAServiceNeedsIsNamed() {
        let bare = "name: a\nkind: http\nenvironment: test\n"
        #expect(
            problems(bare) == [
                "1:1: 'proxies' is missing", "1:1: 'service' is missing",
                "1:1: 'primary' is missing",
            ])
    }

    @Test(arguments: [
        "listen: \"127.0.0.1:9099\"|listen: \"${TOKEN}\"", "api: \"http|api: \"${TOKEN}",
        "url: http://127.0.0.1:8081|url: http://${TOKEN}@127.0.0.1:8081",
        "Authorization: \"|\"Author ization\": \"",
    ])
    func noMessageRepeatsASecret(_ change: String) {
        let parts = change.split(separator: "|").map { String($0) }
        let problems = problems(changed(parts[0], parts[1]))
        #expect(!problems.isEmpty)
        #expect(problems.allSatisfy { !$0.contains("top-secret") })
    }

    @Test func aTargetDoesNotShowItsSecrets() throws {
        let target = try read(Self.good)
        var dumped = ""
        dump(target, to: &dumped)
        for text in ["\(target)", String(reflecting: target), dumped] {
            #expect(!text.contains("top-secret"))
        }
    }

    // MARK: Digests

    @Test func theDigestDoesNotDependOnSecrets() throws {
        let others = Self.environment.mapValues { _ in "another" }
        let other = try TargetReader.read(Self.good, file: "target.yaml", environment: others)
        #expect(try read(Self.good).digest == other.digest)
    }

    @Test(arguments: [
        "8081\n|8082\n", "/objects/{key}|/things/{key}", "refused: [429, 503]}|refused: [429]}",
        "Authorization|X-Authorization", "1500ms|1600ms", "trying|half", "$.queued|$.queue",
        "9099|9098", "8474|8475", "proxy: storage|proxy: disk", "objects/{key}\"\n|{key}\"\n",
        "[now]|[later]", "hosts: [\"127.0.0.1:8081|hosts: [\"127.0.0.1:8082",
    ])
    func theDigestDependsOnEverythingElse(_ change: String) throws {
        let parts = change.split(separator: "|").map { String($0) }
        let text = changed(parts[0], parts[1])
        #expect(text != Self.good)
        #expect(try read(text).digest != read(Self.good).digest)
    }
}
