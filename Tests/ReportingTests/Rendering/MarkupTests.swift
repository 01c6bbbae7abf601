import Testing

@testable import Reporting

/// That what is put into a page is text, and nothing else.
struct MarkupTests {
    @Test func aLiteralIsHTMLAndWhatIsPutIntoItIsText() {
        let name = "<b>&\"'"
        let markup: Markup = "<p title=\"\(name)\">\(name)</p>"
        let escaped = "&lt;b&gt;&amp;&quot;&#39;"
        #expect(markup.html == "<p title=\"\(escaped)\">\(escaped)</p>")
    }

    @Test func aPieceStaysAPiece() {
        let inner: Markup = "<b>\(1)</b>"
        let outer: Markup = "<p>\(inner)\([inner, inner])</p>"
        #expect(outer.html == "<p><b>1</b><b>1</b><b>1</b></p>")
        #expect([inner, inner].joined(by: ", ").html == "<b>1</b>, <b>1</b>")
    }

    @Test func aTableNamesItsRowsAndColumns() {
        let name = "x<"
        let table = PageTable(
            "A & B", [.name("Who"), .number("How many")], [["<i>\(name)</i>", "2"]])
        #expect(
            table.html.html == """
                <div class="scroll" tabindex="0" role="region" aria-label="A &amp; B"><table>
                <caption>A &amp; B</caption>
                <thead><tr><th scope="col" class="name">Who</th>\
                <th scope="col" class="number">How many</th></tr></thead>
                <tbody>
                <tr><th scope="row" class="name"><i>x&lt;</i></th><td class="number">2</td></tr>
                </tbody>
                </table></div>

                """)
    }

    @Test func everyResultIsToldByASymbolAndAWord() {
        let marks =
            PeriodReport.Calendar.Mark.allCases.map { ResultMark($0) }
            + DrillResult.allCases.map { ResultMark($0) }
        for mark in marks {
            #expect(mark.symbol.count == 1 && !mark.word.isEmpty)
            #expect(mark.html.html.contains(">\(mark.symbol)</span>\u{a0}\(mark.word)</span>"))
        }
        let symbols = PeriodReport.Calendar.Mark.allCases.map { ResultMark($0).symbol }
        #expect(Set(symbols).count == symbols.count)
    }
}
