internal import NIOHTTP1

/// Why a request cannot be forwarded.
struct ForwardingRefusal: Error {
    let status: Int
    let code: String
    let message: String

    init(_ message: String, status: Int = 501, code: String = "NotImplemented") {
        (self.status, self.code, self.message) = (status, code, message)
    }
}

extension HTTPRequestHead {
    /// The client wants to speak another protocol, behind this request. The connection then ends
    /// with its answer, for what follows on it could not be read.
    var asksForUpgrade: Bool { method == .CONNECT || headers.contains(name: "upgrade") }

    /// What is sent to the storage: the same, but for what belongs to the client's connection, and
    /// signed anew if that is asked for.
    func forwarded(_ signer: RequestSigner?) throws(ForwardingRefusal) -> HTTPRequestHead {
        if method == .CONNECT {
            throw ForwardingRefusal("the proxy stands before one storage and opens no tunnels")
        }
        guard uri.utf8.allSatisfy(Self.isOfURI) else {
            throw ForwardingRefusal(
                "the URL has characters that must be percent-encoded", status: 400,
                code: "InvalidURI")
        }
        var head = self
        if asksForUpgrade {
            for name in ["upgrade", "http2-settings", "connection"] {
                head.headers.remove(name: name)
            }
        }
        // Else it would go out in chunks, which no storage takes.
        if [.PUT, .POST, .PATCH].contains(method), !headers.contains(name: "content-length"),
            !headers.contains(name: "transfer-encoding")
        {
            head.headers.add(name: "content-length", value: "0")
        }
        try signer?.sign(&head)
        return head
    }

    /// The characters of RFC 3986; no others are sent on.
    private static func isOfURI(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "\\"),
            UInt8(ascii: "^"), UInt8(ascii: "`"), UInt8(ascii: "{"), UInt8(ascii: "|"),
            UInt8(ascii: "}"):
            false
        default: byte > 0x20 && byte < 0x7f
        }
    }
}
