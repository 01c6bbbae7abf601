import Testing
import Wire

@testable import ChaosToolkit

struct SubstitutionTests {
    private let substitution = Substitution(
        configuration: ["host": "h"],
        secrets: Secrets(scopes: [.init(name: "api", values: ["token": "s3cr3t"])]))

    @Test func aRecordNamesTheSecretThatTheCallHas() {
        let header: JSONValue = ["Authorization": "Bearer ${token}", "Host": "${host}"]
        #expect(substitution.apply(header)["Authorization"] == "Bearer s3cr3t")
        #expect(substitution.recordable(header)["Authorization"] == "Bearer ${token}")
        #expect(substitution.recordable(header)["Host"] == "h")
    }

    @Test func argumentsAreLeftAloneWithoutAnythingToPutIn() throws {
        let activity = try Sample.activity(
            provider: ["type": "process", "path": "/bin/p", "arguments": ["$$"]])
        let process = try #require(activity.provider.process)
        #expect(
            try process.command(substituting: Substitution())
                == .program("/bin/p", arguments: ["$$"]))
        #expect(
            try process.command(substituting: substitution)
                == .program("/bin/p", arguments: ["$"]))
    }

    @Test func aValueThatIsSetWhileRunningIsPutIn() {
        var substitution = substitution
        substitution.set("storage_PORT", to: "4711")
        #expect(substitution.apply("http://h:${storage_PORT}/") == "http://h:4711/")
    }

    @Test func secretsOfSeveralScopesAreMergedInTheOrderTheyAreAskedFor() {
        let secrets = Secrets(scopes: [
            .init(name: "a", values: ["k": 1, "l": 1]), .init(name: "b", values: ["k": 2]),
        ])
        #expect(secrets.values(of: ["a", "b", "none"]) == ["k": 2, "l": 1])
        #expect(!"\(secrets)".contains("1"))
    }
}

struct RedactionTests {
    private let redaction = Redaction(
        Secrets(scopes: [
            .init(
                name: "s",
                values: [
                    "token": "s3cr3t", "longer": "s3cr3t-more", "odd": "a b/\"ü", "pin": 123_456,
                    "short": "ab", "nested": ["inner": "deep-secret"], "line": "last-line\n",
                    "empty": "",
                ])
        ]))

    @Test(arguments: [
        ("s3cr3t", "${token}"), ("x s3cr3t s3cr3t.", "x ${token} ${token}."),
        ("s3cr3t-more", "${longer}"), ("<s3cr3t-more>", "<${longer}>"),
        ("a%20b%2F%22%C3%BC", "${odd}"), ("?q=a+b%2F%22%C3%BC&", "?q=${odd}&"),
        (#"{"k": "a b/\"ü"}"#, #"{"k": "${odd}"}"#), ("Basic czNjcjN0", "Basic ${token}"),
        ("pin 123456", "pin ${pin}"), ("ab", "${short}"), ("abc", "abc"),
        ("deep-secret", "${nested}"), ("is last-line or", "is ${line} or"), ("", ""),
        ("nothing here", "nothing here"),
    ])
    func aSecretIsReplacedByItsName(text: String, expected: String) {
        #expect(redaction.apply(text) == expected)
    }

    @Test func namesOfMembersAndNumbersAreSearchedToo() {
        let value: JSONValue = ["s3cr3t": [123_456, 12, true, .null, ["x": "s3cr3t!"]]]
        let expected: JSONValue = ["${token}": ["${pin}", 12, true, .null, ["x": "${token}!"]]]
        #expect(redaction.apply(value) == expected)
    }
}
