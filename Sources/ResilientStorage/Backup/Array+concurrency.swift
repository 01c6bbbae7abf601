extension Array where Element: Sendable {
    /// Transforms the elements in any order, at most `limit` at once, and gives the results in
    /// theirs. The first error cancels what is under way.
    func mapConcurrently<Result: Sendable>(
        limit: Int, _ transform: @escaping @Sendable (Element) async throws -> Result
    ) async throws -> [Result] {
        try await withThrowingTaskGroup(of: (Int, Result).self) { group in
            var results: [(index: Int, value: Result)] = []
            results.reserveCapacity(count)
            for (index, element) in enumerated() {
                if index >= limit, let (index, value) = try await group.next() {
                    results.append((index, value))
                }
                group.addTask { (index, try await transform(element)) }
            }
            for try await (index, value) in group { results.append((index, value)) }
            return results.sorted { $0.index < $1.index }.map(\.value)
        }
    }
}
