import FaultProxy
import Foundation

#if canImport(Glibc)
    import Glibc
#endif

/// The program was called in a way that makes no sense.
struct UsageError: Error {
    let message: String

    init(_ message: String) { self.message = message }
}

/// What the options say.
struct ProgramSettings {
    let listen: ListenAddress
    var registry = ProxyRegistry.Options()
    var control = ControlServer.Options()
    var config: ConfigFile?

    init(listen: ListenAddress) { self.listen = listen }

    static func address(
        _ text: String?, or toxiproxy: ToxiproxyOptions
    ) throws -> ListenAddress {
        if let text {
            guard let address = ListenAddress(text) else {
                throw UsageError("--listen '\(text)': accepted: host:port, as 127.0.0.1:8474")
            }
            return address
        }
        let host = toxiproxy.host ?? "127.0.0.1"
        return ListenAddress(host: host, port: Int(toxiproxy.port ?? 8474))
    }

    static func lease(_ text: String) throws -> Duration {
        let number = text.prefix { $0.isASCII && $0.isNumber }
        let unit: Duration? =
            switch text.dropFirst(number.count) {
            case "ms": .milliseconds(1)
            case "s": .seconds(1)
            case "m": .seconds(60)
            default: nil
            }
        guard let unit, let count = Int(number), count > 0, count <= 60_000,
            unit * count <= .seconds(60)
        else {
            throw UsageError("--default-lease '\(text)': accepted: from 1ms to 60s, as 5s")
        }
        return unit * count
    }

    /// The first line of a file.
    static func token(in file: String) throws -> String {
        let text = String(decoding: try contents(of: file, option: "--token-file"), as: UTF8.self)
        let token = text.prefix { !$0.isNewline }
        let isPlain = token.utf8.allSatisfy { (0x21...0x7e).contains($0) }
        guard token.utf8.count >= 16, isPlain else {
            throw UsageError(
                "--token-file '\(file)': accepted: a line of at least 16 characters, no blanks")
        }
        var status = stat()
        if stat(file, &status) == 0, status.st_mode & (S_IROTH | S_IWOTH) != 0 {
            complain("warning: every user of this machine can read or change '\(file)': chmod 600")
        }
        return String(token)
    }

    static func contents(of file: String, option: String) throws -> Data {
        do {
            return try Data(contentsOf: URL(filePath: file))
        } catch {
            throw UsageError("\(option) '\(file)' cannot be read: \(reason(for: error))")
        }
    }
}

/// A file of proxies to begin with.
struct ConfigFile {
    private let name: String
    private let bytes: [UInt8]

    init(_ name: String) throws {
        self.name = name
        bytes = Array(try ProgramSettings.contents(of: name, option: "--config"))
    }

    func apply(to registry: ProxyRegistry) async throws {
        do {
            try await registry.populate(from: bytes)
        } catch let error as ProxyListError {
            throw UsageError("--config '\(name)': \(error)")
        }
    }
}

/// Each connection of a client takes two files.
func raiseFileLimit() {
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
    limit.rlim_cur = limit.rlim_max
    setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
}
