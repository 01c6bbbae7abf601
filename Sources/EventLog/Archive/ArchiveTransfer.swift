internal import Merkle

/// Puts things into an archive and gets them out, and believes only what it has read.
struct ArchiveTransfer: Sendable {
    /// A dump is kept in parts of about so many bytes.
    static let partSize = 8 << 20

    let store: any ArchiveStore
    let logID: String

    /// Stores bytes unless they are there, and reads them back.
    ///
    /// - Throws: `.archive` if the archive gives back something else.
    func put(_ bytes: [UInt8], as name: String) async throws -> ArchivedObject {
        let object = ArchivedObject(name: name, digest: ContentHash.of(bytes[...]))
        if try await store.get(name) == bytes { return object }
        try await store.put(bytes, as: name)
        guard try await store.get(name) == bytes else {
            throw EventLogError(
                .archive,
                "\(store) did not give back what was put as \(name); nothing left the log")
        }
        return object
    }

    /// - Throws: `.archive` if it is not there, or not what was put.
    func get(_ object: ArchivedObject) async throws -> [UInt8] {
        guard let bytes = try await store.get(object.name) else {
            throw EventLogError(
                .archive, "\(object.name) is not in \(store): give the archive that it was put into"
            )
        }
        guard ContentHash.of(bytes[...]) == object.digest else {
            throw EventLogError(
                .archive, "\(object.name) in \(store) was changed: its SHA-256 is not the recorded")
        }
        return bytes
    }

    func put(_ segment: SegmentFile) async throws -> ArchivedObject {
        let bytes = segment.encoded
        let (first, last) = (segment.range.lowerBound, segment.range.upperBound)
        return try await put(
            bytes, as: name("\(padded(first))-\(padded(last))", of: bytes, kind: "segment"))
    }

    /// - Returns: the stored values, in order.
    func values(of segment: ArchivedSegment) async throws -> [[UInt8]] {
        let bytes = try await get(ArchivedObject(name: segment.name, digest: segment.digest))
        let file = try SegmentFile(parsing: bytes)
        guard file.range == segment.range, file.root == segment.root,
            Hexadecimal.encode(file.logID) == logID
        else {
            throw EventLogError(.archive, "\(segment.name) holds other events than recorded")
        }
        return file.values
    }

    /// Stores a dump in parts, and at last the list of them.
    ///
    /// - Parameter next: gives the next piece of the dump; `nil` after the last.
    func putBase(
        position: UInt64, next: () async throws -> [UInt8]?
    ) async throws -> ArchivedObject {
        var list = BaseList(position: position)
        var part: [UInt8] = []
        var isComplete = false
        while !isComplete {
            let piece = try await next()
            part += piece ?? []
            isComplete = piece == nil
            if part.isEmpty || !isComplete && part.count < Self.partSize { continue }
            let label = "\(padded(position))-\(list.parts.count + 1)"
            list.add(try await put(part, as: name(label, of: part, kind: "part")))
            part = []
        }
        let bytes = list.encoded
        return try await put(bytes, as: name(padded(position), of: bytes, kind: "views"))
    }

    /// Hands over the dump that goes with a segment, in pieces of any size.
    func base(
        of segment: ArchivedSegment, _ body: ([UInt8]) async throws -> Void
    ) async throws {
        let object = ArchivedObject(name: segment.baseName, digest: segment.baseDigest)
        let list = try BaseList(parsing: try await get(object))
        guard list.position == segment.basePosition else {
            throw EventLogError(.archive, "\(object.name) is of another position than recorded")
        }
        for part in list.parts { try await body(try await get(part)) }
    }

    // MARK: Names

    /// Other bytes have another name: what is repeated with the same bytes replaces itself.
    private func name(_ label: String, of bytes: [UInt8], kind: String) -> String {
        let digest = ContentHash.of(bytes[...]).description.prefix(16)
        return "\(logID)-\(label)-\(digest).\(kind)"
    }

    /// So that the order of names is that of positions.
    private func padded(_ number: UInt64) -> String {
        let digits = String(number)
        return String(repeating: "0", count: 20 - digits.count) + digits
    }
}
