import LMDB
import ResilientStorage
import Testing

struct EpochFileTests {
    private let directory = TemporaryDirectory()

    @Test func theFirstEpochIsThatOfThePrimary() async throws {
        let epoch = try await open().current
        #expect(epoch == Epoch(number: 1, active: .primary))
    }

    @Test func anEpochIsStillThereAfterReopening() async throws {
        for number in UInt64(2)...5 {
            let active: SiteName = number % 2 == 0 ? .secondary : .primary
            let file = try await open()
            let next = try await file.advance(to: active)
            #expect(next == Epoch(number: number, active: active))
            #expect(file.current == next)
        }
        let last = try await open().current
        #expect(last == Epoch(number: 5, active: .primary))
    }

    /// LMDB opens a file once a process, and the last one may just be closing.
    private func open() async throws -> EpochFile {
        for _ in 0..<2000 {
            do {
                return try EpochFile(directory: directory.path + "/epoch")
            } catch let error as LMDBError where error.code == .alreadyOpen {
                try await Task.sleep(for: .milliseconds(5))
            }
        }
        return try EpochFile(directory: directory.path + "/epoch")
    }
}
