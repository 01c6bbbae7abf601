import Projections
import Testing

@testable import Dashboard

struct PageAddressTests {
    @Test func aFormIsReadAsBrowsersWriteIt() {
        let address = PageAddress(query: "target=a+b%2Bc&environment=&x=%C3%A4&broken=%zz&y")
        #expect(address.value(of: "target") == "a b+c")
        #expect(address.value(of: "environment") == nil)
        #expect(address.value(of: "x") == "ä")
        #expect(address.value(of: "broken") == "%zz")
        #expect(address.value(of: "y") == nil)
    }

    @Test(arguments: ["plain", "a b+c&d=e", "\"<script>'", "ä\u{202e}", "%41"])
    func whatIsWrittenIntoAnAddressIsReadBack(_ text: String) {
        let address = PageAddress(query: "target=\(PageAddress.encoded(text))")
        #expect(address.value(of: "target") == text)
    }

    @Test func theNextPageOfAHistoryIsOfTheSameTests() {
        let query = HistoryQuery(
            PageAddress(query: "target=a+b&verdict=failed&from=2026-11-01&to=never&cursor=9"))
        let next = query.address(after: 5)
        #expect(next == "/history?verdict=failed&target=a%20b&from=2026-11-01&cursor=5")
        let again = HistoryQuery(PageAddress(query: String(next.dropFirst("/history?".count))))
        #expect(again.values == query.values)
        #expect(again.from == query.from)
        #expect(again.cursor == 5)
    }

    private func row(purpose: String) -> [UInt8] {
        Array(#"{"purpose":"\#(purpose)","created_at":"2026-11-23T08:30:00.000Z"}"#.utf8)
    }

    @Test func theHistoryShowsDrillsUntilOthersAreAskedFor() {
        let drill = row(purpose: "drill")
        let proof = row(purpose: "proof")
        let all = HistoryQuery(PageAddress(query: "")).filter
        #expect(all.accepts(drill))
        #expect(!all.accepts(proof))
        let proofs = HistoryQuery(PageAddress(query: "purpose=proof")).filter
        #expect(!proofs.accepts(drill))
        #expect(proofs.accepts(proof))
        let day = HistoryQuery(PageAddress(query: "from=2026-11-23&to=2026-11-23")).filter
        #expect(day.accepts(drill))
        #expect(!HistoryQuery(PageAddress(query: "to=2026-11-22")).filter.accepts(drill))
    }
}
