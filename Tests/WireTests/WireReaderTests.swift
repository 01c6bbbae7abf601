import Testing
import Wire

struct WireReaderTests {
    private func fields(_ bytes: [UInt8]) throws(WireError) -> [WireField] {
        var reader = WireReader(bytes)
        var fields: [WireField] = []
        while let field = try reader.next() { fields.append(field) }
        return fields
    }

    private func field(_ bytes: [UInt8]) throws -> WireField {
        let read = try fields(bytes)
        #expect(read.count == 1)
        return try #require(read.first)
    }

    private func thrown(by read: () throws -> Void) -> WireError? {
        do {
            try read()
            return nil
        } catch {
            return error as? WireError
        }
    }

    @Test func whatIsWrittenIsRead() throws {
        let sample = Sample.full
        #expect(try Sample(from: WireReader(sample.encoded)) == sample)
        #expect(try Sample(from: WireReader([])) == Sample())
    }

    @Test func aMessageCutInItsMiddleThrowsAtEveryByte() throws {
        var writer = WireWriter()
        writer.message(Sample.full.encoded, field: 1)
        for count in 1..<writer.bytes.count {
            let cut = Array(writer.bytes.prefix(count))
            let error = thrown { _ = try fields(cut) }
            #expect(error?.code == .truncated, "\(count) bytes")
        }
    }

    @Test func aMessageCutBetweenItsFieldsGivesTheFieldsBefore() throws {
        let whole = Sample.full.encoded
        let numbers = try fields(whole).map(\.number)
        for count in 0..<whole.count {
            var read: [Int]?
            let error = thrown { read = try fields(Array(whole.prefix(count))).map(\.number) }
            if let read {
                #expect(read.count < numbers.count && numbers.starts(with: read))
            } else {
                #expect(error?.code == .truncated, "\(count) bytes")
            }
        }
    }

    @Test func noChangedByteMakesTheReaderTrap() {
        let whole = Sample.full.encoded
        for index in whole.indices {
            for bit in 0..<8 {
                var changed = whole
                changed[index] ^= UInt8(1) << UInt8(bit)
                _ = try? Sample(from: WireReader(changed))
            }
        }
    }

    @Test func aVarintOfMoreThanSixtyFourBitsIsRefused() {
        let tooGreat = [0x08] + [UInt8](repeating: 0xff, count: 9) + [0x02]
        let tooLong = [0x08] + [UInt8](repeating: 0x80, count: 10) + [0x00]
        for bytes in [tooGreat, tooLong] {
            let error = thrown { _ = try fields(bytes) }
            #expect(error?.code == .varintTooLong)
            #expect(error?.offset == 1)
        }
    }

    @Test func aVarintThatIsLongerThanNeededIsRead() throws {
        #expect(try field([0x08, 0x81, 0x80, 0x00]).uint64() == 1)
        #expect(try field([0x88, 0x00, 0x01]).number == 1)
        let zero = [0x08] + [UInt8](repeating: 0x80, count: 9) + [0x00]
        #expect(try field(zero).uint64() == 0)
    }

    @Test(
        arguments: [
            [0x00, 0x01], [0x02, 0x00], [0x0b], [0x0c], [0x0e], [0x0f],
            [0x80, 0x80, 0x80, 0x80, 0x10, 0x01],
        ] as [[UInt8]])
    func aTagThatProto3DoesNotHaveIsRefused(_ bytes: [UInt8]) {
        let error = thrown { _ = try fields([0x08, 0x01] + bytes) }
        #expect(error == WireError(.badTag, at: 2))
    }

    @Test(arguments: [1, 2, 127, 128, UInt64(Int64.max), UInt64(Int64.max) + 1, .max] as [UInt64])
    func aLengthBeyondTheEndIsRefused(length: UInt64) {
        var writer = WireWriter()
        writer.uint64(length, field: 1)
        let bytes = [0x0a] + writer.bytes.dropFirst()
        let error = thrown { _ = try fields(bytes) }
        #expect(error == WireError(.truncated, at: 0))
    }

    @Test func aFieldOfAnotherTypeIsRefused() throws {
        let varint = try field([0x08, 0x01])
        let fixed64 = try field([0x09, 1, 2, 3, 4, 5, 6, 7, 8])
        let bytes = try field([0x0a, 0x01, 0x61])
        let fixed32 = try field([0x0d, 1, 2, 3, 4])
        for field in [fixed64, bytes, fixed32] {
            expectMismatch { _ = try field.uint64() }
            expectMismatch { _ = try field.int64() }
            expectMismatch { _ = try field.bool() }
            expectMismatch { _ = try field.value(Answer.self) }
        }
        for field in [varint, bytes, fixed32] {
            expectMismatch { _ = try field.double() }
        }
        for field in [varint, fixed64, fixed32] {
            expectMismatch { _ = try field.string() }
            expectMismatch { _ = try field.data() }
            expectMismatch { _ = try field.message(Part.self) }
        }
    }

    private func expectMismatch(
        sourceLocation: SourceLocation = #_sourceLocation, _ read: () throws -> Void
    ) {
        let code = thrown(by: read)?.code
        #expect(code == .typeMismatch, sourceLocation: sourceLocation)
    }

    @Test func unknownFieldsOfEveryTypeAreSkipped() throws {
        var writer = WireWriter()
        writer.uint64(7, field: 100)
        writer.double(7, field: 101)
        writer.message(Part(name: "new", size: 7).encoded, field: 102)
        let unknown = writer.bytes + [0xbd, 0x06, 1, 2, 3, 4]
        let known = Sample.full.encoded
        #expect(try fields(unknown).map(\.number) == [100, 101, 102, 103])
        #expect(try Sample(from: WireReader(unknown + known + unknown)) == Sample.full)
    }

    @Test(arguments: [[0xff], [0xc3], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0x80]] as [[UInt8]])
    func aStringThatIsNotUTF8IsRefused(_ bytes: [UInt8]) throws {
        var writer = WireWriter()
        writer.bytes(bytes, field: 5)
        let read = try field(writer.bytes)
        let error = thrown { _ = try read.string() }
        #expect(error == WireError(.notUTF8, at: 0))
        #expect(try read.data() == bytes)
    }

    @Test func theLastOfARepeatedSingleFieldCounts() throws {
        #expect(try Sample(from: WireReader([0x08, 1, 0x08, 2])).count == 2)
    }

    @Test func anyOtherNumberThanZeroIsTrue() throws {
        #expect(try field([0x18, 0x02]).bool())
        #expect(try !field([0x18, 0x00]).bool())
    }

    @Test func anUnknownCaseOfAnEnumerationIsRefused() throws {
        #expect(try field([0x08, 0x01]).value(Answer.self) == .yes)
        let unknown = try field([0x08, 0x02])
        let error = thrown { _ = try unknown.value(Answer.self) }
        #expect(error == WireError(.badValue, at: 0))
    }

    private enum Answer: UInt64 {
        case no = 0
        case yes = 1
    }

    @Test func anErrorInsideAMessageTellsItsPlaceInTheWhole() {
        var writer = WireWriter()
        writer.uint64(1, field: 1)
        writer.message([0x18, 0x01, 0x07], field: 7)
        let bytes = writer.bytes
        let error = thrown { _ = try Sample(from: WireReader(bytes)) }
        #expect(error == WireError(.badTag, at: 6))
        #expect(error?.description.contains("byte 6") == true)
    }
}
