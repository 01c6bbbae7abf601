/// An object as a storage lists it.
struct ListedObject: Equatable, Sendable {
    let key: String
    /// In bytes.
    let size: Int
    let etag: String

    /// Keys are bytes: Swift takes strings for equal that a storage keeps apart.
    var exactKey: [UInt8] { Array(key.utf8) }
}

/// What makes two storages hold the same, when the secondary has served. A pure value.
///
/// The secondary is right about every key that it has, and about every key that is known to be
/// deleted. A key that only the primary has, and that nobody here deleted, is kept and copied to
/// the secondary: better an object too many than one that is lost.
struct SiteComparison: Equatable, Sendable {
    enum Step: Equatable, Sendable {
        case copyToPrimary(ListedObject)
        case copyToSecondary(ListedObject)
        case deleteOnPrimary(ListedObject)
        /// Of the same size, under other ETags: services compute them in several ways, so the
        /// objects themselves have to be asked.
        case examine(ListedObject)
    }

    /// In the order of the keys' bytes.
    let steps: [Step]
    /// Objects that are known to be the same.
    let unchanged: Int

    /// - Parameter deleted: the keys whose last change was a delete.
    init(primary: [ListedObject], secondary: [ListedObject], deleted: Set<[UInt8]>) {
        var rest: [[UInt8]: ListedObject] = [:]
        for object in primary { rest[object.exactKey] = object }
        var steps: [(key: [UInt8], step: Step)] = []
        var unchanged = 0
        for object in secondary {
            let key = object.exactKey
            switch rest.removeValue(forKey: key) {
            case let other? where other == object && !object.etag.isEmpty:
                unchanged += 1
            case let other? where other.size == object.size:
                steps.append((key, .examine(object)))
            default:
                steps.append((key, .copyToPrimary(object)))
            }
        }
        for (key, object) in rest {
            let isDeleted = deleted.contains(key)
            steps.append((key, isDeleted ? .deleteOnPrimary(object) : .copyToSecondary(object)))
        }
        self.steps = steps.sorted { $0.key.lexicographicallyPrecedes($1.key) }.map(\.step)
        self.unchanged = unchanged
    }
}
