import CLMDB
import Testing

@testable import LMDB

#if canImport(Glibc)
    import Glibc
#endif

struct ErrorTests {
    private static let codes: [(Int32, LMDBError.Code)] = [
        (MDB_KEYEXIST, .keyExists),
        (MDB_NOTFOUND, .notFound),
        (MDB_PAGE_NOTFOUND, .pageNotFound),
        (MDB_CORRUPTED, .corrupted),
        (MDB_PANIC, .panic),
        (MDB_VERSION_MISMATCH, .versionMismatch),
        (MDB_INVALID, .invalid),
        (MDB_MAP_FULL, .mapFull),
        (MDB_DBS_FULL, .databasesFull),
        (MDB_READERS_FULL, .readersFull),
        (MDB_TLS_FULL, .threadLocalsFull),
        (MDB_TXN_FULL, .transactionFull),
        (MDB_CURSOR_FULL, .cursorFull),
        (MDB_PAGE_FULL, .pageFull),
        (MDB_MAP_RESIZED, .mapResized),
        (MDB_INCOMPATIBLE, .incompatible),
        (MDB_BAD_RSLOT, .badReaderSlot),
        (MDB_BAD_TXN, .badTransaction),
        (MDB_BAD_VALSIZE, .badValueSize),
        (MDB_BAD_DBI, .badDatabase),
    ]

    @Test(arguments: Self.codes)
    func everyResultOfLMDBHasItsOwnCaseAndSentence(result: Int32, code: LMDBError.Code) {
        #expect(LMDBError.Code(result) == code)
        #expect(code.sentence == String(cString: mdb_strerror(result)))
    }

    @Test func noResultOfLMDBIsLeftOut() {
        let results = Set(Self.codes.map(\.0))
        #expect(results == Set(MDB_KEYEXIST...MDB_BAD_DBI))
        #expect(Set(Self.codes.map(\.1)).count == results.count)
        #expect(Set(Self.codes.map(\.1.sentence)).count == results.count)
    }

    @Test(arguments: [ENOENT, EACCES, EINVAL, ENOSPC, EIO, -30_700, -1])
    func anyOtherResultIsAnErrorOfTheSystem(result: Int32) {
        let code = LMDBError.Code(result)
        #expect(code == .system(result))
        #expect(code.sentence == String(cString: strerror(result)))
        #expect(!code.sentence.isEmpty)
    }

    @Test func aSecondEnvironmentHasASentenceToo() {
        #expect(!LMDBError.Code.alreadyOpen.sentence.isEmpty)
    }

    @Test func theDescriptionTellsWhatWasBeingDoneAndWhy() {
        let error = LMDBError(.mapFull, during: "write to events")
        #expect(error.description.hasPrefix("LMDB could not write to events: "))
        #expect(error.description.hasSuffix(LMDBError.Code.mapFull.sentence))
        #expect("\(error)" == error.description)
    }

    @Test func errorsAreEqualIfTheirCodesAre() {
        let error = LMDBError(.mapFull, during: "commit")
        #expect(error == LMDBError(.mapFull, during: "write"))
        #expect(error != LMDBError(.panic, during: "commit"))
        #expect(LMDBError.Code.system(ENOENT) != .system(EACCES))
    }

    @Test(arguments: [LMDBError.Code.mapFull, .system(ENOSPC), .system(EDQUOT), .system(EFBIG)])
    func whatLacksRoomIsOutOfSpace(_ code: LMDBError.Code) {
        #expect(LMDBError(code, during: "commit").isOutOfSpace)
    }

    @Test(arguments: [LMDBError.Code.panic, .transactionFull, .system(EIO), .system(ENOENT)])
    func anythingElseIsNotOutOfSpace(_ code: LMDBError.Code) {
        #expect(!LMDBError(code, during: "commit").isOutOfSpace)
    }

    @Test func successIsNoError() throws {
        try check(0, "look")
        #expect(throws: LMDBError(.notFound, during: "look")) { try check(MDB_NOTFOUND, "look") }
    }
}
