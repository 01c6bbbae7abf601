import ArgumentParser
import ResilientStorage
import S3

/// What `Storage` does for a service when its primary goes away and comes back, and when everything
/// has to be restored from a backup.
@main
struct Example: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resilient-storage-example",
        abstract: "Shows a storage that goes away, comes back, and is restored from a backup.",
        discussion: """
            The storages are served by this program, from a temporary directory. A line is printed \
            only if what it says was seen.

            Exit codes: 0 all of it was seen, 1 something was not, 64 wrong usage.
            """)

    func run() async throws {
        let sandbox = Sandbox()
        do {
            try await show(sandbox, sandbox.start())
        } catch {
            await sandbox.remove()
            throw error
        }
        await sandbox.remove()
    }

    private func show(_ sandbox: Sandbox, _ settings: Settings) async throws {
        let storage = try Storage(settings, options: .impatient)
        await storage.store.start()
        do {
            try await showOutage(storage.store, sandbox)
            try await showBackup(storage, settings)
        } catch {
            try? await storage.shutdown()
            throw error
        }
        try await storage.shutdown()
    }

    private func showOutage(_ store: ResilientStore, _ sandbox: Sandbox) async throws {
        try await tell("The primary serves a write.", store.write("new", to: "a"), is: "served")

        await sandbox.stopPrimary()
        try await tell(
            "The primary is stopped. A write is deferred: it is safe in a queue on the local disk.",
            store.write("new", to: "b"), is: "deferred")
        try await tell("So is the next one.", store.write("paid", to: "b"), is: "deferred")
        try await tell("A read finds it there.", store.read("b"), is: "paid")

        try await tell("The secondary takes over.", when: Failover.State.secondary) {
            await store.failoverState
        }
        try await tell("It has what was deferred.", store.read("b"), is: "paid")
        try await tell("It serves a write.", store.write("new", to: "c"), is: "served")

        try await sandbox.startPrimary()
        try await tell("The primary is back, and serves again.", when: Failover.State.primary) {
            await store.failoverState
        }
        try await tell("Nothing waits in a queue.", when: 0) {
            try await store.queueDepth + (store.replicationLag()?.depth ?? 0)
        }
        try await tell(
            "Users were told of the outage, and of its end.", when: ["degraded", "recovered"]
        ) {
            await sandbox.notices.prefix(2).map(\.kind.rawValue)
        }
    }

    private func showBackup(_ storage: Storage, _ settings: Settings) async throws {
        let primary = S3Bucket(client: storage.primary, name: settings.primary.name)
        let secondary = S3Bucket(client: storage.secondary, name: settings.secondary.name)
        let objects = try await primary.contents()
        try tell("The primary has all 3 objects.", objects.keys.sorted(), is: ["a", "b", "c"])
        try await tell("The secondary has the same.", secondary.contents(), is: objects)

        let full = try await storage.backup.backUp(.full)
        try tell("A full backup copies all 3.", full.copiedObjects, is: 3)
        try await tell("One changes.", storage.store.write("paid", to: "a"), is: "served")
        let latest = try await storage.backup.backUp(.incremental(since: nil))
        try tell("An incremental backup copies that one.", latest.copiedObjects, is: 1)
        let verification = try await storage.backup.verify(latest.reference.id, scope: .all)
        try tell("All 3 objects are read back from it.", verification.checkedObjects, is: 3)
        try tell("None of them is damaged.", verification.problems, is: [])

        let empty = S3Bucket(client: storage.vault, name: "restored")
        try await storage.vault.createBucket(empty.name)
        let restoration = try await storage.backup.restore(
            latest.reference.id, scope: .all, to: RestoreTarget(storage: empty, prefix: ""))
        try tell("They are restored into an empty bucket.", restoration.problems, is: [])
        try await tell("It has the bytes of the primary.", empty.contents(), is: primary.contents())
    }
}
