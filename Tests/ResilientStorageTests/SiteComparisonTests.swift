import Testing

@testable import ResilientStorage

struct SiteComparisonTests {
    @Test func equalListsNeedNothing() {
        let objects = [object("a", "1"), object("b", "2")]
        let comparison = SiteComparison(primary: objects, secondary: objects, deleted: [])
        #expect(comparison.steps.isEmpty)
        #expect(comparison.unchanged == 2)
    }

    @Test func theSecondaryIsRightAboutWhatItHas() {
        let comparison = SiteComparison(
            primary: [object("larger", "1", size: 2), object("same", "1")],
            secondary: [object("larger", "1", size: 1), object("new", "3"), object("same", "1")],
            deleted: [])
        #expect(
            comparison.steps == [
                .copyToPrimary(object("larger", "1", size: 1)), .copyToPrimary(object("new", "3")),
            ])
        #expect(comparison.unchanged == 1)
    }

    @Test func objectsOfOneSizeWithOtherETagsAreLookedAt() {
        let comparison = SiteComparison(
            primary: [object("a", "1"), object("b", "")],
            secondary: [object("a", "2"), object("b", "")], deleted: [])
        #expect(comparison.steps == [.examine(object("a", "2")), .examine(object("b", ""))])
    }

    @Test func whatIsDeletedDoesNotComeBackAndWhatNobodyKnowsIsKept() {
        let comparison = SiteComparison(
            primary: [object("deleted", "1"), object("unknown", "2")], secondary: [],
            deleted: [Array("deleted".utf8), Array("never there".utf8)])
        #expect(
            comparison.steps == [
                .deleteOnPrimary(object("deleted", "1")), .copyToSecondary(object("unknown", "2")),
            ])
    }

    @Test func aKeyThatIsThereAgainIsNotDeleted() {
        let comparison = SiteComparison(
            primary: [object("a", "1")], secondary: [object("a", "1")],
            deleted: [Array("a".utf8)])
        #expect(comparison.steps.isEmpty)
    }

    @Test func keysOfDifferentBytesAreDifferentKeys() {
        let (composed, decomposed) = (object("caf\u{e9}", "1"), object("cafe\u{301}", "2"))
        let comparison = SiteComparison(
            primary: [composed], secondary: [decomposed], deleted: [])
        #expect(comparison.steps == [.copyToPrimary(decomposed), .copyToSecondary(composed)])
    }

    /// Whatever the two hold, afterwards they hold the same, and nothing but deletes is gone.
    @Test(arguments: UInt64(0)..<200)
    func theStepsMakeBothEqual(round: UInt64) {
        var random = SplitMix64(round: round)
        var (primary, secondary) = ([String: String](), [String: String]())
        var deleted: Set<[UInt8]> = []
        for key in (0..<30).map({ "key-\($0)" }) {
            if Bool.random(using: &random) { primary[key] = "\(random.next() % 3)" }
            if Bool.random(using: &random) { secondary[key] = "\(random.next() % 3)" }
            if Int.random(in: 0..<4, using: &random) == 0 { deleted.insert(Array(key.utf8)) }
        }
        let comparison = SiteComparison(
            primary: list(primary), secondary: list(secondary), deleted: deleted)
        var (first, second) = (primary, secondary)
        for step in comparison.steps {
            switch step {
            case .copyToPrimary(let object), .examine(let object):
                first[object.key] = second[object.key]
            case .copyToSecondary(let object): second[object.key] = first[object.key]
            case .deleteOnPrimary(let object): first[object.key] = nil
            }
        }
        let expected = primary.filter { !deleted.contains(Array($0.key.utf8)) }
            .merging(secondary) { $1 }
        #expect(first == expected, Seed.note(round: round))
        #expect(second == expected, Seed.note(round: round))
        let all = Set(primary.keys).union(secondary.keys).count
        #expect(comparison.unchanged + comparison.steps.count == all, Seed.note(round: round))
    }

    private func object(_ key: String, _ etag: String, size: Int = 1) -> ListedObject {
        ListedObject(key: key, size: size, etag: etag)
    }

    private func list(_ objects: [String: String]) -> [ListedObject] {
        objects.map { object($0.key, $0.value) }
    }
}
