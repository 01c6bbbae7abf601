internal import Dispatch

#if canImport(Glibc)
    internal import Glibc
#endif

/// An IP address.
struct NetworkAddress: Hashable, Sendable, CustomStringConvertible {
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
        let isMapped = all[..<10].allSatisfy { $0 == 0 } && all[10] == 255 && all[11] == 255
        bytes = isMapped ? Array(all[12...]) : all
    }

    private init(bytes: [UInt8]) { self.bytes = bytes }

    var isV4: Bool { bytes.count == 4 }

    /// Where no service is meant by its name: a link, a group, nothing or everybody. On many
    /// machines credentials are served there.
    var isSpecial: Bool {
        if isV4 {
            return bytes[0] == 0 || (bytes[0] == 169 && bytes[1] == 254) || bytes[0] >= 224
        }
        if let translated { return translated.isSpecial }
        let isUnspecified = bytes.allSatisfy { $0 == 0 }
        let isLinkLocal = bytes[0] == 0xfe && bytes[1] & 0xc0 == 0x80
        return isUnspecified || isLinkLocal || bytes[0] == 0xff
    }

    /// The IPv4 address to which a translator (RFC 6052) leads who connects to this one.
    private var translated: NetworkAddress? {
        let prefix: [UInt8] = [0, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0]
        guard bytes.starts(with: prefix) else { return nil }
        return NetworkAddress(bytes: Array(bytes.dropFirst(prefix.count)))
    }

    var description: String {
        if isV4 { return bytes.map { "\($0)" }.joined(separator: ".") }
        return bytes.withUnsafeBytes { address in
            Self.text(INET6_ADDRSTRLEN) { text, size in
                inet_ntop(AF_INET6, address.baseAddress, text, size) != nil
            }
        } ?? "an address"
    }

    /// Asks the system for the addresses of a name, those of IPv4 first: what listens on one
    /// address of the machine listens there most often.
    ///
    /// - Throws: `OutsideError`, or when the task is cancelled: the system cannot be hurried.
    static func addresses(of host: String) async throws -> [NetworkAddress] {
        let (answers, answer) = AsyncStream<Result<[NetworkAddress], OutsideError>>.makeStream()
        DispatchQueue.global().async {
            answer.yield(lookUp(host))
            answer.finish()
        }
        for await result in answers { return try result.get() }
        throw CancellationError()
    }

    private static func lookUp(_ host: String) -> Result<[NetworkAddress], OutsideError> {
        var hints = addrinfo()
        hints.ai_family = AF_UNSPEC
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        let code = getaddrinfo(host, nil, &hints, &list)
        guard code == 0 else {
            let reason = String(cString: gai_strerror(code))
            return .failure(OutsideError(.failed, "no address of '\(host)' is known: \(reason)"))
        }
        defer { freeaddrinfo(list) }
        var found: [NetworkAddress] = []
        var next = list
        while let entry = next {
            if let address = numeric(entry.pointee), !found.contains(address) {
                found.append(address)
            }
            next = entry.pointee.ai_next
        }
        return .success(found.filter(\.isV4) + found.filter { !$0.isV4 })
    }

    private static func numeric(_ entry: addrinfo) -> NetworkAddress? {
        let written = text(NI_MAXHOST) { text, size in
            getnameinfo(entry.ai_addr, entry.ai_addrlen, text, size, nil, 0, NI_NUMERICHOST) == 0
        }
        // The name of an interface may follow.
        return written.flatMap { NetworkAddress(String($0.prefix { $0 != "%" })) }
    }

    /// What a function of the system writes into a buffer.
    private static func text(
        _ size: Int32, _ write: (UnsafeMutablePointer<CChar>, socklen_t) -> Bool
    ) -> String? {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(size)) { buffer -> String? in
            guard let start = buffer.baseAddress, write(start, socklen_t(size)) else { return nil }
            return String(cString: start)
        }
    }
}
