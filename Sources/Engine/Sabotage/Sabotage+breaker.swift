internal import ResilientStorage

extension Sabotage? {
    func wrap(_ retry: Retry) -> any Retrying {
        switch self {
        case .retryDisabled: RetryDisabled(retry: retry)
        case .retryStorms: RetryStorms(retry: retry)
        default: retry
        }
    }

    func wrap(_ health: Health) -> any HealthWatching {
        switch self {
        case .healthBlind: HealthFixed(health: health, isGood: true)
        case .healthAlwaysBad: HealthFixed(health: health, isGood: false)
        default: health
        }
    }

    func wrap(_ alerts: PerformanceAlerts) -> any PerformanceAlerting {
        switch self {
        case .alertsSilent: AlertsSilent()
        case .alertsAlways: AlertsAlways()
        default: alerts
        }
    }
}

/// Gives up at the first failure.
private struct RetryDisabled: Retrying {
    var retry: Retry

    var budget: Double { retry.budget }
    var count: Int { retry.count }
    mutating func began() { retry.began() }
    mutating func delay(
        afterAttempt attempt: Int, of failure: FailureClass, random: Double
    ) -> Duration? { nil }
}

/// Tries again at once, and often, whatever that costs a storage in trouble.
private struct RetryStorms: Retrying {
    private static let maximumAttempts = 10

    var retry: Retry

    var budget: Double { retry.budget }
    var count: Int { retry.count }
    mutating func began() { retry.began() }
    mutating func delay(
        afterAttempt attempt: Int, of failure: FailureClass, random: Double
    ) -> Duration? { attempt < Self.maximumAttempts ? .zero : nil }
}

/// Takes every call for a success, or every one for a failure.
private struct HealthFixed: HealthWatching {
    var health: Health
    let isGood: Bool

    var state: Health.State { health.state }
    var lastSample: ContinuousClock.Instant? { health.lastSample }
    mutating func observe(
        success: Bool, from source: Health.Source, at now: ContinuousClock.Instant
    ) -> Health.Transition? { health.observe(success: isGood, from: source, at: now) }
}

/// Sees nothing wrong.
private struct AlertsSilent: PerformanceAlerting {
    mutating func observe(_ call: PerformanceAlerts.Call) -> [PerformanceAlerts.Change] { [] }
}

/// Raises an alert each second, however good the calls are, and never ends one.
private struct AlertsAlways: PerformanceAlerting {
    private static let interval: Duration = .seconds(1)

    private var last: ContinuousClock.Instant?

    mutating func observe(_ call: PerformanceAlerts.Call) -> [PerformanceAlerts.Change] {
        if let last, call.instant - last < Self.interval { return [] }
        last = call.instant
        return [
            PerformanceAlerts.Change(
                kind: .errorRate, isRaised: true, share: 1, calls: 1, instant: call.instant)
        ]
    }
}
