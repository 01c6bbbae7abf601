internal import ResilientStorage

extension Sabotage? {
    func wrap(_ store: ResilientStore) -> any StorageUnderLoad {
        switch self {
        case .slowUnderLoad: SlowUnderLoad(storage: store)
        case .leaksMemory: LeaksMemory(storage: store)
        default: store
        }
    }

    func wrap(_ removal: ObjectRemoval) -> any ObjectRemoving {
        self == .cleanupSkipped ? CleanupSkipped() : removal
    }
}
