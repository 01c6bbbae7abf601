import DRTesting
import Testing
import Wire

/// `events.proto` and the Swift messages say the same.
struct PublicContractTests {
    /// Messages of the log itself, which know no Swift type here.
    private let logMessages: Set<String> = [
        "Record", "LogCreated", "ClockBehindLog", "KeyRotated", "LogReopened", "RetentionApplied",
        "SegmentArchived",
    ]
    /// Their events beyond the first.
    private let logNumbers = [42, 43]

    @Test(arguments: MessageType.all)
    func everySwiftMessageHasTheNumbersOfTheFile(_ type: MessageType) throws {
        #expect(try ProtoFile().numbers(ofMessage: type.name) == type.numbers)
    }

    @Test func everyMessageOfTheFileHasASwiftType() throws {
        let declared = try Set(ProtoFile().messages.keys).subtracting(logMessages)
        #expect(declared == Set(MessageType.all.map(\.name)))
    }

    @Test func theRecordNamesEveryEvent() throws {
        let fields = try #require(try ProtoFile().messages["Record"])
        let described = EventSample.full.map { event in
            ProtoFile.Field(
                type: String(describing: type(of: event.message)), name: event.name,
                number: event.number)
        }
        let ours = fields.filter { $0.number >= 20 && !logNumbers.contains($0.number) }
        #expect(ours == described)
        let envelope = fields.prefix { $0.number < 16 }.map(\.number)
        #expect(Array(envelope) == Array(1...8))
    }

    @Test func everyFieldOfTheFileHasItsOwnNumberAndName() throws {
        for (name, fields) in try ProtoFile().messages {
            #expect(Set(fields.map(\.number)).count == fields.count, "\(name)")
            #expect(Set(fields.map(\.name)).count == fields.count, "\(name)")
            let isSnakeCase = fields.allSatisfy { field in
                field.name.allSatisfy { $0.isLowercase || $0.isNumber || $0 == "_" }
            }
            #expect(isSnakeCase, "\(name)")
        }
    }

    @Test func enumerationsHaveTheNumbersOfTheFile() throws {
        let file = try ProtoFile()
        let known: [String: (UInt64) -> Bool] = [
            "Verdict": { Verdict(rawValue: $0) != nil },
            "RunStatus": { RunStatus(rawValue: $0) != nil },
            "RunEnding": { RunEnding(rawValue: $0) != nil },
        ]
        #expect(Set(file.enumerations.keys) == Set(known.keys))
        for (name, isKnown) in known {
            let ours = (UInt64(0)...100).filter(isKnown).map { Int($0) }
            let declared = (file.enumerations[name] ?? []).map(\.number)
            #expect(declared == ours, "\(name)")
        }
    }

    @Test func enumerationsAreNamedForTheirMeaning() throws {
        let verdicts = try ProtoFile().enumerations["Verdict"] ?? []
        for field in verdicts.dropFirst() {
            let verdict = Verdict(rawValue: UInt64(field.number))
            #expect(verdict?.description == field.name.lowercased())
        }
    }
}
