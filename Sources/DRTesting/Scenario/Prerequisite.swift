/// What must be seen to work before anything is broken.
public enum Prerequisite: String, CaseIterable, Sendable {
    /// A signed put, get and delete on the backup storage.
    case backupAvailable = "backup available"
    /// A write is accepted while the breaker is held open, in a dry run.
    case queueEnabled = "queue enabled"
    /// "Breaker on, failure threshold 3": in a dry run before a storage that fails, the third call
    /// is the last that reaches it.
    case breakerOn = "breaker on"
    /// "Monitoring active": a health sample is younger than two intervals, and its request was seen
    /// on the wire.
    case monitoring
    /// "Alerting configured": a marked test alert is received.
    case alerting
    /// "Load testing available": a second of load at the rate of the scenario, with less than 1 %
    /// of it sent late, and all of it served.
    case loadTesting = "load testing"
    /// "Failover enabled": its state can be read, and a write to the secondary is read back.
    case failoverOn = "failover on"
    /// A signed put, get and delete on the secondary storage.
    case secondaryAvailable = "secondary available"
}

/// What is put back after a run. Lifting faults and removing the drill's objects is never left
/// out and need not be listed.
public enum CleanupTask: String, CaseIterable, Sendable {
    case clearQueue = "clear queue"
    case resetBreaker = "reset breaker"
    case resetCounters = "reset counters"
    case resetFailureRate = "reset failure rate"
    case clearNotifications = "clear notifications"
    case clearAlerts = "clear alerts"
    case removeTestData = "remove test data"
    case removeTestBackups = "remove test backups"
    case resetFailover = "reset failover"
    case restorePrimary = "restore primary"
    case removeLoad = "remove load"
}
