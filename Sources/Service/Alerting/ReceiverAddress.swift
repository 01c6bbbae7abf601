internal import Dispatch

#if canImport(Glibc)
    internal import Glibc
#endif

/// An IP address to which messages may go, or may not.
struct ReceiverAddress: Equatable, Sendable, CustomStringConvertible {
    /// 4 or 16. An IPv4 address in the clothes of an IPv6 one is one of 4.
    private let bytes: [UInt8]

    /// - Returns: `nil` unless it is written as the address itself. No name is looked up.
    init?(_ text: String) {
        var four = in_addr()
        if inet_pton(AF_INET, text, &four) == 1 {
            bytes = withUnsafeBytes(of: &four) { Array($0) }
            return
        }
        var sixteen = in6_addr()
        guard inet_pton(AF_INET6, text, &sixteen) == 1 else { return nil }
        let all = withUnsafeBytes(of: &sixteen) { Array($0) }
        // RFC 4291 and, for those who connect through a translator, RFC 6052.
        let prefixes: [[UInt8]] = [
            [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255],
            [0, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0],
        ]
        bytes = prefixes.contains { all.starts(with: $0) } ? Array(all[12...]) : all
    }

    /// This machine, its link, a group, nothing or everybody. On many machines credentials are
    /// served there.
    var isLocal: Bool {
        if bytes.count == 4 {
            return bytes[0] == 0 || bytes[0] == 127 || (bytes[0] == 169 && bytes[1] == 254)
                || bytes[0] >= 224
        }
        let isUnspecifiedOrLoopback = bytes[..<15].allSatisfy { $0 == 0 } && bytes[15] <= 1
        let isLinkLocal = bytes[0] == 0xfe && bytes[1] & 0xc0 == 0x80
        return isUnspecifiedOrLoopback || isLinkLocal || bytes[0] == 0xff
    }

    var description: String {
        if bytes.count == 4 { return bytes.map { "\($0)" }.joined(separator: ".") }
        // What `inet_pton` takes, without the short forms.
        return stride(from: 0, to: 16, by: 2).map { index in
            String(UInt16(bytes[index]) << 8 | UInt16(bytes[index + 1]), radix: 16)
        }.joined(separator: ":")
    }

    /// Asks the system for the addresses of a name, those of IPv4 first.
    ///
    /// - Throws: `WebhookError`, or when the task is cancelled: the system cannot be hurried.
    static func addresses(of host: String) async throws -> [ReceiverAddress] {
        if let address = ReceiverAddress(host) { return [address] }
        let (answers, answer) = AsyncStream<Result<[ReceiverAddress], WebhookError>>.makeStream()
        DispatchQueue.global().async {
            answer.yield(lookUp(host))
            answer.finish()
        }
        for await result in answers { return try result.get() }
        throw CancellationError()
    }

    private static func lookUp(_ host: String) -> Result<[ReceiverAddress], WebhookError> {
        var hints = addrinfo()
        hints.ai_family = AF_UNSPEC
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        let code = getaddrinfo(host, nil, &hints, &list)
        guard code == 0 else {
            let reason = String(cString: gai_strerror(code))
            return .failure(WebhookError("no address of the receiver is known: \(reason)"))
        }
        defer { freeaddrinfo(list) }
        var found: [ReceiverAddress] = []
        var next = list
        while let entry = next {
            if let address = numeric(entry.pointee), !found.contains(address) {
                found.append(address)
            }
            next = entry.pointee.ai_next
        }
        return .success(
            found.filter { $0.bytes.count == 4 } + found.filter { $0.bytes.count == 16 })
    }

    private static func numeric(_ entry: addrinfo) -> ReceiverAddress? {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(NI_MAXHOST)) {
            buffer -> ReceiverAddress? in
            guard let start = buffer.baseAddress,
                getnameinfo(
                    entry.ai_addr, entry.ai_addrlen, start, socklen_t(NI_MAXHOST), nil, 0,
                    NI_NUMERICHOST) == 0
            else { return nil }
            // The name of an interface may follow.
            return ReceiverAddress(String(String(cString: start).prefix { $0 != "%" }))
        }
    }
}
