import Testing
import Wire

@testable import ChaosToolkit

struct JSONTests {
    @Test(arguments: [
        ("", 1, 1), ("[1,]", 1, 4), ("{\"a\": 1,}", 1, 9), ("{'a': 1}", 1, 2), ("[1] x", 1, 5),
        ("{\n  \"é\": nul\n}", 2, 8), ("[01]", 1, 3), ("[1.]", 1, 4), ("[.5]", 1, 2),
        ("[+1]", 1, 2),
        ("NaN", 1, 1), ("-Infinity", 1, 2), ("1e999", 1, 1), ("\"a", 1, 1), ("\"a\nb\"", 1, 3),
        ("\"\\x\"", 1, 3), ("\"\\u12g4\"", 1, 4), ("\"\\ud800\"", 1, 2), ("\"\\udc00\"", 1, 2),
        ("\"\\ud800\\u0041\"", 1, 2), ("{\"a\": 1, \"a\": 2}", 1, 10), ("// x\n1", 1, 1),
        ("[1 2]", 1, 4), ("{\"a\" 1}", 1, 6), ("{\"a\": 1 \"b\": 2}", 1, 9), ("tru", 1, 1),
    ])
    func whatIsNoJSONIsRefusedWhereItGoesWrong(text: String, line: Int, column: Int) throws {
        let error = try #require(throws: JSONError.self) { try JSONValue(json: text) }
        #expect(error.line == line, "\(error)")
        #expect(error.column == column, "\(error)")
    }

    @Test func bytesThatAreNotUTF8AreRefused() {
        #expect(throws: JSONError.self) { try JSONValue(json: [0x22, 0xff, 0x22]) }
        #expect(throws: JSONError.self) { try JSONValue(json: [0x22, 0xc3, 0x22]) }
    }

    @Test func twoHundredLevelsAreReadAndOneMoreIsRefused() throws {
        func nested(_ depth: Int) -> String {
            String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        }
        #expect(throws: Never.self) { try JSONValue(json: nested(200)) }
        #expect(throws: JSONError.self) { try JSONValue(json: nested(201)) }
        #expect(throws: JSONError.self) { try JSONValue(json: nested(100_000)) }
        #expect(throws: JSONError.self) { try JSONValue(yaml: nested(201)) }
        #expect(throws: JSONError.self) { try JSONValue(yaml: nested(100_000)) }
    }

    @Test func escapesStandForWhatTheySay() throws {
        let text = #""\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00""#
        #expect(try JSONValue(json: text) == "\"\\/\u{8}\u{c}\n\r\té😀")
    }

    @Test func wholeNumbersStayWholeAndLargeOnesKeepTheirDigits() throws {
        let text = "[1, 1.0, 1e2, 9223372036854775808, -12345678901234567890123]"
        let value = try JSONValue(json: text)
        #expect(value[0] == .int(1))
        #expect(value[1] == .double(1))
        #expect(value[2] == .double(100))
        #expect(value[3] == .bigInt("9223372036854775808"))
        #expect(value.text() == "[1, 1.0, 100.0, 9223372036854775808, -12345678901234567890123]")
    }

    @Test func membersKeepTheirOrderWhichDoesNotMakeObjectsDiffer() throws {
        let value = try JSONValue(json: #"{"b": 1, "a": {"d": 2, "c": 3}}"#)
        #expect(value.text() == #"{"b": 1, "a": {"d": 2, "c": 3}}"#)
        #expect(value == ["a": ["c": 3, "d": 2], "b": 1])
        #expect(value != ["a": ["c": 3, "d": 2], "b": 1.0])
        #expect(value.pythonEquals(["a": ["c": 3, "d": 2], "b": 1.0]))
        #expect(value != ["a": ["c": 3, "d": 2]])
    }

    @Test func twoSpellingsOfALetterAreTwoNamesAndTwoTexts() throws {
        let value = try JSONValue(json: "{\"\\u00e9\": 1, \"e\\u0301\": 2}")
        #expect(value.objectValue?.count == 2)
        #expect(value["\u{e9}"] == 1)
        #expect(value["e\u{301}"] == 2)
        #expect(JSONValue.string("\u{e9}") != .string("e\u{301}"))
    }

    @Test func aRemovedMemberLeavesTheOthersFindable() {
        var object: JSONObject = ["a": 1, "b": 2, "c": 3]
        object["a"] = nil
        object["b"] = 5
        object["d"] = 4
        #expect(object.keys == ["b", "c", "d"])
        #expect(object["c"] == 3)
        #expect(object["a"] == nil)
    }
}

struct YAMLTests {
    @Test func aNameGivenTwiceIsRefusedWithItsPlace() throws {
        let error = try #require(throws: JSONError.self) { try JSONValue(yaml: "a: 1\nb: 2\na: 3") }
        #expect(error.message == "a is given twice")
    }

    @Test(arguments: [".inf", "-.inf", ".nan", "!!set {a}", "!!binary aGk=", "!x y", "[1]: 2"])
    func whatJSONDoesNotHaveIsRefused(text: String) {
        #expect(throws: JSONError.self) { try JSONValue(yaml: "a: \(text)") }
    }

    @Test func datesStayTexts() throws {
        #expect(try JSONValue(yaml: "a: 2024-02-29") == ["a": "2024-02-29"])
    }

    @Test func aliasesThatGrowTooManyAreRefusedSoon() {
        var text = "a0: &a0 [x, x]\n"
        for level in 1...40 {
            text += "a\(level): &a\(level) [*a\(level - 1), *a\(level - 1)]\n"
        }
        #expect(throws: JSONError.self) { try JSONValue(yaml: text) }
        #expect(throws: JSONError.self) { try JSONValue(yaml: text + "? *a40\n: 1\n") }
        #expect(throws: JSONError.self) { try JSONValue(yaml: text + "*a40 : 1\n") }
        #expect(throws: JSONError.self) { try JSONValue(yaml: text + "z: {[*a40]: 1}\n") }
    }

    @Test func manyAliasesThatGrowNothingAreRead() throws {
        let text = "a: &a {k: 1}\n" + (0..<100).map { "b\($0): *a\n" }.joined()
        #expect(try JSONValue(yaml: text)["b99"] == ["k": 1])
    }
}
