import Foundation
import Testing

@testable import Archive

struct GzipTests {
    private static let samples: [[UInt8]] = [
        [], [1], Array("the same, the same, the same, the same".utf8),
        (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* $0 >> 7) },
    ]

    @Test(arguments: samples.indices)
    func whatIsCompressedExpandsToTheSame(sample: Int) {
        let bytes = Self.samples[sample]
        #expect(Gzip.expand(Gzip.compress(bytes), limit: 4 << 20) == bytes)
    }

    /// So that the command gunzip reads it, and nothing of the moment is in it.
    @Test func theBytesAreThoseOfGzipWithoutATime() {
        let bytes = Gzip.compress([1, 2, 3])
        #expect(Array(bytes.prefix(8)) == [0x1f, 0x8b, 8, 0, 0, 0, 0, 0])
    }

    @Test func whatIsNotWholeIsNothing() {
        let bytes = Gzip.compress(Array("some words to be compressed".utf8))
        for count in bytes.indices {
            #expect(Gzip.expand(Array(bytes[..<count]), limit: 1000) == nil, "\(count) bytes")
        }
        #expect(Gzip.expand(bytes + [0], limit: 1000) == nil)
        #expect(Gzip.expand(Array("no gzip at all".utf8), limit: 1000) == nil)
    }

    /// A few bytes can stand for very many.
    @Test func whatIsLargerThanTheLimitIsNothing() {
        let bytes = Gzip.compress([UInt8](repeating: 0, count: 10 << 20))
        #expect(bytes.count < 20_000)
        #expect(Gzip.expand(bytes, limit: 8 << 20) == nil)
        #expect(Gzip.expand(bytes, limit: 10 << 20)?.count == 10 << 20)
    }
}
