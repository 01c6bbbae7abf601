internal import DRTesting
internal import EventLog
internal import HTTPTypes
internal import Hummingbird
internal import Merkle
internal import Projections
internal import Wire

/// What an auditor checks the log by: its head, the newest checkpoint, the proof of an event, and
/// the tables as they were at a position. Nothing here has to be believed: `dr-audit` verifies all
/// of it with the public key alone.
struct AuditRoutes: Sendable {
    private let store: EventStore
    private let tables: PastTableQueue

    init(_ parts: APIParts) { self.init(parts.store) }

    init(_ store: EventStore) {
        self.store = store
        tables = PastTableQueue(store)
    }

    func add(to router: some RouterMethods<APIContext>) {
        router.get("/api/testing/audit/head") { request, _ -> Answer in
            _ = try QueryParameters(request, accepting: [])
            return try await head()
        }
        router.get("/api/testing/audit/checkpoint") { request, _ -> Answer in
            _ = try QueryParameters(request, accepting: [])
            return try await checkpoint()
        }
        router.get("/api/testing/audit/proof/{position}") { request, context -> Answer in
            _ = try QueryParameters(request, accepting: [])
            return try await proof(of: context.parameters.require("position"))
        }
        router.get("/api/testing/audit/views/{view}") { request, context -> Response in
            let query = try QueryParameters(request, accepting: ["at"])
            let view = try context.parameters.require("view")
            return try await table(named: view, at: query.value(of: "at"))
        }
    }

    // MARK: Head and checkpoint

    private func head() async throws -> Answer {
        try await store.answer { reader in
            let head = try reader.head()
            let root = try reader.root(ofSize: head.position)
            let (first, note) = (try reader.firstPosition(), try reader.lastCheckpoint())
            let sealed = try note.map { try Checkpoint(parsing: $0.text).size }
            return Answer.data { json in
                json.object { data in
                    data.member("log_id", reader.logID)
                    data.member("origin", reader.origin)
                    data.member("position", head.position)
                    data.member("root", "\(root)")
                    data.member("recorded_at", RFC3339.text(head.recorded))
                    data.member("first_position", first)
                    data.member("checkpoint_size", sealed)
                }
            }
        }
    }

    private func checkpoint() async throws -> Answer {
        try await store.answer { reader in
            guard let note = try reader.lastCheckpoint() else {
                throw APIError(
                    .notFound, code: "not_sealed",
                    "no checkpoint was signed yet: run dr-audit checkpoint")
            }
            let checkpoint = try Checkpoint(parsing: note.text)
            return Answer.data { json in
                json.object { data in
                    data.member("origin", checkpoint.origin)
                    data.member("size", checkpoint.size)
                    data.member("root", "\(checkpoint.root)")
                    data.name("signed_by")
                    data.array { list in
                        for signature in note.signatures { list.string(signature.name) }
                    }
                    data.member("note", note.encoded)
                }
            }
        }
    }

    // MARK: One event

    private func proof(of text: String) async throws -> Answer {
        guard let position = UInt64(digits: text), position > 0 else {
            throw APIError.notFound("event '\(text.prefix(40).printable())'")
        }
        return try await store.answer { reader in
            let proof = try reader.logProof(of: position)
            let head = try Checkpoint(parsing: SignedNote(parsing: proof.checkpoint).text)
            // A proof that proves nothing is better found here than by whoever is given it.
            if let value = proof.extra,
                !MerkleProof.isIncluded(
                    .leaf(value), at: proof.index, inTreeOfSize: head.size, root: head.root,
                    proof: proof.path)
            {
                throw APIError(
                    .internalServerError, code: "not_intact",
                    "event \(position) is not what the checkpoint covers: run dr-audit verify")
            }
            return Answer.data { json in
                json.object { data in
                    data.member("position", position)
                    data.member("checkpoint_size", head.size)
                    data.member("is_archived", proof.extra == nil)
                    data.member("proof", proof.encoded)
                }
            }
        }
    }

    // MARK: Tables as they were

    private func table(named name: String, at text: String?) async throws -> Response {
        guard let view = Views.view(named: name) else {
            throw APIError.notFound("table '\(name.prefix(40).printable())'")
        }
        let head = try await store.answer { try $0.head().position }
        let wanted: UInt64? = if let text { UInt64(digits: text) } else { head }
        guard let position = wanted, position > 0, position <= head else {
            throw APIError.badParameter(
                "at", "it is no position of the log", accepted: ["a position from 1 to \(head)"])
        }
        let table = try await tables.table(view, at: position)
        return Response(
            status: .ok, headers: [.contentType: "application/json"], body: table.body)
    }
}
