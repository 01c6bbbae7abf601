internal import FoundationEssentials

#if canImport(Glibc)
    internal import Glibc
#endif

/// A program that is started only when it is told to: when the watchdog knows of it.
///
/// If it were started at once, a runner that dies in the same moment would leave a program that
/// changes something and that nobody knows.
struct ProgramLaunch: Codable, Equatable, Sendable {
    let path: String
    let arguments: [String]

    init(path: String, arguments: [String]) { (self.path, self.arguments) = (path, arguments) }

    /// The first line of what the launcher reads. All that follows is for the program.
    func line() throws -> [UInt8] {
        Array(try JSONEncoder().encode(self)) + [UInt8(ascii: "\n")]
    }

    /// Reads a line, and nothing of what follows it.
    ///
    /// - Returns: `nil` if there is none: whoever would have written it has died.
    init?(from descriptor: Int32) {
        var (bytes, byte): ([UInt8], UInt8) = ([], 0)
        while true {
            let count = read(descriptor, &byte, 1)
            if count < 0 && errno == EINTR { continue }
            if count != 1 { return nil }
            if byte == UInt8(ascii: "\n") { break }
            bytes.append(byte)
        }
        guard let launch = try? JSONDecoder().decode(Self.self, from: Data(bytes)) else {
            return nil
        }
        self = launch
    }

    /// Becomes the program.
    ///
    /// - Returns: why it cannot.
    func replaceProcess() -> String {
        // This thread may block signals, and the program would inherit that.
        var none = sigset_t()
        sigemptyset(&none)
        pthread_sigmask(SIG_SETMASK, &none, nil)
        var list: [UnsafeMutablePointer<CChar>?] = []
        for text in [path] + arguments { list.append(strdup(text)) }
        list.append(nil)
        execv(path, list)
        let reason = String(cString: strerror(errno))
        for pointer in list { free(pointer) }
        return reason
    }
}
