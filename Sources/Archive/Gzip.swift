internal import CZlib

/// gzip (RFC 1952) of bytes that are in memory.
enum Gzip {
    /// 15 bits of window, and 16 for the header of gzip.
    private static let windowBits: Int32 = 15 + 16

    static func compress(_ bytes: [UInt8]) -> [UInt8] {
        // zlib remembers where its stream is: it must not move.
        let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
        defer { stream.deallocate() }
        stream.initialize(to: z_stream())
        let begun = deflateInit2_(
            stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, windowBits, 8, Z_DEFAULT_STRATEGY,
            zlibVersion(), Int32(MemoryLayout<z_stream>.size))
        precondition(begun == Z_OK, "There is no memory left to compress in.")
        defer { deflateEnd(stream) }
        let bound = Int(deflateBound(stream, UInt(bytes.count)))
        return [UInt8](unsafeUninitializedCapacity: bound) { output, count in
            let ended = bytes.withUnsafeBufferPointer { input in
                stream.pointee.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
                stream.pointee.avail_in = UInt32(input.count)
                stream.pointee.next_out = output.baseAddress
                stream.pointee.avail_out = UInt32(bound)
                return deflate(stream, Z_FINISH)
            }
            precondition(ended == Z_STREAM_END, "zlib needs more room than it asked for.")
            count = bound - Int(stream.pointee.avail_out)
        }
    }

    /// - Returns: `nil` unless `bytes` are one whole gzip file of at most `limit` bytes.
    static func expand(_ bytes: [UInt8], limit: Int) -> [UInt8]? {
        let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
        defer { stream.deallocate() }
        stream.initialize(to: z_stream())
        let begun = inflateInit2_(
            stream, windowBits, zlibVersion(), Int32(MemoryLayout<z_stream>.size))
        precondition(begun == Z_OK, "There is no memory left to expand in.")
        defer { inflateEnd(stream) }
        var result: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 1 << 20)
        return bytes.withUnsafeBufferPointer { input -> [UInt8]? in
            stream.pointee.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
            stream.pointee.avail_in = UInt32(input.count)
            while true {
                let size = piece.count
                let (ended, written) = piece.withUnsafeMutableBufferPointer { output in
                    stream.pointee.next_out = output.baseAddress
                    stream.pointee.avail_out = UInt32(size)
                    let ended = inflate(stream, Z_NO_FLUSH)
                    return (ended, size - Int(stream.pointee.avail_out))
                }
                result += piece[..<written]
                if result.count > limit { return nil }
                // What follows the end is not of the file.
                if ended == Z_STREAM_END { return stream.pointee.avail_in == 0 ? result : nil }
                if ended != Z_OK { return nil }
            }
        }
    }
}
