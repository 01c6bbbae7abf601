/// Which storage serves, and orders that change it.
extension ResilientStore {
    /// Always `.primary` for a store of one storage.
    public var failoverState: Failover.State { routing.failoverState }
    /// The number of the epoch; 0 for a store of one storage.
    public var epoch: UInt64 { routing.epoch }

    /// How far behind the storage is that does not serve; `nil` for a store of one storage.
    ///
    /// - Throws: if its queue cannot be read.
    public func replicationLag() async throws -> ReplicationLag? {
        let active = sites[routing.failoverState.active]
        guard let other = sites.other(than: active) else { return nil }
        return try await ReplicationLag(of: other.queue, at: components.now())
    }

    /// Lets the secondary take over, also from a primary that works. Nothing acknowledged is lost:
    /// the store is read-only until the secondary has it all. Automatic failback stays in force.
    ///
    /// - Returns: whether it begins: the primary must be serving, and the secondary not unhealthy.
    public func failOver() async -> Bool { await controller?.accept(.failOver) ?? false }

    /// Lets the primary serve again, without waiting for the time that the failover asks for.
    ///
    /// - Returns: whether it begins: the secondary must be serving, and the primary not unhealthy.
    public func failBack() async -> Bool { await controller?.accept(.failBack) ?? false }

    /// Writes of users that were admitted and have not ended.
    public var writesUnderWay: Int { routing.openWrites }

    /// Refuses writes from now on, or takes them again. Those under way go on. Not remembered over
    /// a restart.
    public func setReadOnly(_ isReadOnly: Bool) {
        routing.hold(isReadOnly)
        components.observer(.readOnlyOrdered(isReadOnly, at: .now))
        updateMode()
    }
}
