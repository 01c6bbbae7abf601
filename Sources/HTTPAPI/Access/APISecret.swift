public import EventLog
internal import FoundationEssentials

#if canImport(Glibc)
    internal import Glibc
#endif

/// A secret for tokens that is not there, or cannot be used.
public struct APISecretError: Error, Equatable, Sendable, CustomStringConvertible {
    public let message: String

    init(_ message: String) { self.message = message }

    public var description: String { message }
}

/// What tokens are signed with and checked by, unless a key set does that.
public enum APISecret {
    public static let minimumSize = 32

    /// - Parameter text: of `DR_JWT_SECRET`.
    public static func secret(from text: String) throws(APISecretError) -> [UInt8] {
        if text.utf8.count < minimumSize {
            throw APISecretError(
                "DR_JWT_SECRET has \(text.utf8.count) bytes; it must have 32 or more")
        }
        return Array(text.utf8)
    }

    /// The secret of a data directory: made once, and readable by its owner alone.
    public static func secret(
        in directory: DataDirectory, using generator: inout some RandomNumberGenerator
    ) throws(APISecretError) -> [UInt8] {
        let path = directory.keys + "/api.secret"
        if access(path, F_OK) != 0 { try create(path, using: &generator) }
        return try read(path)
    }

    /// Of those who make one at the same time, the first one's stays.
    private static func create(
        _ path: String, using generator: inout some RandomNumberGenerator
    ) throws(APISecretError) {
        let bytes = (0..<minimumSize).map { _ in
            UInt8.random(in: .min ... .max, using: &generator)
        }
        let text = Array(Base64URL.encode(bytes).utf8)
        let unfinished = "\(path).\(getpid())"
        let file = open(unfinished, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw failure("write", unfinished) }
        defer { unlink(unfinished) }
        let isWritten = write(file, text, text.count) == text.count && fsync(file) == 0
        guard close(file) == 0, isWritten else { throw failure("write", unfinished) }
        if link(unfinished, path) != 0 && errno != EEXIST { throw failure("create", path) }
    }

    private static func read(_ path: String) throws(APISecretError) -> [UInt8] {
        var status = stat()
        guard stat(path, &status) == 0 else { throw failure("read", path) }
        if status.st_mode & 0o077 != 0 {
            throw APISecretError("\(path) can be read by others; make a new one, with mode 0600")
        }
        guard let data = FileManager.default.contents(atPath: path) else {
            throw failure("read", path)
        }
        let secret = data.filter { $0 != UInt8(ascii: "\n") }
        if secret.count < minimumSize {
            throw APISecretError("\(path) has fewer than 32 bytes; delete it to get a new one")
        }
        return Array(secret)
    }

    private static func failure(_ what: String, _ path: String) -> APISecretError {
        APISecretError("cannot \(what) \(path): \(String(cString: strerror(errno)))")
    }
}
