import Foundation
import Testing
import Wire

/// Our bytes against those of the reference compiler, for the message in `sample.proto`.
@Suite(.serialized)
struct ProtocTests {
    @Test(arguments: ProtocCase.all)
    func ourBytesAreThoseOfProtoc(_ example: ProtocCase) throws {
        let bytes = try Protoc.encode(example.text)
        #expect(example.sample.encoded == bytes)
    }

    @Test(arguments: ProtocCase.all)
    func theBytesOfProtocAreRead(_ example: ProtocCase) throws {
        let bytes = try Protoc.encode(example.text)
        #expect(try Sample(from: WireReader(bytes)) == example.sample)
    }

    @Test func aNumberThatIsNoneIsReadFromProtoc() throws {
        let bytes = try Protoc.encode("ratio: nan score: -nan")
        let sample = try Sample(from: WireReader(bytes))
        #expect(sample.ratio.isNaN)
        #expect(sample.score?.isNaN == true)
        #expect(sample.encoded == bytes)
    }

    @Test func protocReadsOurBytes() throws {
        let text = try Protoc.decode(Sample.full.encoded)
        #expect(try Protoc.encode(text) == Sample.full.encoded)
    }
}

struct ProtocCase: CustomTestStringConvertible {
    let text: String
    let sample: Sample

    private init(_ text: String, _ fill: (inout Sample) -> Void) {
        var sample = Sample()
        fill(&sample)
        self.text = text
        self.sample = sample
    }

    var testDescription: String { text }

    static let all: [ProtocCase] = [
        ProtocCase("") { _ in },
        ProtocCase("count: 0 delta: 0 flag: false ratio: 0 title: '' payload: ''") { _ in },
        ProtocCase("count: 18446744073709551615") { $0.count = .max },
        ProtocCase("delta: -1") { $0.delta = -1 },
        ProtocCase("delta: -9223372036854775808") { $0.delta = .min },
        ProtocCase("delta: 9223372036854775807") { $0.delta = .max },
        ProtocCase("flag: true") { $0.flag = true },
        ProtocCase("ratio: 0.1") { $0.ratio = 0.1 },
        ProtocCase("ratio: -0.0") { $0.ratio = -0.0 },
        ProtocCase("ratio: 1e300") { $0.ratio = 1e300 },
        ProtocCase("ratio: inf score: -inf") {
            $0.ratio = .infinity
            $0.score = -.infinity
        },
        ProtocCase(#"title: "h\303\251 \n\"""#) { $0.title = "hé \n\"" },
        ProtocCase(#"payload: "\000\377\001""#) { $0.payload = [0, 255, 1] },
        ProtocCase("parts { } parts { name: 'a' size: 300 }") {
            $0.parts = [Part(), Part(name: "a", size: 300)]
        },
        ProtocCase("offset: 0 drift: 0 answer: false score: 0") {
            $0.offset = 0
            $0.drift = 0
            $0.answer = false
            $0.score = 0
        },
        ProtocCase("offset: 1 drift: -2 answer: true score: -3.5") {
            $0.offset = 1
            $0.drift = -2
            $0.answer = true
            $0.score = -3.5
        },
        ProtocCase("tags: '' tags: 'x' tags: ''") { $0.tags = ["", "x", ""] },
        ProtocCase("whole { }") { $0.whole = Part() },
        ProtocCase("whole { name: 'b' }") { $0.whole = Part(name: "b") },
        ProtocCase("last: 1") { $0.last = 1 },
        ProtocCase(
            #"count: 18446744073709551615 delta: -1 flag: true ratio: 0.1 "#
                + #"title: "h\303\251 \360\237\230\200" payload: "\000\377\001" parts { } "#
                + #"parts { name: "a" size: 300 } offset: 0 drift: -9223372036854775808 "#
                + #"answer: false score: 0 tags: "" tags: "x" whole { } last: 1"#
        ) { $0 = .full },
    ]
}

/// The reference compiler of protobuf, which must be installed.
enum Protoc {
    static func encode(_ text: String) throws -> [UInt8] {
        Array(try run("--encode=wire.Sample", input: Data(text.utf8)))
    }

    static func decode(_ bytes: [UInt8]) throws -> String {
        String(decoding: try run("--decode=wire.Sample", input: Data(bytes)), as: UTF8.self)
    }

    private static func run(_ option: String, input: Data) throws -> Data {
        // From a file: writing to a pipe that nobody reads would end the tests with SIGPIPE.
        let scratch = try TemporaryDirectory()
        let inputFile = scratch.url.appending(path: "input")
        try input.write(to: inputFile)
        let sources = URL(filePath: #filePath).deletingLastPathComponent().path
        let standardOutput = Pipe()
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["protoc", "--proto_path=\(sources)", option, "sample.proto"]
        process.standardInput = try FileHandle(forReadingFrom: inputFile)
        process.standardOutput = standardOutput
        try process.run()
        let output = try standardOutput.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0, "protoc failed; it must be installed")
        return output
    }
}
