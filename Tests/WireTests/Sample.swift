import Wire

/// The message `Part` of `sample.proto`.
struct Part: WireMessage, Equatable {
    var name = ""
    var size: UInt64 = 0

    init(name: String = "", size: UInt64 = 0) {
        self.name = name
        self.size = size
    }

    init(from reader: WireReader) throws(WireError) {
        var reader = reader
        while let field = try reader.next() {
            switch field.number {
            case 1: name = try field.string()
            case 2: size = try field.uint64()
            default: continue
            }
        }
    }

    func write(to writer: inout WireWriter) {
        writer.string(name, field: 1)
        writer.uint64(size, field: 2)
    }
}

/// The message `Sample` of `sample.proto`: a field of each type.
struct Sample: WireMessage, Equatable {
    var count: UInt64 = 0
    var delta: Int64 = 0
    var flag = false
    var ratio = 0.0
    var title = ""
    var payload: [UInt8] = []
    var parts: [Part] = []
    var offset: UInt64?
    var drift: Int64?
    var answer: Bool?
    var score: Double?
    var tags: [String] = []
    var whole: Part?
    var last: UInt64 = 0

    init() {}

    init(from reader: WireReader) throws(WireError) {
        var reader = reader
        while let field = try reader.next() {
            switch field.number {
            case 1: count = try field.uint64()
            case 2: delta = try field.int64()
            case 3: flag = try field.bool()
            case 4: ratio = try field.double()
            case 5: title = try field.string()
            case 6: payload = try field.data()
            case 7: parts.append(try field.message(Part.self))
            case 8: offset = try field.uint64()
            case 9: drift = try field.int64()
            case 10: answer = try field.bool()
            case 11: score = try field.double()
            case 12: tags.append(try field.string())
            case 2000: whole = try field.message(Part.self)
            case 536_870_911: last = try field.uint64()
            default: continue
            }
        }
    }

    func write(to writer: inout WireWriter) {
        writer.uint64(count, field: 1)
        writer.int64(delta, field: 2)
        writer.bool(flag, field: 3)
        writer.double(ratio, field: 4)
        writer.string(title, field: 5)
        writer.bytes(payload, field: 6)
        writer.messages(parts, field: 7)
        writer.optionalUInt64(offset, field: 8)
        writer.optionalInt64(drift, field: 9)
        writer.optionalBool(answer, field: 10)
        writer.optionalDouble(score, field: 11)
        writer.strings(tags, field: 12)
        if let whole { writer.message(whole.encoded, field: 2000) }
        writer.uint64(last, field: 536_870_911)
    }

    /// A sample with something in every field.
    static var full: Sample {
        var sample = Sample()
        sample.count = .max
        sample.delta = -1
        sample.flag = true
        sample.ratio = 0.1
        sample.title = "hé 😀"
        sample.payload = [0, 255, 1]
        sample.parts = [Part(), Part(name: "a", size: 300)]
        sample.offset = 0
        sample.drift = .min
        sample.answer = false
        sample.score = 0
        sample.tags = ["", "x"]
        sample.whole = Part()
        sample.last = 1
        return sample
    }
}
