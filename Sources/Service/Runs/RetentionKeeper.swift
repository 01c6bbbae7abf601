public import EventLog
public import Logging
public import ServiceLifecycle

/// Has the views leave out what is older than it is to be kept, once on each day in UTC.
///
/// That is an event: what a view shows never depends on a clock. Nothing leaves the log.
public struct RetentionKeeper: ServiceLifecycle.Service {
    /// So soon after the beginning of a day at most; a second time on one day adds no event.
    private static let pause: Duration = .seconds(3600)
    /// Who is named in the log.
    private static let author = "dr-server"

    private let store: EventStore
    private let retention: Retention
    private let logger: Logger

    public init(store: EventStore, retention: Retention = .standard, logger: Logger) {
        (self.store, self.retention, self.logger) = (store, retention, logger)
    }

    public func run() async throws {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                await apply()
                try? await Task.sleep(for: Self.pause)
            }
        }
    }

    /// What fails is tried again: an hour more or less of old rows hurts nobody.
    func apply() async {
        do {
            _ = try await store.applyRetention(retention, by: Self.author)
        } catch {
            logger.warning("old rows are kept for now: \(error)")
        }
    }
}
