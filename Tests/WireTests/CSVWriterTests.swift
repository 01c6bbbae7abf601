import Testing
import Wire

struct CSVWriterTests {
    private func text(_ rows: [String]...) -> String {
        var writer = CSVWriter()
        for row in rows { writer.row(row) }
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    @Test func rowsEndWithACarriageReturnAndALineFeed() {
        #expect(text(["a", "b"], ["1", ""]) == "a,b\r\n1,\r\n")
    }

    @Test(arguments: [
        ("a,b", "\"a,b\""), ("a\"b", "\"a\"\"b\""), ("a\nb", "\"a\nb\""), ("a\rb", "\"a\rb\""),
        ("a\r\nb", "\"a\r\nb\""), ("ä b", "ä b"), ("a'b", "a'b"),
        ("{\"a\":1}", "\"{\"\"a\"\":1}\""),
    ])
    func whatWouldEndAFieldStandsInQuotes(field: String, written: String) {
        #expect(text([field, "next"]) == "\(written),next\r\n")
    }

    @Test(arguments: ["=1+1", "+1", "-1", "@SUM(A1)", " =1", "\u{ff1d}1", "\u{ff20}a"])
    func whatASpreadsheetWouldComputeIsMarkedAsText(field: String) {
        #expect(text([field]) == "'\(field)\r\n")
    }

    @Test func aMarkedTextIsQuotedAsAnyOther() {
        #expect(text(["=cmd|'/C calc'!A0,\"x\""]) == "\"'=cmd|'/C calc'!A0,\"\"x\"\"\"\r\n")
        #expect(text(["\t=1"]) == "'\t=1\r\n")
        #expect(text(["\n=1"]) == "\"'\n=1\"\r\n")
    }

    @Test(arguments: ["a=1", "1-2", "user@example.org", "", " "])
    func marksInsideATextAreLeftAlone(field: String) {
        #expect(text([field]) == "\(field)\r\n")
    }
}
