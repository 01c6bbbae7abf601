import Foundation
import Testing

/// Single bits that change: 30 anywhere in the data file and 2 of each kind of byte in it, or a
/// thousand and 50 of each if `DR_SOAK` is set.
@Suite(.enabled(if: Python.isThere, "\(Python.missing)"), .timeLimit(.minutes(60)))
struct TortureFlipSoakTests {
    @Test func aFlippedBitIsFoundUnlessNothingCanEverComeOfIt() async throws {
        let original = try await CompletedRun.shared.copy()
        let stored = try await Self.storedValues(of: original)
        let whole = try Data(contentsOf: URL(filePath: original.data + "/log/data.mdb"))
        let uses = try await ByteUse.all(of: original)
        try #require(uses.last?.bytes.upperBound == whole.count)
        try await forEachInPairs(Self.bits(of: uses)) { bit in
            let use = try #require(uses.first { $0.bytes.contains(bit / 8) })
            let workspace = try Workspace(copyOf: original)
            try Self.flip(bit, of: whole, in: workspace.data + "/log/data.mdb")
            let verify = try await workspace.run(.audit, ["verify"], within: .seconds(60))
            let note =
                "bit \(bit % 8) of byte \(bit / 8), \(use.kind), seed \(Seed.value)\n\(verify)"
            #expect(use.verdicts.contains(verify.status), "\(note)")
            if verify.status == 0 {
                // Not by our own reader: what it passes over, it would pass over here too.
                let values = try await Self.storedValues(of: workspace)
                #expect(values == stored, "\(note)")
            }
        }
    }

    /// Whoever opens the log first makes the locks anew.
    @Test func aFlippedBitOfTheLockFileChangesNothing() async throws {
        let original = try await CompletedRun.shared.copy()
        let stored = try await Self.storedValues(of: original)
        let whole = try Data(contentsOf: URL(filePath: original.data + "/log/lock.mdb"))
        var random = SplitMix64(seed: Seed.value)
        // The head, and the beginning of the table of readers, are at the beginning.
        let bits = (0..<Effort.count(4, soak: 60)).map { number in
            Int.random(in: 0..<(number.isMultiple(of: 2) ? 256 : whole.count) * 8, using: &random)
        }
        try await forEachInPairs(bits) { bit in
            let workspace = try Workspace(copyOf: original)
            try Self.flip(bit, of: whole, in: workspace.data + "/log/lock.mdb")
            let note = "bit \(bit % 8) of byte \(bit / 8), seed \(Seed.value)"
            let verify = try await workspace.run(.audit, ["verify"])
            #expect(verify.status == 0, "\(note)\n\(verify)")
            let values = try await Self.storedValues(of: workspace)
            #expect(values == stored, "\(note)")
        }
    }

    private static func bits(of uses: [ByteUse]) -> [Int] {
        var random = SplitMix64(seed: Seed.value)
        let byteCount = uses[uses.count - 1].bytes.upperBound
        var bits = (0..<Effort.count(30, soak: 1000)).map { _ in
            Int.random(in: 0..<byteCount * 8, using: &random)
        }
        // Most bytes are payload or free: what the pages hang together by would hardly be hit.
        for kind in Set(uses.map(\.kind)).sorted() {
            let places = uses.filter { $0.kind == kind }
            for _ in 0..<Effort.count(2, soak: 50) {
                let place = places.randomElement(using: &random)!.bytes
                bits.append(
                    Int.random(in: place.lowerBound * 8..<place.upperBound * 8, using: &random))
            }
        }
        return bits
    }

    private static func flip(_ bit: Int, of whole: Data, in file: String) throws {
        var bytes = whole
        bytes[bytes.startIndex + bit / 8] ^= 1 << UInt8(bit % 8)
        try bytes.write(to: URL(filePath: file))
    }

    /// A digest of every value, as another program finds them.
    private static func storedValues(of workspace: Workspace) async throws -> String {
        let result = try await Python.run(
            "Torture/stored_values.py", [workspace.data], in: workspace)
        try #require(result.status == 0, "\(result)")
        return result.output
    }
}

/// What some bytes of a data file are for, as `page_use.py` finds it by LMDB's layout alone.
private struct ByteUse: Sendable {
    let bytes: Range<Int>
    let kind: String

    private static let used: Set = ["meta page", "head", "pointer", "node", "long value"]
    /// The commit before counts only while the last one is being written; the size of the map never
    /// does.
    private static let ofNoConsequence: Set = ["meta page before", "map size"]

    init?(_ line: String) {
        let fields = line.split(separator: " ", maxSplits: 2)
        guard fields.count == 3, let start = Int(fields[0]), let end = Int(fields[1]), start < end
        else { return nil }
        (bytes, kind) = (start..<end, String(fields[2]))
    }

    /// All bytes of a file, without a gap.
    static func all(of workspace: Workspace) async throws -> [ByteUse] {
        let result = try await Python.run("Torture/page_use.py", [workspace.data], in: workspace)
        try #require(result.status == 0, "\(result)")
        let uses = result.lines.compactMap { ByteUse($0) }
        let found = Set(uses.map(\.kind))
        // A file in which there is nothing to hit would prove nothing.
        try #require(found.isSuperset(of: used) && found.contains("free page"), "\(found)")
        return uses
    }

    /// The exit codes that `dr-audit verify` may have after one of the bytes has changed: nothing
    /// that is used is passed over, and nothing that is not raises an alarm.
    var verdicts: Set<Int32> {
        if Self.used.contains(kind) { return [3] }
        return Self.ofNoConsequence.contains(kind) ? [0, 3] : [0]
    }
}
