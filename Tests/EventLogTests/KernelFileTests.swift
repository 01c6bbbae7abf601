import Foundation
import Testing

@testable import EventLog

/// Files that the kernel makes up while they are read.
struct KernelFileTests {
    /// On a machine with many mounts, the one that matters may stand after the first page.
    @Test func oneIsReadToItsEnd() throws {
        // Of this process, and longer than a page.
        let text = KernelFile.text("/proc/self/smaps")
        #expect(text.utf8.count > 20_000)
        #expect(text.hasSuffix("\n"))
        let last = try #require(text.split(separator: "\n").last)
        #expect(last.hasPrefix("VmFlags:"))
    }

    @Test func oneThatIsNotThereIsEmpty() {
        #expect(KernelFile.text("/proc/self/not-there") == "")
    }
}
