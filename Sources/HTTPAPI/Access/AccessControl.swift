internal import DRTesting
public import EventLog
internal import HTTPTypes
public import Logging
public import ServiceLifecycle
internal import Synchronization

/// Says who may do what, and records whom it refuses.
///
/// It runs beside the server: then it knows of tokens that another process has revoked, and writes
/// once a minute what it has counted of refusals.
public final class AccessControl: ServiceLifecycle.Service {
    private let store: EventStore
    let verifier: TokenVerifier
    let clock: LogClock
    private let logger: Logger
    private let revoked: Mutex<RevokedTokens>
    private let refusals = Mutex(RefusalLedger())
    private let callers: Mutex<RequestBuckets>
    private let strangers: Mutex<RequestBuckets>
    /// The position up to which revocations were read at the start.
    private let start: UInt64

    /// Reads the revoked tokens from the log.
    public init(
        _ store: EventStore, verifier: TokenVerifier, settings: APISettings,
        logger: Logger, clock: LogClock = .system
    ) async throws {
        (self.store, self.verifier) = (store, verifier)
        (self.logger, self.clock) = (logger, clock)
        callers = Mutex(RequestBuckets(rate: settings.callerRate))
        strangers = Mutex(RequestBuckets(rate: settings.strangerRate))
        let (start, revoked) = try await store.read { reader in
            (try reader.head().position, try AccessControl.revoked(in: reader))
        }
        self.start = start
        self.revoked = Mutex(revoked)
    }

    // MARK: Revocation

    /// Whether a token is good no longer. Streams of events ask it as long as they last.
    public func isRevoked(_ caller: Caller) -> Bool {
        revoked.withLock { $0.ids.contains(caller.tokenID) }
    }

    /// Makes a token useless from now on, whether or not anybody has seen it.
    ///
    /// - Throws: `RevokedTokens.Refusal`, `EventLogError`.
    func revoke(_ tokenID: String, by subject: String, reason: String) async throws {
        let command = TokenRevoked(tokenID: tokenID, by: subject, reason: reason)
        let known = revoked.withLock { $0 }
        let events = try RevokedTokens.decide(command, in: known)
        if events.isEmpty { return }
        try await append(events, to: RevokedTokens.stream)
        revoked.withLock { revoked in events.forEach { revoked.apply($0) } }
    }

    private static func revoked(in reader: EventReader) throws -> RevokedTokens {
        var revoked = RevokedTokens()
        var revision: UInt64 = 0
        while true {
            let events = try reader.events(ofStream: RevokedTokens.stream, after: revision)
            guard let last = events.last else { return revoked }
            for event in events { try revoked.apply(event) }
            revision = last.record.revision
        }
    }

    // MARK: Admission

    /// Whom a token belongs to, if it is good for now.
    ///
    /// - Parameters:
    ///   - address: from which it came.
    ///   - rule: what it is to open.
    /// - Throws: `APIError`, after the refusal was counted or recorded.
    func caller(
        of token: String, from address: String, for rule: AccessRule
    ) async throws(APIError) -> Caller {
        let caller = try await known(token, from: address)
        if isRevoked(caller) {
            await record(.revoked, of: caller, for: rule)
            throw .unauthorized
        }
        if let seconds = callers.withLock({ $0.take(for: caller.subject, at: clock.now()) }) {
            throw .tooManyRequests(seconds: seconds)
        }
        return caller
    }

    private func known(
        _ token: String, from address: String
    ) async throws(APIError) -> Caller {
        do throws(TokenProblem) {
            return try await verifier.caller(of: token)
        } catch {
            throw refusal(ofStranger: error, from: address)
        }
    }

    /// Counts somebody who is not known.
    ///
    /// - Returns: what he is told.
    func refusal(ofStranger problem: TokenProblem, from address: String) -> APIError {
        let now = clock.now()
        let seconds = strangers.withLock { $0.take(for: address, at: now) }
        let reason = seconds == nil ? problem.rawValue : "rate"
        refusals.withLock { $0.refusedStranger(reason, at: now) }
        guard let seconds else { return .unauthorized }
        return .tooManyRequests(seconds: seconds)
    }

    /// Records that somebody known was refused. A log that cannot be written changes nothing for
    /// him.
    func record(
        _ reason: RefusalLedger.Reason, of caller: Caller, for rule: AccessRule
    ) async {
        let refusal = RefusalLedger.Refusal(
            subject: caller.subject, role: caller.role, tokenID: caller.tokenID,
            method: rule.method.rawValue, path: rule.path, reason: reason)
        let event = refusals.withLock { $0.refused(refusal, at: clock.now()) }
        if let event { await record([event]) }
    }

    // MARK: Beside the server

    /// Works until the server shuts down; then what is counted is written.
    public func run() async throws {
        do {
            try await cancelWhenGracefulShutdown {
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask { try await self.followRevocations() }
                    group.addTask { try await self.recordEveryMinute() }
                    try await group.waitForAll()
                }
            }
        } catch is CancellationError {
        } catch {
            await recordCounted()
            throw error
        }
        await recordCounted()
    }

    /// Writes what was counted of refusals.
    func recordCounted() async {
        let events = refusals.withLock { $0.counted(at: clock.now()) }
        if !events.isEmpty { await record(events) }
    }

    private func followRevocations() async throws {
        for try await batch in store.follow(from: start + 1) {
            for event in batch where event.record.number == tokenRevokedNumber {
                try revoked.withLock { try $0.apply(event) }
            }
        }
    }

    private func recordEveryMinute() async throws {
        while true {
            try await Task.sleep(for: .microseconds(Int64(RefusalLedger.interval)))
            await recordCounted()
        }
    }

    private func record(_ events: [TestEvent]) async {
        do {
            try await append(events, to: RefusalLedger.stream)
        } catch {
            logger.error("refusals were not recorded", metadata: ["error": "\(error)"])
        }
    }

    private func append(_ events: [TestEvent], to stream: String) async throws {
        var generator = SystemRandomNumberGenerator()
        let new = events.map { event in
            NewEvent(
                id: EventID(time: clock.now(), using: &generator), number: event.number,
                payload: event.payload)
        }
        for start in stride(from: 0, to: new.count, by: 1000) {
            let part = Array(new[start..<min(start + 1000, new.count)])
            _ = try await store.append(part, to: stream, expecting: .any)
        }
    }
}

private let tokenRevokedNumber = TestEvent.tokenRevoked(.init()).number

extension RevokedTokens {
    fileprivate mutating func apply(_ event: RecordedEvent) throws {
        let record = event.record
        if let event = try TestEvent(number: record.number, payload: record.payload) {
            apply(event)
        }
    }
}
