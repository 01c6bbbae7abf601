import Testing

@testable import FaultProxy

/// JSON as Go reads and writes it.
@Suite struct APIJSONTests {
    private static func text(_ json: JSON) -> String { String(decoding: json.bytes, as: UTF8.self) }

    private static func read(_ text: String) throws(JSONError) -> JSON {
        try JSONReader.value(of: Array(text.utf8))
    }

    @Test(arguments: [
        ("", "EOF"), (" \n", "EOF"), ("{", "unexpected EOF"), ("[1", "unexpected EOF"),
        (#"{"a":"#, "unexpected EOF"), (#""abc"#, "unexpected EOF"), ("tru", "unexpected EOF"),
        ("-", "unexpected EOF"),
        ("nope", "invalid character 'o' in literal null (expecting 'u')"),
        ("x", "invalid character 'x' looking for beginning of value"),
        ("'a'", #"invalid character '\'' looking for beginning of value"#),
        ("{a:1}", "invalid character 'a' looking for beginning of object key string"),
        (#"{"a":1,}"#, "invalid character '}' looking for beginning of object key string"),
        (#"{"a" 1}"#, "invalid character '1' after object key"),
        (#"{"a":1 "b"}"#, "invalid character '\"' after object key:value pair"),
        ("[1 2]", "invalid character '2' after array element"),
        ("[1,]", "invalid character ']' looking for beginning of value"),
        (#"{"a":01}"#, "invalid character '1' after object key:value pair"),
        ("-x", "invalid character 'x' in numeric literal"),
        ("1.x", "invalid character 'x' after decimal point in numeric literal"),
        ("1ex", "invalid character 'x' in exponent of numeric literal"),
        ("\"a\nb\"", #"invalid character '\n' in string literal"#),
        (#""\x""#, "invalid character 'x' in string escape code"),
        (#""\u12g4""#, #"invalid character 'g' in \u hexadecimal character escape"#),
        ("\u{1}", #"invalid character '\x01' looking for beginning of value"#),
    ])
    func whatIsNoJSONIsToldInTheWordsOfGo(_ text: String, _ message: String) {
        let error = #expect(throws: JSONError.self) { try Self.read(text) }
        #expect(error?.description == message)
    }

    @Test func whatCallsItselfEndlesslyIsRefused() {
        let error = #expect(throws: JSONError.self) {
            try Self.read(String(repeating: "[", count: 100_000))
        }
        #expect(error?.description == "exceeded max depth")
    }

    @Test func whatFollowsTheFirstValueMayBeAnything() throws {
        #expect(try Self.read(#"{"a":1} and so on"#) == ["a": .integer(1)])
        let alone = #expect(throws: JSONError.self) {
            try JSONReader.value(of: Array("{} x".utf8), isAlone: true)
        }
        #expect(alone?.description == "invalid character 'x' after top-level value")
        #expect(alone?.offset == 3)
    }

    @Test(arguments: [
        (#""a\"\\\/\b\f\n\r\té😀""#, "a\"\\/\u{8}\u{c}\n\r\té😀"),
        (#""\u00e9\ud83d\ude00""#, "é😀"),
        (#""\ud83dx\ude00""#, "\u{fffd}x\u{fffd}"),
        (#""\ud83d\ud83d\ude00""#, "\u{fffd}😀"),
    ])
    func escapesAreRead(_ text: String, _ expected: String) throws {
        #expect(try Self.read(text) == .string(expected))
    }

    @Test func textIsWrittenAsGoEscapesIt() {
        let json = JSON.string("a\"\\/<b>&\u{8}\u{c}\n\r\t\u{1}\u{7f}é😀\u{2028}")
        let expected =
            #""a\"\\/\u003cb\u003e\u0026\b\f\n\r\t\u0001"# + "\u{7f}é😀" + #"\u2028""#
        #expect(Self.text(json) == expected)
    }

    @Test(
        arguments: [
            (1, "1"), (0, "0"), (0.5, "0.5"), (0.1, "0.1"), (0.333, "0.333"), (-2, "-2"),
            (0.00001, "0.00001"), (0.000025, "0.000025"), (0.0000001, "1e-7"),
            (16_777_216, "16777216"),
            (1e20, "100000000000000000000"), (1.5e21, "1.5e+21"),
        ] as [(Float, String)])
    func numbersAreWrittenAsGoWritesThem(_ value: Float, _ text: String) {
        #expect(Self.text(.float(value)) == text)
    }

    @Test func whatWasReadIsWrittenAgain() throws {
        let text = #"{"a":[1,-2.5e3,true,null,{}],"b":{"c":""},"d":[]}"#
        #expect(Self.text(try Self.read(text)) == text)
    }

    @Test func membersAreFoundInAnyCaseAndTheLastOneCounts() throws {
        let json = try Self.read(
            #"{"NAME":"a","Name":"b","enabled":null,"more":{"x":1},"number":7}"#)
        let fields = try JSONFields(json, of: "Proxy")
        #expect(try fields.text("name") == "b")
        #expect(try fields.bool("enabled") == nil)
        #expect(try fields.integer("number") == 7)
        #expect(try fields.text("nowhere") == nil)
    }
}
