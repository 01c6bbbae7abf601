import ResilientStorage

/// Something was not as the example says.
struct NotSeen: Error, CustomStringConvertible {
    let description: String

    init(_ sentence: String, instead: String) {
        description = "not seen: \(sentence) Instead: \(instead)"
    }
}

/// Prints a sentence if what was seen is what it says.
func tell<Value: Equatable>(_ sentence: String, _ seen: Value, is expected: Value) throws {
    guard seen == expected else { throw NotSeen(sentence, instead: "\(seen)") }
    print(sentence)
}

/// Looks again and again, and prints a sentence as soon as what it says is seen.
func tell<Value: Equatable>(
    _ sentence: String, when expected: Value, within limit: Duration = .seconds(20),
    _ look: () async throws -> Value
) async throws {
    let deadline = ContinuousClock.now + limit
    var seen = try await look()
    while seen != expected, ContinuousClock.now < deadline {
        try await Task.sleep(for: .milliseconds(20))
        seen = try await look()
    }
    try tell(sentence, seen, is: expected)
}

extension ResilientStore {
    /// - Returns: how the write ended.
    func write(_ text: String, to key: String) async -> String {
        await put(Array(text.utf8), to: key).ending
    }

    /// - Returns: the text that was read, or how the read ended instead.
    func read(_ key: String) async -> String {
        let outcome = await get(key)
        guard case .some(.some(let body)) = outcome.value else { return outcome.ending }
        return String(decoding: body, as: UTF8.self)
    }
}

extension StorageOutcome {
    /// In words, with the reason.
    fileprivate var ending: String {
        switch self {
        case .served: "served"
        case .deferred: "deferred"
        case .refused(let reason, _): "refused: \(reason)"
        case .failed(let error): "failed: \(error)"
        case .indeterminate(let error): "indeterminate: \(error)"
        }
    }
}

extension ObjectStorage {
    /// The bytes of every object, by its key.
    func contents() async throws -> [String: [UInt8]] {
        var contents: [String: [UInt8]] = [:]
        for object in try await list(prefix: "") {
            contents[object.key] = try await read(object.key, range: nil, etag: nil).bytes
        }
        return contents
    }
}
