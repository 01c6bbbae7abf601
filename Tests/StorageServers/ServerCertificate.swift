import Foundation

/// A certificate for 127.0.0.1 and localhost, and the authority that signed it, made by `openssl`.
package struct ServerCertificate: Sendable {
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    /// PEM files.
    package let authority: String
    package let certificate: String
    package let key: String

    /// - Parameter folder: where the files go.
    package init(folder: String) throws {
        authority = folder + "/authority.pem"
        certificate = folder + "/server.pem"
        key = folder + "/server.key"
        try Self.configuration.write(
            toFile: folder + "/tls.cnf", atomically: false, encoding: .utf8)
        let newKey = [
            "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-config",
            "tls.cnf",
        ]
        try Self.openssl(
            ["req", "-x509", "-extensions", "authority", "-days", "2"] + newKey
                + ["-keyout", "authority.key", "-out", "authority.pem"], in: folder)
        try Self.openssl(
            ["req", "-subj", "/CN=localhost"] + newKey
                + ["-keyout", "server.key", "-out", "server.csr"], in: folder)
        try Self.openssl(
            [
                "x509", "-req", "-in", "server.csr", "-CA", "authority.pem", "-CAkey",
                "authority.key", "-set_serial", "2", "-days", "2", "-extfile", "tls.cnf",
                "-extensions", "server", "-out", "server.pem",
            ], in: folder)
    }

    private static let configuration = """
        [req]
        distinguished_name = name
        prompt = no
        [name]
        CN = Authority for tests
        [authority]
        basicConstraints = critical, CA:TRUE
        keyUsage = critical, keyCertSign, cRLSign
        subjectKeyIdentifier = hash
        [server]
        basicConstraints = critical, CA:FALSE
        keyUsage = critical, digitalSignature
        extendedKeyUsage = serverAuth
        subjectAltName = IP:127.0.0.1, DNS:localhost

        """

    private static func openssl(_ arguments: [String], in folder: String) throws {
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["openssl"] + arguments
        process.currentDirectoryURL = URL(filePath: folder)
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        process.standardError = output
        try process.run()
        let written = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        if process.terminationStatus != 0 {
            let text = String(decoding: written, as: UTF8.self)
            throw Failure(description: "openssl \(arguments.joined(separator: " ")): \(text)")
        }
    }
}
