internal import Subprocess
internal import SystemPackage

/// Talks with a child process that answers each line of its input with a line of its output.
struct LineDialogue: Sendable {
    let path: String
    let arguments: [String]
    /// All that the child gets.
    let environment: [Environment.Key: String]
    let options: PlatformOptions

    /// Runs the child, and ends its input with the orders.
    ///
    /// - Parameters:
    ///   - orders: lines, each with its end.
    ///   - answers: gets one for each order, in turn; none comes after the child has ended.
    /// - Returns: how it ended.
    func run(
        _ orders: AsyncStream<String>, _ answers: AsyncStream<String>.Continuation
    ) async throws -> String {
        let result = try await Subprocess.run(
            .path(FilePath(path)), arguments: Arguments(arguments),
            environment: .custom(environment), platformOptions: options, input: .inputWriter,
            output: .sequence, error: .discarded
        ) { execution in
            var lines = execution.standardOutput.strings(bufferingPolicy: .unbounded)
                .makeAsyncIterator()
            for await order in orders {
                _ = try await execution.standardInputWriter.write(order)
                guard let line = try await lines.next() else { return }
                answers.yield(line)
            }
        }
        return "\(result.terminationStatus)"
    }
}
