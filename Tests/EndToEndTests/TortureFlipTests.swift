import Foundation
import Testing

/// Single bits of the file that change: 60 anywhere, or a thousand if `DR_SOAK` is set.
@Suite(.enabled(if: Python.isThere, "\(Python.missing)"), .timeLimit(.minutes(60)))
struct TortureFlipSoakTests {
    @Test func aFlippedBitIsFoundOrChangesNothingThatIsStored() async throws {
        let original = try await CompletedRun.shared.copy()
        let stored = try await Self.storedValues(of: original)
        let whole = try Data(contentsOf: URL(filePath: original.data + "/log/data.mdb"))
        var random = SplitMix64(seed: Seed.value)
        let bits = (0..<Effort.count(60, soak: 1000)).map { _ in
            Int.random(in: 0..<whole.count * 8, using: &random)
        }
        try await forEachInPairs(bits) { bit in
            let workspace = try Workspace(copyOf: original)
            var bytes = whole
            bytes[bytes.startIndex + bit / 8] ^= 1 << UInt8(bit % 8)
            try bytes.write(to: URL(filePath: workspace.data + "/log/data.mdb"))
            let verify = try await workspace.run(.audit, ["verify"], within: .seconds(60))
            let note = "bit \(bit % 8) of byte \(bit / 8), seed \(Seed.value)\n\(verify)"
            #expect([0, 3].contains(verify.status), "\(note)")
            if verify.status == 0 {
                // Not by our own reader: what it passes over, it would pass over here too.
                let values = try await Self.storedValues(of: workspace)
                #expect(values == stored, "\(note)")
            }
        }
    }

    /// A digest of every value, as another program finds them.
    private static func storedValues(of workspace: Workspace) async throws -> String {
        let result = try await Python.run(
            "Torture/stored_values.py", [workspace.data], in: workspace)
        try #require(result.status == 0, "\(result)")
        return result.output
    }
}
