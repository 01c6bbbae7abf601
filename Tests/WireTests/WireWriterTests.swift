import Testing
import Wire

struct WireWriterTests {
    private func bytes(_ write: (inout WireWriter) -> Void) -> [UInt8] {
        var writer = WireWriter()
        write(&writer)
        return writer.bytes
    }

    @Test func aVarintHasSevenBitsAByteTheLowestFirst() {
        #expect(bytes { $0.uint64(1, field: 1) } == [0x08, 0x01])
        #expect(bytes { $0.uint64(127, field: 1) } == [0x08, 0x7f])
        #expect(bytes { $0.uint64(128, field: 1) } == [0x08, 0x80, 0x01])
        #expect(bytes { $0.uint64(150, field: 1) } == [0x08, 0x96, 0x01])
    }

    @Test func theGreatestVarintHasTenBytes() {
        let greatest = [0x08] + [UInt8](repeating: 0xff, count: 9) + [0x01]
        #expect(bytes { $0.uint64(.max, field: 1) } == greatest)
        #expect(bytes { $0.int64(-1, field: 1) } == greatest)
    }

    @Test func aTagHoldsTheNumberAndTheType() {
        #expect(bytes { $0.uint64(1, field: 15) } == [0x78, 0x01])
        #expect(bytes { $0.uint64(1, field: 16) } == [0x80, 0x01, 0x01])
        #expect(
            bytes { $0.uint64(1, field: 536_870_911) } == [0xf8, 0xff, 0xff, 0xff, 0x0f, 0x01])
        #expect(bytes { $0.double(1, field: 1) }.first == 0x09)
        #expect(bytes { $0.string("a", field: 1) }.first == 0x0a)
    }

    @Test func aDoubleHasEightBytesTheLowestFirst() {
        #expect(bytes { $0.double(1, field: 1) } == [0x09, 0, 0, 0, 0, 0, 0, 0xf0, 0x3f])
    }

    @Test func defaultsAreLeftOut() {
        let empty = bytes {
            $0.uint64(0, field: 1)
            $0.int64(0, field: 2)
            $0.bool(false, field: 3)
            $0.double(0, field: 4)
            $0.string("", field: 5)
            $0.bytes([], field: 6)
            $0.strings([], field: 7)
            $0.messages([Part](), field: 8)
        }
        #expect(empty.isEmpty)
    }

    @Test func minusZeroIsNoDefault() {
        #expect(bytes { $0.double(-0.0, field: 1) } == [0x09, 0, 0, 0, 0, 0, 0, 0, 0x80])
    }

    @Test func anOptionalFieldIsWrittenEvenIfZero() {
        #expect(bytes { $0.optionalUInt64(0, field: 1) } == [0x08, 0])
        #expect(bytes { $0.optionalInt64(0, field: 1) } == [0x08, 0])
        #expect(bytes { $0.optionalBool(false, field: 1) } == [0x08, 0])
        #expect(bytes { $0.optionalDouble(0, field: 1) } == [0x09, 0, 0, 0, 0, 0, 0, 0, 0])
    }

    @Test func anOptionalFieldThatIsNilIsLeftOut() {
        let empty = bytes {
            $0.optionalUInt64(nil, field: 1)
            $0.optionalInt64(nil, field: 2)
            $0.optionalBool(nil, field: 3)
            $0.optionalDouble(nil, field: 4)
        }
        #expect(empty.isEmpty)
    }

    @Test func whatIsRepeatedIsWrittenEvenIfEmpty() {
        #expect(bytes { $0.strings(["", "a"], field: 1) } == [0x0a, 0, 0x0a, 1, 0x61])
        #expect(bytes { $0.messages([Part(), Part()], field: 1) } == [0x0a, 0, 0x0a, 0])
        #expect(bytes { $0.message([], field: 1) } == [0x0a, 0])
    }

    @Test func aLongValueHasALengthOfTwoBytes() {
        let value = [UInt8](repeating: 7, count: 300)
        #expect(bytes { $0.bytes(value, field: 1) } == [0x0a, 0xac, 0x02] + value)
    }

    @Test func fieldsStandInTheOrderTheyAreWritten() {
        let written = bytes {
            $0.bool(true, field: 2)
            $0.bool(true, field: 1)
        }
        #expect(written == [0x10, 1, 0x08, 1])
    }

    @Test func aFieldNumberThatProtobufDoesNotHaveTraps() async {
        await #expect(processExitsWith: .failure) {
            var writer = WireWriter()
            writer.uint64(1, field: 0)
        }
        await #expect(processExitsWith: .failure) {
            var writer = WireWriter()
            writer.uint64(1, field: 536_870_912)
        }
    }
}
