public import EventLog
public import Projections
public import Service

/// Everything that the routes rest on. The program makes the parts, and runs those that work on
/// their own.
public struct APIParts: Sendable {
    public let store: EventStore
    public let views: ViewStore
    /// The one of the server: it keeps answers.
    public let reading: ReadingService
    public let catalog: Catalog
    public let runs: any RunStarting
    public let scenarioCheck: any ScenarioChecking
    public let zones: ZoneFiles
    public let access: AccessControl
    public let settings: APISettings
    public let clock: LogClock
    public let metrics: MetricsRegistry

    public init(
        store: EventStore, views: ViewStore, catalog: Catalog, runs: any RunStarting,
        scenarioCheck: any ScenarioChecking, zones: ZoneFiles, access: AccessControl,
        settings: APISettings, clock: LogClock = .system,
        metrics: MetricsRegistry = MetricsRegistry()
    ) {
        self.store = store
        self.views = views
        self.catalog = catalog
        self.runs = runs
        self.scenarioCheck = scenarioCheck
        self.zones = zones
        self.access = access
        self.settings = settings
        self.clock = clock
        self.metrics = metrics
        reading = ReadingService(store: store, views: views, zones: zones, clock: clock)
    }
}

/// How the API behaves, as its operator wants it.
public struct APISettings: Equatable, Sendable {
    /// Whether tests may be run; without, everything can still be read.
    public var isTestingEnabled = true
    /// The version of the program, for reports to name.
    public var toolVersion = "unknown"
    /// Whether clients reach the server over TLS, its own or that of a proxy: cookies are Secure
    /// then, and browsers told to stay with it.
    public var isSecure = false
    /// Whether a proxy stands before the server, and names its client in `X-Forwarded-For`.
    public var isBehindProxy = false
    /// How often one known caller may ask, over all his tokens.
    public var callerRate = RequestRate(perSecond: 200)
    /// How often an address may be refused before it is not listened to.
    public var strangerRate = RequestRate(perSecond: 2, burst: 60)

    public init() {}
}
