import Testing

@testable import EventLog

struct EventIDTests {
    /// RFC 9562, 5.7: 48 bits of milliseconds, the version, the variant; the rest is random.
    @Test(arguments: [UInt64.zero, .max])
    func aNewIDIsAUUIDOfVersion7(random: UInt64) {
        var generator = Constant(value: random)
        let id = EventID(time: 1_750_000_001_234_567, using: &generator)
        let digits = random == 0 ? "000-8000-000000000000" : "fff-bfff-ffffffffffff"
        #expect(id.description == "01977420-e0d2-7\(digits)")
    }

    @Test func anIDIsReadFromTheFormInWhichItIsWritten() throws {
        let text = "01977420-e0d2-7000-8000-00000000000f"
        let id = try #require(EventID(text))
        #expect(id.description == text)
        #expect(id.bytes.count == 16 && EventID(id.bytes) == id)
        for wrong in ["", text.uppercased(), "{\(text)}", String(text.dropLast()), text + "0"] {
            #expect(EventID(wrong) == nil, "\(wrong)")
        }
        #expect(EventID([UInt8](repeating: 0, count: 15)) == nil)
    }
}

/// Gives one number again and again.
private struct Constant: RandomNumberGenerator {
    let value: UInt64

    mutating func next() -> UInt64 { value }
}
