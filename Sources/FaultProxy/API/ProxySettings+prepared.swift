internal import NIOCore
internal import NIOPosix
internal import NIOSSL

#if canImport(Glibc)
    internal import Glibc
#endif

/// A name server that is silent, and a file that never ends, must not keep others waiting: on the
/// threads that they would block, leases run out.
extension ProxySettings {
    private static let maximumFileBytes = 1 << 20

    /// The same with an address in the place of a name, and with files that can be read.
    func prepared() async throws -> ProxySettings {
        try await NIOThreadPool.singleton.runIfActive {
            var settings = self
            settings.listen = try listen.lookedUp()
            try checkFiles()
            return settings
        }
    }

    private func checkFiles() throws(ControlError) {
        let files = [
            ("tls_certificate", identity?.certificateFile), ("tls_key", identity?.keyFile),
            ("upstream_ca", upstream.extraAuthority),
        ]
        for case (let name, let path?) in files { try Self.checkFile(path, of: name) }
        guard let path = upstream.extraAuthority else { return }
        do {
            _ = try NIOSSLCertificate.fromPEMFile(path)
        } catch {
            throw .badBody("upstream_ca '\(path)' holds no certificate")
        }
    }

    /// Opening a pipe waits for somebody who writes, and a device has no end.
    private static func checkFile(_ path: String, of name: String) throws(ControlError) {
        var status = stat()
        guard stat(path, &status) == 0 else {
            let reason = String(cString: strerror(errno))
            throw .badBody("\(name) '\(path)' cannot be read: \(reason)")
        }
        let isFile = status.st_mode & S_IFMT == S_IFREG
        guard isFile, Int(status.st_size) <= maximumFileBytes else {
            throw .badBody("\(name) '\(path)': accepted: a file of at most 1 MiB")
        }
    }
}

extension ListenAddress {
    fileprivate func lookedUp() throws(FaultProxyError) -> ListenAddress {
        let isName = (try? SocketAddress(ipAddress: host, port: port)) == nil
        guard isName, !host.isEmpty, host != "localhost" else { return self }
        guard let place = try? resolved().first, let address = ListenAddress(place) else {
            throw FaultProxyError(
                code: .cannotListen, message: "listen tcp: lookup \(host): no such host")
        }
        return address
    }
}
