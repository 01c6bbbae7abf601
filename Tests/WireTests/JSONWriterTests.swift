import Foundation
import Testing
import Wire

struct JSONWriterTests {
    private func text(_ write: (inout JSONWriter) throws -> Void) rethrows -> String {
        var writer = JSONWriter()
        try write(&writer)
        return writer.text
    }

    @Test func membersStandInTheGivenOrderWithCommasBetween() {
        let written = text {
            $0.object { json in
                json.name("b")
                json.integer(1)
                json.name("a")
                json.string("x")
                json.name("")
                json.bool(true)
            }
        }
        #expect(written == #"{"b":1,"a":"x","":true}"#)
    }

    @Test func arraysAndObjectsNest() {
        let written = text {
            $0.array { json in
                json.array { _ in }
                json.object { _ in }
                json.array { json in
                    json.object { json in
                        json.name("a")
                        json.array { json in
                            json.integer(1)
                            json.integer(2)
                        }
                        json.name("b")
                        json.object { _ in }
                    }
                    json.null()
                }
                json.bool(false)
            }
        }
        #expect(written == #"[[],{},[{"a":[1,2],"b":{}},null],false]"#)
    }

    @Test func aValueStandsAlone() {
        #expect(text { $0.string("a") } == #""a""#)
        #expect(text { $0.integer(5) } == "5")
        #expect(text { $0.null() } == "null")
    }

    @Test func whatIsNilIsNull() {
        let written = text {
            $0.array { json in
                json.string(nil)
                json.integer(nil as Int?)
                json.number(nil)
                json.bool(nil)
            }
        }
        #expect(written == "[null,null,null,null]")
    }

    @Test func quotesBackslashesAndControlCharactersAreEscaped() {
        #expect(text { $0.string("\"\\/") } == #""\"\\/""#)
        #expect(text { $0.string("\n\r\t") } == #""\n\r\t""#)
        #expect(text { $0.string("\r\n") } == #""\r\n""#)
        #expect(text { $0.string("\u{0}\u{1}\u{f}\u{10}") } == #""\u0000\u0001\u000f\u0010""#)
        #expect(text { $0.string("\u{8}\u{b}\u{c}\u{1f}") } == #""\u0008\u000b\u000c\u001f""#)
        #expect(text { $0.string("\u{7f}") } == #""\u007f""#)
    }

    @Test func namesAreEscapedToo() {
        let written = text {
            $0.object { json in
                json.name("a\"\n")
                json.integer(1)
            }
        }
        #expect(written == #"{"a\"\n":1}"#)
    }

    @Test func everyCharacterIsReadBack() throws {
        let low = (0..<0x100).compactMap { UnicodeScalar(UInt32($0)) }
        let high = ["\u{2028}", "\u{2029}", "\u{feff}", "\u{ffff}", "😀", "e\u{301}"]
        let value = String(String.UnicodeScalarView(low)) + high.joined()
        let written = text { json in json.array { $0.string(value) } }
        let read = try JSONDecoder().decode([String].self, from: Data(written.utf8))
        let scalars = try #require(read.first).unicodeScalars
        #expect(Array(scalars) == Array(value.unicodeScalars))
    }

    @Test func textOutsideASCIIStandsAsItIs() {
        #expect(text { $0.string("é😀") } == "\"é😀\"")
    }

    /// Their first bytes are those of characters that are escaped.
    @Test func neighboursOfEscapedCharactersStandAsTheyAre() {
        let kept = "\u{a0}\u{bf}\u{200d}\u{2010}\u{2027}\u{202f}€\u{2065}\u{206a}"
        #expect(text { $0.string(kept) } == "\"\(kept)\"")
        let escaped = text { $0.string("€\u{80}\u{9f}\u{200e}\u{202e}\u{2069}") }
        #expect(escaped == #""€\u0080\u009f\u200e\u202e\u2069""#)
    }

    @Test func textsStandOneAfterAnotherInOneBuffer() {
        var writer = JSONWriter()
        var starts: [Int] = []
        for number in [UInt64(1), 22] {
            starts.append(writer.begin())
            writer.object {
                $0.name("a")
                $0.integer(number)
            }
        }
        #expect(writer.text == #"{"a":1}{"a":22}"#)
        #expect(starts == [0, 7])
        writer.startOver()
        #expect(writer.bytes == [])
        writer.array {
            $0.json { $0 += Array("1.50".utf8) }
            $0.json { $0.append(UInt8(ascii: "2")) }
        }
        #expect(writer.text == "[1.50,2]")
    }

    @Test func integersKeepAllTheirDigits() {
        let written = text {
            $0.array { json in
                json.integer(UInt64.max)
                json.integer(Int64.min)
                json.integer(UInt8(0))
                json.integer(9_007_199_254_740_993)
            }
        }
        #expect(written == "[18446744073709551615,-9223372036854775808,0,9007199254740993]")
    }

    @Test(
        arguments: [
            (0.1, "0.1"), (-1.5, "-1.5"), (1, "1"), (1e300, "1e+300"), (100, "100"),
            (9_007_199_254_740_991, "9007199254740991"), (0, "0"), (-0.0, "0"),
            (Double.leastNonzeroMagnitude, "5e-324"), (0.1 + 0.2, "0.30000000000000004"),
        ] as [(Double, String)])
    func aNumberIsTheShortestTextThatIsReadBack(value: Double, expected: String) {
        #expect(text { $0.number(value) } == expected)
    }

    @Test(
        arguments: [
            0.1, -0.0, 1e300, -1e300, 1e-300, .pi, .leastNormalMagnitude,
            .greatestFiniteMagnitude, 9_007_199_254_740_991, 9_007_199_254_740_992,
            18_014_398_509_481_984, 1e15, 1e16, 1e21, 1e22, 123_456_789.125, 1e-5, 1e-7,
        ] as [Double])
    func aNumberIsReadBack(_ value: Double) throws {
        let written = text { json in json.array { $0.number(value) } }
        let read = try JSONDecoder().decode([Double].self, from: Data(written.utf8))
        #expect(read == [value], "\(written)")
    }

    @Test(arguments: [Double.nan, .signalingNaN, .infinity, -.infinity])
    func whatJSONHasNoNumberForIsNull(_ value: Double) {
        #expect(text { $0.number(value) } == "null")
    }

    @Test func bytesThatAreJSONAlreadyStandAsTheyAre() {
        let written = text {
            $0.array { json in
                json.json(Array(#"{"a": 1}"#.utf8))
                json.json(Array("2".utf8))
            }
        }
        #expect(written == #"[{"a": 1},2]"#)
    }

    @Test func anErrorInABodyIsThrownOn() {
        struct Stop: Error {}
        #expect(throws: Stop.self) {
            try text { try $0.object { _ in throw Stop() } }
        }
    }

    @Test func bytesAndTextAreTheSame() {
        var writer = JSONWriter()
        writer.string("é")
        #expect(writer.bytes == Array(writer.text.utf8))
    }
}
