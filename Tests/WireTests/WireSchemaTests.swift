import Testing
import Wire

/// Most fields of `Sample`, described instead of written out.
private struct DescribedSample: WireSchema {
    enum Answer: UInt64 {
        case unknown = 0
        case yes = 1
    }

    var count: UInt64 = 0
    var answerKind = Answer.unknown
    var flag = false
    var ratio = 0.0
    var title = ""
    var payload: [UInt8] = []
    var parts: [Part] = []
    var offset: UInt64?
    var answer: Bool?
    var score: Double?
    var tags: [String] = []

    static let fields: [WireFieldSchema<Self>] = [
        .uint64(1, \.count), .value(2, \.answerKind), .bool(3, \.flag), .double(4, \.ratio),
        .string(5, \.title), .bytes(6, \.payload), .messages(7, \.parts),
        .optionalUInt64(8, \.offset), .optionalBool(10, \.answer), .optionalDouble(11, \.score),
        .strings(12, \.tags),
    ]
}

/// A message with a property that is not stored anywhere.
private struct Halved: WireSchema {
    var half: UInt64 = 0
    var whole: UInt64 {
        get { half * 2 }
        set { half = newValue / 2 }
    }

    static let fields: [WireFieldSchema<Self>] = [.uint64(1, \.whole)]
}

struct WireSchemaTests {
    private func sample() -> (written: Sample, described: DescribedSample) {
        var written = Sample.full
        written.delta = 1
        written.drift = nil
        written.whole = nil
        written.last = 0
        var described = DescribedSample()
        described.count = written.count
        described.answerKind = .yes
        described.flag = written.flag
        described.ratio = written.ratio
        described.title = written.title
        described.payload = written.payload
        described.parts = written.parts
        described.offset = written.offset
        described.answer = written.answer
        described.score = written.score
        described.tags = written.tags
        return (written, described)
    }

    private func read(_ bytes: [UInt8]) throws -> DescribedSample {
        try DescribedSample(from: WireReader(bytes))
    }

    @Test func aPropertyThatIsNotStoredTraps() async {
        await #expect(processExitsWith: .failure) { _ = Halved.fields }
    }

    @Test func aDescribedMessageHasTheBytesOfAWrittenOne() throws {
        let (written, described) = sample()
        #expect(described.encoded == written.encoded)
        #expect(try read(written.encoded) == described)
    }

    @Test func anEmptyMessageHasTheDefaults() throws {
        #expect(DescribedSample().encoded.isEmpty)
        #expect(try read([]) == DescribedSample())
    }

    @Test func unknownFieldsAreSkippedWhereverTheyStand() throws {
        #expect(try read([0x48, 1, 0x08, 7, 0x48, 1, 0x6a, 0]).count == 7)
    }

    @Test func fieldsAreReadInAnyOrder() throws {
        let sample = try read([0x50, 1, 0x2a, 1, 0x61, 0x18, 1, 0x08, 7])
        #expect(sample.count == 7)
        #expect(sample.flag)
        #expect(sample.title == "a")
        #expect(sample.answer == true)
    }

    @Test func aFieldAfterAnUnknownGreaterOneIsRead() throws {
        #expect(try read([0xa0, 0x06, 1, 0x08, 7]).count == 7)
    }

    @Test func repeatedFieldsAreReadEvenWhenOthersStandBetween() throws {
        let sample = try read([0x62, 1, 0x61, 0x08, 7, 0x62, 1, 0x62])
        #expect(sample.tags == ["a", "b"])
        #expect(sample.count == 7)
    }

    @Test func aFieldOfAnotherTypeOrAnUnknownCaseIsRefused() {
        let type = #expect(throws: WireError.self) { try read([0x0a, 0]) }
        #expect(type?.code == .typeMismatch)
        let unknown = #expect(throws: WireError.self) { try read([0x10, 9]) }
        #expect(unknown?.code == .badValue)
    }
}
