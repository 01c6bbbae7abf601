import DRTesting

extension TokenRevoked {
    static var full: TokenRevoked { TokenRevoked(tokenID: "9f3c", by: "admin", reason: "lost") }
}

extension AccessRefused {
    static var full: AccessRefused {
        var event = AccessRefused()
        (event.subject, event.role, event.tokenID) = ("ada", "viewer", "9f3c")
        (event.method, event.path) = ("POST", "/api/testing/tests/{id}/cancel")
        (event.reason, event.count) = ("role", 3)
        return event
    }
}

extension RefusalsSummarized {
    static var full: RefusalsSummarized {
        var event = RefusalsSummarized()
        (event.firstTime, event.lastTime) = (sampleTime, sampleTime + 59_000_000)
        event.refusals = [.init(reason: "expired", count: 2), .init(reason: "signature", count: 7)]
        return event
    }
}
