import Testing

@testable import Projections

struct RowFilterTests {
    private static let row = Array(
        (#"{"id":7,"text":"a \"b\", \\","config":{"status":"x","list":[{"environment":"inner"}],"#
            + #""n":-1.5},"environment":"outer","enabled":true,"at":"2026-11-23T08:30:00.001Z","#
            + #""gone":null}"#).utf8)

    private func accepts(
        _ row: [UInt8] = RowFilterTests.row, _ add: (inout RowFilter) -> Void
    ) -> Bool {
        var filter = RowFilter()
        add(&filter)
        return filter.accepts(row)
    }

    @Test func withoutConditionsAnyRowIsWanted() {
        #expect(RowFilter().accepts(Self.row))
    }

    @Test func onlyTheRowsOwnMembersAreLookedAt() {
        #expect(accepts { $0.require("environment", oneOf: ["outer"]) })
        #expect(!accepts { $0.require("environment", oneOf: ["inner"]) })
        #expect(!accepts { $0.require("status", oneOf: ["x"]) })
    }

    @Test func oneOfSeveralTextsIsEnough() {
        #expect(accepts { $0.require("environment", oneOf: ["inner", "outer"]) })
    }

    @Test func textsAreComparedAsTheyAreWritten() {
        #expect(accepts { $0.require("text", oneOf: [#"a "b", \"#]) })
        #expect(!accepts { $0.require("text", oneOf: [#"a "b""#]) })
    }

    @Test func whatATextSaysIsNoMember() {
        let hostile = Array(##"{"id":1,"text":"\",\"environment\":\"outer","z":1}"##.utf8)
        #expect(!accepts(hostile) { $0.require("environment", oneOf: ["outer"]) })
        #expect(RowMembers.value(of: "z", in: hostile) == [UInt8(ascii: "1")])
    }

    @Test func allConditionsMustBeMet() {
        #expect(
            accepts {
                $0.require("environment", oneOf: ["outer"])
                $0.require("enabled", is: true)
            })
        #expect(
            !accepts {
                $0.require("environment", oneOf: ["outer"])
                $0.require("enabled", is: false)
            })
    }

    @Test func aMemberCanBeAskedToBeNull() {
        #expect(accepts { $0.require("gone", isNull: true) })
        #expect(!accepts { $0.require("gone", isNull: false) })
        #expect(accepts { $0.require("at", isNull: false) })
        #expect(!accepts { $0.require("at", isNull: true) })
    }

    @Test func theFirstMomentIsInARangeAndTheLastIsNot() throws {
        let time = try #require(RFC3339.time("2026-11-23T08:30:00.001Z"))
        #expect(accepts { $0.require("at", from: time, before: time + 1000) })
        #expect(!accepts { $0.require("at", from: time + 1000, before: nil) })
        #expect(!accepts { $0.require("at", from: nil, before: time) })
        #expect(accepts { $0.require("at", from: nil, before: time + 1) })
    }

    @Test func noTimeIsInNoRange() {
        #expect(!accepts { $0.require("gone", from: 0, before: nil) })
        #expect(!accepts { $0.require("gone", from: nil, before: nil) })
    }

    @Test func aRowWithoutTheMemberIsNotWanted() {
        #expect(!accepts { $0.require("unknown", oneOf: ["outer"]) })
        #expect(!accepts { $0.require("unknown", isNull: true) })
        #expect(!accepts(Array("{}".utf8)) { $0.require("environment", oneOf: ["outer"]) })
    }

    @Test func aMemberIsReplacedAndAllElseStays() {
        let row = Array(#"{"a":{"b":1},"b":null,"c":[1,2]}"#.utf8)
        let changed = RowMembers.replacing("b", in: row, with: Array(#""x""#.utf8))
        #expect(String(decoding: changed, as: UTF8.self) == #"{"a":{"b":1},"b":"x","c":[1,2]}"#)
        #expect(RowMembers.replacing("d", in: row, with: Array("1".utf8)) == row)
    }
}
