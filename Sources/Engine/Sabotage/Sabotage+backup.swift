internal import ResilientStorage
internal import S3

extension Sabotage? {
    func wrap(_ parts: BackupParts) -> any BackingUp {
        switch self {
        case .backupSkipsObjects:
            BackupParts(
                source: SkipsObjects(storage: parts.source), destination: parts.destination,
                keys: parts.keys
            ).backups
        case .backupCorrupts:
            BackupParts(
                source: parts.source, destination: CorruptsObjects(storage: parts.destination),
                keys: parts.keys
            ).backups
        case .incrementalMissesChanges:
            BackupParts(
                source: ShowsTheFirstListing(storage: parts.source),
                destination: parts.destination, keys: parts.keys
            ).backups
        case .verifyBackupBlind: VerifiesBlindly(whole: parts.backups)
        case .restorePartial: RestoresHalf(whole: parts.backups)
        case .restoreOlderBackup: RestoresTheOldest(whole: parts.backups)
        case .restoreResurrectsDeleted: RestoresTheDeleted(whole: parts.backups)
        default: parts.backups
        }
    }
}
