import DRTesting
import Testing
import Wire

struct EventCodecTests {
    @Test(arguments: EventSample.all)
    func aDecodedEventIsTheOneThatWasEncoded(_ sample: EventSample) throws {
        let read = try TestEvent(number: sample.event.number, payload: sample.event.payload)
        #expect(read == sample.event)
        #expect(read?.payload == sample.event.payload)
    }

    @Test(arguments: EventSample.all)
    func fieldsOfNewerProgramsAreSkipped(_ sample: EventSample) throws {
        var writer = WireWriter()
        writer.uint64(7, field: 500)
        writer.string("from the future", field: 501)
        writer.optionalDouble(0, field: 502)
        let payload = sample.event.payload + writer.bytes
        let read = try TestEvent(number: sample.event.number, payload: payload)
        #expect(read == sample.event)
    }

    @Test(arguments: EventSample.empty)
    func anEventWithoutContentHasNoBytes(_ event: TestEvent) {
        #expect(event.payload == [])
    }

    @Test(arguments: EventSample.full)
    func aFullSampleHasEveryFieldOfItsMessage(_ event: TestEvent) throws {
        let message = try #require(event.message as? any WireSchema)
        #expect(try Set(fieldNumbers(in: event.payload)) == Set(MessageType.numbers(of: message)))
    }

    @Test func everyEventHasAFullAndAnEmptySample() {
        let runs = Array(20...41)
        let rows = Array(50...54) + Array(60...65) + Array(70...83) + Array(85...89)
        let numbers = runs + rows
        #expect(EventSample.full.map(\.number) == numbers)
        #expect(EventSample.empty.map(\.number) == numbers)
        #expect(Set(EventSample.full.map(\.name)).count == numbers.count)
    }

    @Test(arguments: [16, 17, 18, 19, 42, 43, 49, 55, 66, 84, 90, 1000, 536_870_911])
    func anUnknownNumberIsPassedOver(number: Int) throws {
        #expect(try TestEvent(number: number, payload: [0x0a, 1, 0x61]) == nil)
        #expect(try TestEvent(number: number, payload: [0xff]) == nil)
    }

    @Test(arguments: EventSample.empty)
    func bytesThatAreNoMessageAreRefused(_ event: TestEvent) {
        let error = #expect(throws: WireError.self) {
            try TestEvent(number: event.number, payload: [0x0a, 5, 0x61])
        }
        #expect(error?.code == .truncated)
    }

    @Test func anOptionalFieldKeepsZeroAndUnknownApart() throws {
        var unknown = MetricRecorded()
        unknown.name = "rpo_actual_ms"
        var zero = unknown
        (zero.value, zero.threshold, zero.passed) = (0, 0, false)
        #expect(unknown.encoded != zero.encoded)
        #expect(try MetricRecorded(from: WireReader(unknown.encoded)).value == nil)
        let read = try MetricRecorded(from: WireReader(zero.encoded))
        #expect(read.value == 0)
        #expect(read.threshold == 0)
        #expect(read.passed == false)
    }

    @Test(arguments: MessageType.all)
    func fieldNumbersAscendAndOccurOnce(_ type: MessageType) {
        #expect(!type.numbers.isEmpty)
        #expect(type.numbers == Set(type.numbers).sorted())
        // Others belong to protobuf itself.
        #expect(type.numbers.allSatisfy { (1...18_999).contains($0) })
    }

    /// The fields that really are in an encoded message.
    private func fieldNumbers(in payload: [UInt8]) throws -> [Int] {
        var reader = WireReader(payload)
        var numbers: [Int] = []
        while let field = try reader.next() { numbers.append(field.number) }
        return numbers
    }
}
