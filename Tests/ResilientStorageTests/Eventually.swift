import Testing

/// Asks again and again whether something holds, and stops the test if it never does.
///
/// - Parameter claim: what should come to hold.
func eventually(
    _ claim: Comment, within limit: Duration = .seconds(60),
    sourceLocation: SourceLocation = #_sourceLocation, _ condition: () async throws -> Bool
) async throws {
    let deadline = ContinuousClock.now + limit
    while ContinuousClock.now < deadline {
        if try await condition() { return }
        try await Task.sleep(for: .milliseconds(5))
    }
    let holds = try await condition()
    try #require(holds, claim, sourceLocation: sourceLocation)
}
