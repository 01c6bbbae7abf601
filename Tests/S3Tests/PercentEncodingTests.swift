import Testing

@testable import S3

struct PercentEncodingTests {
    @Test(arguments: [
        ("", ""), ("abcXYZ019", "abcXYZ019"), ("-._~", "-._~"), (" ", "%20"), ("a b", "a%20b"),
        ("+", "%2B"), ("%", "%25"), ("%41", "%2541"), ("&=?#", "%26%3D%3F%23"), ("/", "%2F"),
        ("!*'()", "%21%2A%27%28%29"), ("\u{e9}", "%C3%A9"), ("e\u{301}", "e%CC%81"),
        ("日本", "%E6%97%A5%E6%9C%AC"), ("🎉", "%F0%9F%8E%89"), ("\n\u{0}\u{7f}", "%0A%00%7F"),
        ("[]{}|\\^`\"<>", "%5B%5D%7B%7D%7C%5C%5E%60%22%3C%3E"), (":@,;$", "%3A%40%2C%3B%24"),
    ])
    func aTextIsEncodedAndDecoded(_ plain: String, _ encoded: String) {
        #expect(PercentEncoding.encode(plain) == encoded)
        let decoded = PercentEncoding.decode(encoded)
        #expect(decoded.map { Array($0.utf8) } == Array(plain.utf8))
    }

    @Test func aSlashIsKeptInThePathOfAKey() {
        #expect(PercentEncoding.encode("a/b c/", keepsSlash: true) == "a/b%20c/")
        #expect(PercentEncoding.encode("a/b c/") == "a%2Fb%20c%2F")
    }

    @Test func digitsInSmallLettersAreReadToo() {
        #expect(PercentEncoding.decode("%c3%a9%2f") == "\u{e9}/")
    }

    /// A plus stands for itself: only forms in web pages mean a blank by it.
    @Test func aPlusIsNoBlank() {
        #expect(PercentEncoding.decode("a+b") == "a+b")
    }

    @Test(arguments: [
        "%", "a%", "%4", "%zz", "%4g", "%g4", "%%41", "% 41", "%C3", "%C3%28", "%FF", "%ED%A0%80",
    ])
    func whatIsNotEncodedUTF8IsRefused(_ text: String) {
        #expect(PercentEncoding.decode(text) == nil)
    }

    /// `+f` and `-0` are numbers for Swift and no digits of a percent encoding.
    @Test(arguments: ["%+f", "%-0", "%+0"])
    func aSignIsNoDigit(_ text: String) {
        #expect(PercentEncoding.decode(text) == nil)
    }

    @Test func everyByteOfACharacterComesBack() {
        for scalar in (UInt32(0)...0x7ff).compactMap({ Unicode.Scalar($0) }) {
            let text = String(Character(scalar))
            let encoded = PercentEncoding.encode(text)
            #expect(PercentEncoding.decode(encoded).map { Array($0.utf8) } == Array(text.utf8))
            #expect(encoded.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f })
        }
    }
}
