import DRTesting
import EventLog
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Merkle
import Projections
import Testing
import Wire

@testable import HTTPAPI

/// What the server says of its log can be checked without believing it.
struct AuditRouteTests {
    private let log: ReadingFixture

    init() throws { log = try ReadingFixture() }

    private func get(_ path: String) async throws -> (status: Int, json: JSONValue) {
        let router = Router(context: APIContext.self)
        router.add(middleware: ErrorMiddleware())
        AuditRoutes(log.store).add(to: router.group())
        let response = try await Application(router: router).test(.router) { client in
            try await client.send(.get, "/api/testing/audit/\(path)")
        }
        return (response.status.code, try JSONValue(json: response.text))
    }

    private func verificationKey() throws -> NoteVerificationKey {
        let text = try String(
            contentsOfFile: log.store.directory.keys + "/checkpoint.pub", encoding: .utf8)
        return try NoteVerificationKey(text.trimmingCharacters(in: .newlines))
    }

    @Test func theHeadIsThatOfTheLog() async throws {
        try await log.run("k1", .passed)
        let head = try log.store.reader.head()
        let answer = try await get("head")
        let data = try #require(answer.json["data"])
        #expect(answer.status == 200)
        #expect(data["log_id"]?.stringValue == log.store.reader.logID)
        #expect(data["position"]?.intValue.map { UInt64($0) } == head.position)
        let root = try log.store.reader.root(ofSize: head.position)
        #expect(data["root"]?.stringValue == "\(root)")
    }

    @Test func whatIsNotSealedIsNotProven() async throws {
        try await log.run("k1", .passed)
        let checkpoint = try await get("checkpoint")
        #expect(checkpoint.status == 404)
        #expect(checkpoint.json["code"]?.stringValue == "not_sealed")
        let proof = try await get("proof/2")
        #expect(proof.status == 409)
        #expect(proof.json["code"]?.stringValue == "not_sealed")
    }

    @Test func aProofShowsAnEventToWhoeverHasTheKeyOfTheLog() async throws {
        try await log.run("k1", .passed)
        _ = try await log.store.signCheckpoint(outside: nil)
        let note = try await get("checkpoint").json["data"]?["note"]?.stringValue
        let key = try verificationKey()
        #expect(try SignedNote(parsing: note ?? "").verify(with: [key]).count == 1)

        let answer = try await get("proof/2").json["data"]
        let proof = try LogProof(parsing: answer?["proof"]?.stringValue ?? "")
        let stored = try #require(try log.store.reader.storedValue(at: 2))
        #expect(proof.extra == stored)
        #expect(try proof.proves(stored, signedBy: [key]))
        #expect(try await get("proof/9999").status == 404)
        #expect(try await get("proof/two").status == 404)
    }

    @Test func aTableIsShownAsItWasAtEveryPosition() async throws {
        try await log.run("k1", .failed)
        try await log.run("k2", .passed)
        let head = try log.store.reader.head().position
        for view in Views.all {
            for position in 1...head {
                var folded = FoldedView(view)
                try folded.fold(log.store.reader, upTo: position)
                let expected = try JSONValue(json: folded.table.json)
                let answer = try await get("views/\(view.name)?at=\(position)")
                #expect(answer.status == 200)
                #expect(answer.json["data"] == expected, "\(view.name) at \(position)")
            }
        }
    }

    @Test func aTableOrPositionThatIsNotThereIsRefused() async throws {
        #expect(try await get("views/users").status == 404)
        for position in ["0", "2", "now", "18446744073709551616"] {
            let answer = try await get("views/dr_tests?at=\(position)")
            #expect(answer.status == 400, "\(position)")
            #expect(answer.json["details"]?.arrayValue?.first?["field"]?.stringValue == "at")
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func whoeverBuildsTooManyTablesIsAskedToWait() async throws {
        try await log.run("k1", .passed)
        let queue = PastTableQueue(log.store)
        let answers = try await withThrowingTaskGroup(of: Bool.self) { group in
            for _ in 0..<40 {
                group.addTask {
                    do {
                        _ = try await queue.table(LogsView.self, at: 3)
                        return true
                    } catch let error as APIError {
                        #expect(error.code == "busy")
                        return false
                    }
                }
            }
            return try await group.reduce(into: [Bool]()) { $0.append($1) }
        }
        #expect(answers.contains(true))
        // Whatever became of them, the queue is free again.
        var isFree = false
        while !isFree { isFree = (try? await queue.table(LogsView.self, at: 3)) != nil }
    }
}
