internal import FoundationEssentials

#if canImport(Glibc)
    internal import Glibc
#endif

/// What is kept of an object besides its bytes.
struct ObjectHeader: Codable, Equatable, Sendable {
    let key: String
    let size: Int
    let etag: String
    let contentType: String
    let metadata: [String: String]
    /// Seconds since 1970.
    let modified: Double
}

/// An object in a file: four bytes of length, that many of JSON, then the object's bytes.
enum ObjectFile {
    struct Failure: Error {
        let number: Int32
    }

    /// Writes the file beside its place and flushes it; `publish` then makes it visible.
    static func write(_ header: ObjectHeader, _ body: [UInt8], to path: String) throws {
        let json = Array(try JSONEncoder().encode(header))
        let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        if descriptor < 0 { throw Failure(number: errno) }
        defer { close(descriptor) }
        let length = (0..<4).map { UInt8(truncatingIfNeeded: json.count >> (24 - 8 * $0)) }
        try writeAll(length + json, to: descriptor)
        try writeAll(body, to: descriptor)
        if fsync(descriptor) != 0 { throw Failure(number: errno) }
    }

    private static func writeAll(_ bytes: [UInt8], to descriptor: Int32) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0 { throw Failure(number: errno) }
            rest = rest.dropFirst(count)
        }
    }

    static func publish(_ temporary: String, as path: String) throws {
        if rename(temporary, path) != 0 { throw Failure(number: errno) }
    }

    static func remove(_ path: String) throws {
        if unlink(path) != 0 && errno != ENOENT { throw Failure(number: errno) }
    }

    /// Makes what was renamed or removed in a folder durable.
    static func flush(folder: String) {
        let descriptor = open(folder, O_RDONLY | O_CLOEXEC)
        fsync(descriptor)
        close(descriptor)
    }

    static func readIfPresent(_ path: String) throws -> (header: ObjectHeader, body: [UInt8])? {
        do {
            return try read(path)
        } catch {
            if !FileManager.default.fileExists(atPath: path) { return nil }
            throw error
        }
    }

    /// - Throws: also if the file was cut short.
    static func read(_ path: String) throws -> (header: ObjectHeader, body: [UInt8]) {
        let bytes = Array(try Data(contentsOf: URL(filePath: path)))
        guard bytes.count >= 4 else { throw Failure(number: EIO) }
        let length = bytes[0..<4].reduce(0) { $0 << 8 | Int($1) }
        guard bytes.count >= 4 + length else { throw Failure(number: EIO) }
        let header = try JSONDecoder().decode(ObjectHeader.self, from: Data(bytes[4..<4 + length]))
        guard bytes.count == 4 + length + header.size else { throw Failure(number: EIO) }
        return (header, Array(bytes[(4 + length)...]))
    }
}
