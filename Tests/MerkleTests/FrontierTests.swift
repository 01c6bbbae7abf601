import Testing

@testable import Merkle

struct FrontierTests {
    private static let leaves = (0..<300).map { MerkleHash.leaf(UInt64($0).bigEndianBytes) }

    @Test func growingLeafByLeafGivesTheRootOfEverySize() {
        var frontier = MerkleFrontier()
        for size in 0...Self.leaves.count {
            #expect(frontier.count == UInt64(size))
            #expect(frontier.root == definedRoot(of: Self.leaves.prefix(size)), "size \(size)")
            if size < Self.leaves.count { frontier.append(Self.leaves[size]) }
        }
    }

    @Test(arguments: ReferenceTree.published.rootHashesBySize.indices)
    func thePublishedRootsAreReproduced(size: Int) throws {
        let tree = ReferenceTree.published
        let leaves = try tree.leafHashes()
        var frontier = MerkleFrontier()
        for index in 0..<UInt64(size) { frontier.append(leaves.hash(level: 0, index: index)) }
        #expect(frontier.root.description == tree.rootHashesBySize[size])
    }

    @Test func aFrontierFromStoredSubtreesIsTheOneThatGrew() throws {
        let stored = LeafHashes(Self.leaves)
        var grown = MerkleFrontier()
        for size in 0...Self.leaves.count {
            let read = try MerkleFrontier(count: UInt64(size), of: stored)
            #expect(read == grown, "size \(size)")
            #expect(read.root == grown.root, "size \(size)")
            if size < Self.leaves.count { grown.append(Self.leaves[size]) }
        }
    }

    @Test func aFrontierFromStoredSubtreesGoesOnGrowing() throws {
        var frontier = try MerkleFrontier(count: 123, of: LeafHashes(Self.leaves))
        for leaf in Self.leaves[123...] { frontier.append(leaf) }
        #expect(frontier.root == definedRoot(of: Self.leaves[...]))
    }

    @Test func anEmptyFrontierHasTheRootOfTheEmptyTree() throws {
        #expect(MerkleFrontier().root == .emptyTree)
        #expect(try MerkleFrontier(count: 0, of: LeafHashes([])) == MerkleFrontier())
    }

    @Test func appendingToACopyLeavesTheOriginal() {
        var original = MerkleFrontier()
        original.append(Self.leaves[0])
        var copy = original
        copy.append(Self.leaves[1])
        #expect(original.count == 1)
        #expect(original.root == Self.leaves[0])
        #expect(copy.root == .node(Self.leaves[0], Self.leaves[1]))
    }

    @Test func onlyTheHashesOfCompleteSubtreesAreAskedFor() throws {
        let recorder = SubtreeRecorder()
        _ = try MerkleFrontier(count: 0b1101, of: recorder)
        #expect(recorder.asked == ["3/0", "2/2", "0/12"])
    }

    @Test func aSubtreeThatCannotBeReadThrows() {
        #expect(throws: SubtreeRecorder.Unreadable.self) {
            try MerkleFrontier(count: 1 << 40, of: SubtreeRecorder())
        }
    }
}

/// Remembers what was asked for; the great subtrees cannot be read.
private final class SubtreeRecorder: MerkleSubtrees {
    struct Unreadable: Error {}

    private(set) var asked: [String] = []

    func hash(level: Int, index: UInt64) throws -> MerkleHash {
        if level > 10 { throw Unreadable() }
        asked.append("\(level)/\(index)")
        return .emptyTree
    }
}
