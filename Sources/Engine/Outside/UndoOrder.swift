internal import DRTesting
internal import FoundationEssentials

/// How a change outside is put back: all that a process needs to know that comes after the one that
/// made the change. Variables of the environment stand in it by their names.
struct UndoOrder: Codable, Equatable, Sendable {
    /// That of the change.
    let id: String
    let call: OutsideCall
    let allowance: Allowance
    /// `true`, or nothing: a `${NAME}` that is not allowed stays as it stands.
    private let leavesUnknownNames: Bool?

    private enum CodingKeys: String, CodingKey {
        case id, call, allowance
        case leavesUnknownNames = "leaves_unknown_names"
    }

    init(id: String, call: OutsideCall, allowance: Allowance, leavesUnknownNames: Bool = false) {
        (self.id, self.call) = (id, call)
        self.allowance = allowance.narrowed(to: call)
        self.leavesUnknownNames = leavesUnknownNames ? true : nil
    }

    /// As it was recorded with the plan of a change.
    ///
    /// - Throws: if it was recorded by a program that writes it in another way.
    init(_ planned: ExternalChangePlanned) throws {
        self = try JSONDecoder().decode(UndoOrder.self, from: Data(planned.undo.utf8))
    }

    /// In one line.
    func text() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(self), as: UTF8.self)
    }

    /// Whoever does it cannot know whether somebody has done it before.
    ///
    /// - Returns: what was done, in words.
    /// - Throws: `OutsideError`, or when the task is cancelled.
    func carryOut(
        environment: [String: String],
        watch: OutsideCaller.ProcessWatch = OutsideCaller.ProcessWatch()
    ) async throws -> String {
        let caller = OutsideCaller(
            allowance: allowance, environment: environment,
            leavesUnknownNames: leavesUnknownNames ?? false)
        let result = try await caller.perform(call, watch: watch)
        return "\(call.words): \(result.status)"
    }
}
