internal import S3

/// The seam at which the objects of a drill are removed.
protocol ObjectRemoving: Sendable {
    /// Removes every object of the drill below a prefix, past the proxy.
    ///
    /// - Returns: how many there were.
    func removeAll(below prefix: String, from place: StoragePlace) async throws -> Int
}

/// Removes what one run has written, and nothing else.
struct ObjectRemoval: ObjectRemoving {
    let runKey: String

    func removeAll(below prefix: String, from place: StoragePlace) async throws -> Int {
        let (client, bucket) = (place.direct, place.bucket)
        var removed = 0
        // Again until there is nothing: a write that nobody waits for may land in between.
        while true {
            let entries = try await client.listAll(bucket, prefix: place.objectKey(prefix))
            if entries.isEmpty { return removed }
            for entry in entries {
                precondition(
                    entry.key.hasPrefix(place.objectKey("dr-test/\(runKey)/")),
                    "A drill was about to remove an object that is not its own.")
                try await client.delete(entry.key, in: bucket)
                removed += 1
            }
        }
    }
}
