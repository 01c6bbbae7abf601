import Foundation
import Testing
import Wire

@testable import DRTesting
@testable import EventLog

/// Events as JSON, with the names of `events.proto`.
struct EventJSONTests {
    private func text(_ event: TestEvent) throws -> String {
        let object = EventJSON.object(number: event.number, payload: event.payload)
        return String(decoding: try #require(object), as: UTF8.self)
    }

    @Test func theFileIsReadAsTheTestsReadIt() throws {
        let file = try ProtoFile()
        let schema = MessageSchema.events
        #expect(Set(schema.messages.keys) == Set(file.messages.keys))
        for (name, fields) in file.messages {
            let read = schema.messages[name] ?? []
            #expect(read.map(\.number) == fields.map(\.number), "\(name)")
            #expect(read.map(\.name) == fields.map(\.name), "\(name)")
        }
        #expect(Set(schema.enumerations.keys) == Set(file.enumerations.keys))
        for (name, cases) in file.enumerations {
            let declared = cases.map { (UInt64($0.number), $0.name) }
            #expect(schema.enumerations[name] == Dictionary(uniqueKeysWithValues: declared))
        }
    }

    @Test func aFieldHasATypeThatIsKnown() {
        let schema = MessageSchema.events
        for (name, fields) in schema.messages {
            for field in fields {
                guard case .message(let type) = field.kind else { continue }
                #expect(schema.messages[type] != nil, "\(name).\(field.name) is a \(type)")
            }
        }
    }

    @Test(arguments: EventSample.full)
    func aFullEventHasEveryMemberOfItsMessage(_ event: TestEvent) throws {
        #expect(EventJSON.name(ofEvent: event.number) == event.name)
        let parsed = try JSONSerialization.jsonObject(with: Data(try text(event).utf8))
        let members = try #require(parsed as? [String: Any])
        let message = String(describing: type(of: event.message))
        let declared = try ProtoFile().messages[message] ?? []
        #expect(Set(members.keys) == Set(declared.map(\.name)))
    }

    @Test(arguments: EventSample.empty)
    func anEmptyEventHasTheMembersThatAreAlwaysThere(_ event: TestEvent) throws {
        let parsed = try JSONSerialization.jsonObject(with: Data(try text(event).utf8))
        let members = try #require(parsed as? [String: Any])
        let message = String(describing: type(of: event.message))
        let always = MessageSchema.events.messages[message]?.filter { $0.label != .optional } ?? []
        #expect(Set(members.keys) == Set(always.map(\.name)))
    }

    @Test func numbersAreTextsAndCasesAreNames() throws {
        let full = """
            {"status":"CANCELLED","verdict":"FAILED","ending":"LOST","time":"1795422600123456",\
            "rto_actual_ms":"12345","rpo_actual_ms":"0","rto_resolution_ms":"128",\
            "error_message":"runner lost at step 3",\
            "steps_not_executed":["Restore R2 service","","Process queued operations"]}
            """
        #expect(try text(.runFinished(.full)) == full)
        let empty = """
            {"status":"PENDING","verdict":"VERDICT_NONE","ending":"FINISHED","time":"0",\
            "error_message":"","steps_not_executed":[]}
            """
        #expect(try text(.runFinished(RunFinished())) == empty)
    }

    @Test func messagesNest() throws {
        var event = CleanupFinished()
        event.actions = [CleanupAction(name: "a \"b\"", isDone: true, detail: "")]
        let expected =
            #"{"actions":[{"name":"a \"b\"","is_done":true,"detail":""}],"is_complete":false}"#
        #expect(try text(.cleanupFinished(event)) == expected)
    }

    @Test func bytesAreBase64AndDoublesAreNumbers() throws {
        var requested = RunRequested()
        requested.targetDigest = [255, 0, 128]
        #expect(try text(.runRequested(requested)).contains(#""target_digest":"/wCA""#))
        var planned = FaultPlanned()
        planned.fraction = 0.1
        #expect(try text(.faultPlanned(planned)).contains(#""fraction":0.1,"#))
        var metric = MetricRecorded()
        let cases: [(Double, String)] = [
            (0, "0"), (Double.nan, "\"NaN\""), (Double.infinity, "\"Infinity\""),
            (-Double.infinity, "\"-Infinity\""),
        ]
        for (value, written) in cases {
            metric.value = value
            #expect(try text(.metricRecorded(metric)).contains("\"value\":\(written),"))
        }
    }

    @Test func whatANewerProgramWroteIsNumbersOrLeftOut() throws {
        var writer = WireWriter()
        writer.uint64(77, field: 2)
        writer.string("from the future", field: 501)
        let number = TestEvent.prerequisiteChecked(PrerequisiteChecked()).number
        let object = EventJSON.object(number: number, payload: writer.bytes)
        let expected =
            #"{"name":"","verdict":77,"expected":"","observed":"","duration_us":"0"}"#
        #expect(object.map { String(decoding: $0, as: UTF8.self) } == expected)
    }

    @Test(arguments: [0, 1, 2, 15, 1000])
    func whatIsNoEventOfOursHasNoJSON(number: Int) {
        #expect(EventJSON.name(ofEvent: number) == nil)
        #expect(EventJSON.object(number: number, payload: []) == nil)
    }

    @Test func bytesThatAreNotTheEventHaveNoJSON() {
        // Cut, of another type, and not UTF-8.
        for payload in [[0x0a, 5, 0x61], [0x08, 1], [0x0a, 1, 0xff]] as [[UInt8]] {
            #expect(EventJSON.object(number: 36, payload: payload) == nil)
        }
        #expect(EventJSON.object(number: 36, payload: [0x0a, 1, 0x61]) != nil)
    }

    @Test func theEventsOfTheLogItselfHaveJSON() throws {
        let payload = LogEvent.created(logID: [UInt8](0..<16), format: 1)
        let object = EventJSON.object(number: LogEvent.created, payload: payload)
        let expected = #"{"log_id":"AAECAwQFBgcICQoLDA0ODw==","format":"1"}"#
        #expect(object.map { String(decoding: $0, as: UTF8.self) } == expected)
        #expect(EventJSON.name(ofEvent: LogEvent.clockBehindLog) == "clock_behind_log")
    }
}
