public import EventLog
public import Logging
public import ServiceLifecycle

/// Runs tests when their schedules say so, and records each of these moments once, also if several
/// servers keep the time of one log. What is due stands in the log alone: a server that was killed
/// goes on where it was.
///
/// On a graceful shutdown it starts nothing more and returns.
public final class Scheduler: ServiceLifecycle.Service {
    /// How often it looks what has become of the schedules, in microseconds.
    private static let longestPause: UInt64 = 1_000_000
    private static let shortestPause: UInt64 = 10_000

    private let store: EventStore
    private let clock: LogClock
    private let keeper: ScheduleKeeper
    private let logger: Logger

    public init(
        store: EventStore, runs: any RunStarting, zones: ZoneFiles, clock: LogClock = .system,
        logger: Logger
    ) {
        (self.store, self.clock, self.logger) = (store, clock, logger)
        keeper = ScheduleKeeper(
            store: store, runs: runs, zones: zones, clock: clock, logger: logger)
    }

    public func run() async throws {
        await cancelWhenGracefulShutdown {
            var problem = ""
            while !Task.isCancelled {
                do {
                    try await self.round()
                    problem = ""
                } catch {
                    if Task.isCancelled { return }
                    // It is tried again soon: a full disk is no reason to stop keeping the time.
                    if problem != "\(error)" { self.logger.error("schedules: \(error)") }
                    problem = "\(error)"
                    try? await Task.sleep(for: .microseconds(Self.longestPause))
                }
            }
        }
    }

    private func round() async throws {
        try await DefaultSchedules.record(in: store)
        while !Task.isCancelled {
            let next = try await keeper.round()
            let now = clock.now()
            let pause = next.map { $0 > now ? $0 - now : 0 } ?? Self.longestPause
            try await Task.sleep(
                for: .microseconds(min(max(pause, Self.shortestPause), Self.longestPause)))
        }
    }
}
