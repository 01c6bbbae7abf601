internal import DRTesting
internal import S3

/// What the process of a load is told first of all: on standard input, since it holds credentials.
struct LoadSetting: Codable, Sendable {
    let storage: Storage
    let load: Load
    let runKey: String
    /// For what is kept on disk.
    let directory: String
    /// Where notices to users go.
    let noticeURL: String
    let breakerOpenFor: Duration
    let breakerFailures: Int
    let seed: UInt64
    let sabotage: String?

    /// How the storage is reached, as it is for the storage system of the runner.
    struct Storage: Codable, Sendable {
        let endpoint: String
        let proxyHost: String?
        let proxyPort: Int?
        let bucket: String
        let region: String
        let accessKeyID: String
        let secretAccessKey: String
        let extraAuthority: String?
        let connectTimeout: Duration
        let requestTimeout: Duration
        let maximumConnections: Int
    }

    /// As in `WorkloadPlan`.
    struct Load: Codable, Sendable {
        let writesPerSecond: Double
        let readsPerSecond: Double
        let objectBytes: Int
        let overwriteShare: Double
        let deleteShare: Double
        let keys: Int
    }
}

/// What the process of a load is asked for. To each order it gives one answer.
enum LoadOrder: Codable, Sendable {
    case put(LoadLevel)
    case transfer(count: Int, bytes: Int)
    /// To wait, at most so long, until its breaker is closed and its queue empty.
    case settle(within: Duration)
    case tellLedger
    case tellLastOperations
}

enum LoadAnswer: Codable, Sendable {
    case ready(pid: Int32)
    case level(LevelResult)
    case transferred(LargeTransfer.Result)
    case settled
    case ledger(LedgerExpectations)
    case operations([OperationNote])
}

extension LoadSetting.Storage {
    init(_ configuration: S3Configuration, bucket: String) {
        self.init(
            endpoint: "\(configuration.endpoint)",
            proxyHost: configuration.endpoint.connectAddress?.host,
            proxyPort: configuration.endpoint.connectAddress?.port, bucket: bucket,
            region: configuration.region, accessKeyID: configuration.credentials.accessKeyID,
            secretAccessKey: configuration.credentials.secretAccessKey,
            extraAuthority: configuration.extraAuthority,
            connectTimeout: configuration.connectTimeout,
            requestTimeout: configuration.requestTimeout,
            maximumConnections: configuration.maximumConnections)
    }

    /// - Throws: `RunnerError` if the endpoint is none.
    func configuration(agent: String) throws -> S3Configuration {
        guard var endpoint = S3Endpoint(endpoint) else {
            throw RunnerError(.internal, "'\(endpoint)' is no endpoint")
        }
        if let proxyHost, let proxyPort {
            endpoint.connectAddress = S3Endpoint.Address(host: proxyHost, port: proxyPort)
        }
        var configuration = S3Configuration(
            endpoint: endpoint,
            credentials: S3Credentials(
                accessKeyID: accessKeyID, secretAccessKey: secretAccessKey))
        configuration.region = region
        configuration.extraAuthority = extraAuthority
        configuration.agent = agent
        configuration.connectTimeout = connectTimeout
        configuration.requestTimeout = requestTimeout
        configuration.maximumConnections = maximumConnections
        // At rest it must show that it gives back what it took.
        configuration.idleTimeout = .seconds(1)
        return configuration
    }
}

extension LoadSetting.Load {
    init(_ plan: WorkloadPlan) {
        self.init(
            writesPerSecond: plan.writesPerSecond, readsPerSecond: plan.readsPerSecond,
            objectBytes: plan.objectBytes, overwriteShare: plan.overwriteShare,
            deleteShare: plan.deleteShare, keys: plan.keys)
    }

    var plan: WorkloadPlan {
        WorkloadPlan(
            writesPerSecond: writesPerSecond, readsPerSecond: readsPerSecond,
            objectBytes: objectBytes, steadyFor: .zero, stableFor: .zero,
            overwriteShare: overwriteShare, deleteShare: deleteShare, keys: keys)
    }
}

extension LoadSetting {
    /// How the storage system is set up, as that of the runner.
    var system: SystemPlan {
        SystemPlan(breakerOpenFor: breakerOpenFor, breakerFailures: breakerFailures)
    }
}

extension DrillKeys {
    /// What a load in a process of its own writes.
    var load: String { prefix + "load/" }

    func large(_ number: Int) -> String { "\(large)object/\(number)" }
}
