/// What a drill of a service holds open to others.
struct ServiceConnections: Sendable {
    let service: HTTPService
    /// Each probe has a connection of its own.
    let probing: HTTPSender
    let api: FaultProxyClient

    init(service: HTTPService, settings: ServiceSettings, api: FaultProxyClient) {
        (self.service, self.api) = (service, api)
        var options = HTTPSender.Settings()
        options.timeout = settings.timeout
        options.maximumConnections = StoragePlace.connections(
            at: Duration.seconds(1) / Probes.interval, requestTimeout: settings.timeout)
        options.usesNewConnections = true
        probing = HTTPSender(options)
    }

    func shutdown() async {
        await service.shutdown()
        await probing.shutdown()
        await api.shutdown()
    }
}
