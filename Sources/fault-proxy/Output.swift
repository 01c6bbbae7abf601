import ArgumentParser
import Foundation
import Synchronization

#if canImport(Glibc)
    import Glibc
#endif

/// Prints a line to standard output.
///
/// - Throws: exit code 70 if it cannot be written: who waits for it would wait for ever.
func tell(_ line: String) throws {
    do {
        try FileHandle.standardOutput.write(contentsOf: Data("\(line)\n".utf8))
    } catch {
        complain("standard output cannot be written: \(reason(for: error))")
        throw ExitCode.internalError
    }
}

/// Lines for standard error, written on a thread of its own: if nobody reads them, they are lost,
/// and nothing else waits.
final class Log: Sendable {
    /// Lines that wait to be written.
    private static let maximumWaiting = 1000
    private static let maximumBytes = 2000
    private static let patience: Duration = .seconds(1)

    private let queue = DispatchQueue(label: "fault-proxy.log")
    private let waiting = Atomic(0)
    private let lost = Atomic(0)

    func add(_ line: String) {
        guard waiting.add(1, ordering: .relaxed).newValue <= Self.maximumWaiting else {
            waiting.subtract(1, ordering: .relaxed)
            lost.add(1, ordering: .relaxed)
            return
        }
        let isLong = line.utf8.count > Self.maximumBytes
        let text = isLong ? String(line.prefix(Self.maximumBytes / 4)) + "…" : line
        queue.async { [self] in
            complain(text)
            waiting.subtract(1, ordering: .relaxed)
            let count = lost.exchange(0, ordering: .relaxed)
            if count > 0 { complain("\(count) lines are lost: nobody read them in time") }
        }
    }

    /// Waits, not long, for what is still to be written.
    func end() async {
        let deadline = ContinuousClock.now + Self.patience
        while waiting.load(ordering: .relaxed) > 0, ContinuousClock.now < deadline {
            try? await Task.sleep(for: .milliseconds(5))
        }
    }
}

/// A standard stream that is closed stays so: what took its number would get what is printed.
func holdStandardStreams() {
    for number in Int32(0)...2 where fcntl(number, F_GETFD) < 0 {
        // It takes the lowest number that is free, and cannot be written to.
        _ = open("/dev/null", O_RDONLY)
    }
}

/// Prints a line to standard error. If that cannot be written, there is nobody left to tell.
func complain(_ text: String) {
    try? FileHandle.standardError.write(contentsOf: Data("fault-proxy: \(printable(text))\n".utf8))
}

/// The text as a terminal can show it without obeying it: control characters, escape sequences and
/// marks that turn the direction of writing become visible.
private func printable(_ text: String) -> String {
    var result = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse:
            result.append(contentsOf: "\\u{\(String(scalar.value, radix: 16))}".unicodeScalars)
        default: result.append(scalar)
        }
    }
    return String(result)
}

/// Why something failed, without what Foundation wraps around the system's word for it.
func reason(for error: any Error) -> String {
    guard let error = error as? CocoaError else { return "\(error)" }
    return (error.underlying ?? error).localizedDescription
        .replacing("The operation could not be completed. ", with: "")
}

/// Prints why something failed and ends the program with the code for it.
func explained(_ error: any Error) -> any Error {
    switch error {
    case is ExitCode: return error
    case let error as UsageError:
        complain(error.message)
        return ExitCode.usage
    default:
        complain(reason(for: error))
        return ExitCode.internalError
    }
}

extension ExitCode {
    static let usage = ExitCode(64)
    static let internalError = ExitCode(70)
}
