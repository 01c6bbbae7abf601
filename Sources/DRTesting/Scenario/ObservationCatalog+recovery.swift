/// What shows whether acknowledged data is still there, and where.
extension ObservationCatalog {
    static let ledger: [Entry] = [
        Entry(
            "ledger.compared", .bytes,
            "keys whose bytes were compared with the ledger"),
        Entry(
            "ledger.damaged", .bytes,
            "keys that are lost, stale, corrupt or resurrected"),
        Entry(
            "ledger.unexpected", .bytes,
            "objects that nobody wrote"),
        Entry(
            "ledger.writes_since_backup", .client,
            "new objects acknowledged since the snapshot of the newest backup"),
        Entry(
            "ledger.overwrites_since_backup", .client,
            "replaced objects acknowledged since the snapshot of the newest backup"),
        Entry(
            "ledger.deletes_since_backup", .client,
            "deletes acknowledged since the snapshot of the newest backup"),
        Entry(
            "storage.objects", .bytes,
            "objects of the drill in the primary storage, listed past the storage system"),
        Entry(
            "destroyed.objects", .bytes,
            "objects seen to be gone or altered after destroy_objects"),
    ]

    static let backup: [Entry] = [
        Entry(
            "backup.objects", .bytes,
            "objects of the newest backup that are found in the backup storage"),
        Entry(
            "backup.chain_length", .bytes,
            "manifests in the backup storage from the newest one back to a full backup"),
        Entry(
            "backup.verified_problems", .self,
            "problems that the storage system found when it verified its newest backup"),
        Entry(
            "backup.stored_digest_mismatches", .bytes,
            "objects of the newest backup missing, or with another SHA-256, when read again"),
        Entry(
            "backup.objects_read", .wire,
            "objects of the newest backup that were read when the storage system verified it"),
        Entry(
            "backup.objects_unread", .wire,
            "objects of the newest backup that were not read when the storage system verified it"),
        Entry(
            "backup.damage_found", .self,
            "one object of the newest backup was damaged, and verifying it found just that",
            kind: .flag),
        Entry(
            "restore.reported_problems", .self,
            "problems that the storage system met in its last restore"),
        Entry(
            "restore.objects", .bytes,
            "objects found where the last restore was made"),
        Entry(
            "restore.victims_changed", .bytes,
            "destroyed objects that are not as they were left, after a restore over them"),
        Entry(
            "restore.compared", .bytes,
            "keys whose restored bytes were compared with the ledger as of the snapshot"),
        Entry(
            "restore.missing", .bytes,
            "objects as of the snapshot that were not restored"),
        Entry(
            "restore.corrupt", .bytes,
            "restored objects with other bytes than at the snapshot"),
        Entry(
            "restore.resurrected", .bytes,
            "objects deleted before the snapshot that are back"),
        Entry(
            "restore.unexpected", .bytes,
            "restored objects that nobody had written before the snapshot"),
        Entry(
            "restore.empty_target_equals", .bytes,
            "the empty place holds exactly what the ledger held at the snapshot", kind: .flag),
    ]

    static let failover: [Entry] = [
        Entry(
            "failover.state", .self,
            "the active site, primary or secondary, or the switch that is under way", kind: .text),
        Entry(
            "failover.epoch", .self,
            "the number of the present term of an active site, which grows with each switch"),
        Entry(
            "failover.lag_operations", .self,
            "acknowledged operations that the other site does not have yet"),
        Entry(
            "failover.restored", .client,
            "the secondary serves stably since it took over", kind: .flag),
        Entry(
            "failback.done", .self,
            "the primary is active again after the secondary was", kind: .flag),
        Entry(
            "failback.restored", .client,
            "the primary serves stably and is reconciled since it took over again", kind: .flag),
        Entry(
            "secondary.reads_served", .wire,
            "reads of the storage system that the secondary served since the first fault"),
        Entry(
            "secondary.writes_served", .wire,
            "writes of the storage system that the secondary served since the first fault, "
                + "replication left out"),
        Entry(
            "secondary.early_operations", .wire,
            "operations of users that the secondary served before the first fault"),
        Entry(
            "secondary.compared", .bytes,
            "keys in the secondary compared with the ledger as of its takeover"),
        Entry(
            "secondary.damaged", .bytes,
            "keys lost, stale, corrupt or resurrected in the secondary as of its takeover"),
        Entry(
            "readonly.writes_refused", .client,
            "writes clearly refused in the last read-only mode"),
        Entry(
            "readonly.reads_served", .client,
            "reads served in the last read-only mode"),
        Entry(
            "readonly.writes_on_wire", .wire,
            "writes of users that were sent to either site in the last read-only mode"),
        Entry(
            "sites.compared", .bytes,
            "keys whose bytes were compared between the sites"),
        Entry(
            "sites.differences", .bytes,
            "keys that only one site has, or with other bytes than the other"),
    ]
}
