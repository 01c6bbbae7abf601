import Projections
import Testing

/// Two moments of a table, compared row by row and field by field.
struct TableDifferenceTests {
    private func rows(_ texts: [UInt8: String]) -> [[UInt8]: [UInt8]] {
        Dictionary(uniqueKeysWithValues: texts.map { ([$0.key], Array($0.value.utf8)) })
    }

    private func difference(
        _ before: [UInt8: String], _ after: [UInt8: String]
    ) -> TableDifference {
        TableDifference(from: rows(before), to: rows(after))
    }

    private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

    @Test func equalTablesHaveNoDifference() {
        let same: [UInt8: String] = [1: #"{"id":1,"a":"x"}"#, 2: #"{"id":2,"a":null}"#]
        #expect(difference(same, same).isEmpty)
        #expect(difference([:], [:]).isEmpty)
    }

    @Test func rowsComeAndGoInTheOrderOfTheTable() {
        let result = difference(
            [1: #"{"id":1}"#, 5: #"{"id":5}"#, 9: #"{"id":9}"#],
            [5: #"{"id":5}"#, 7: #"{"id":7}"#, 6: #"{"id":6}"#])
        #expect(result.added.map { text($0) } == [#"{"id":6}"#, #"{"id":7}"#])
        #expect(result.removed.map { text($0) } == [#"{"id":1}"#, #"{"id":9}"#])
        #expect(result.changed == [])
        #expect(!result.isEmpty)
    }

    @Test func aChangedRowNamesItsFieldsInTheOrderOfTheTable() throws {
        let result = difference(
            [1: #"{"id":1,"status":"running","end":null,"config":{"a":[1,2],"b":"}"},"n":12}"#],
            [1: #"{"id":1,"status":"completed","end":"T,\"}","config":{"a":[1],"b":"}"},"n":12}"#])
        let change = try #require(result.changed.first)
        #expect(result.changed.count == 1)
        #expect(change.fields.map(\.name) == ["status", "end", "config"])
        #expect(
            change.fields.map { text($0.before) } == [
                #""running""#, "null", #"{"a":[1,2],"b":"}"}"#,
            ])
        #expect(
            change.fields.map { text($0.after) } == [
                #""completed""#, #""T,\"}""#, #"{"a":[1],"b":"}"}"#,
            ])
        #expect(text(change.row).hasPrefix(#"{"id":1,"status":"completed""#))
        #expect(result.added.isEmpty && result.removed.isEmpty)
    }

    @Test(arguments: [
        ("{}", [] as [String]), (#"{"a":1}"#, ["a=1"]),
        (
            #"{"a":"\\","b":[[],{"c":"]"}],"d":-1.5,"e":true}"#,
            [
                #"a="\\""#, #"b=[[],{"c":"]"}]"#, "d=-1.5", "e=true",
            ]
        ),
        (#"{"a":"ä\u0007,","b":null}"#, [#"a="ä\u0007,""#, "b=null"]),
    ])
    func theMembersOfARowAreItsBytes(row: String, members: [String]) {
        let read = RowMembers.of(Array(row.utf8)).map { "\($0.name)=\(text($0.value))" }
        #expect(read == members)
    }
}
