import Testing

@testable import S3

/// What no storage takes. The requests that are refused for it are in `S3ProtocolTests`.
struct ObjectRulesTests {
    @Test(
        arguments: [
            ("k", [:]), (String(repeating: "k", count: 1024), [:]),
            ("schlüssel/\u{1}", ["Name": "ü", "other-name": "a\tb"]),
            ("key", ["n": String(repeating: "v", count: 8191)]), ("key", ["!#$%&'*+-.^_`|~0": ""]),
        ] as [(String, [String: String])])
    func whatAStorageMayTakeIsNotRefused(key: String, metadata: [String: String]) {
        #expect(ObjectRules.objection(toKey: key, metadata: metadata) == nil)
    }

    @Test(
        arguments: [
            ("", [:]), (String(repeating: "ü", count: 513), [:]),
            ("key", ["n": String(repeating: "v", count: 8192)]), ("key", ["": "v"]),
            ("key", ["a b": "v"]), ("key", ["ü": "v"]), ("key", ["n": "\u{7f}"]),
            ("key", ["n": "1", "N": "2"]),
        ] as [(String, [String: String])])
    func whatNoStorageTakesIsNamed(key: String, metadata: [String: String]) {
        #expect(ObjectRules.objection(toKey: key, metadata: metadata)?.isEmpty == false)
    }
}
