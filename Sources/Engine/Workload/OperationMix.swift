internal import DRTesting

/// What the operations of a load are, in which shares. A pure value.
struct OperationMix: Equatable, Sendable {
    /// What a write does to its key.
    enum Change: UInt8, Codable, Equatable, Sendable {
        case creation, overwrite, deletion
    }

    enum Intent: Equatable, Sendable {
        case read
        case write(Change)
    }

    /// Of all operations.
    let readShare: Double
    /// Of the writes. What is left of them makes new objects.
    let overwriteShare: Double
    let deleteShare: Double

    init(_ plan: WorkloadPlan) {
        readShare = plan.readsPerSecond / (plan.readsPerSecond + plan.writesPerSecond)
        (overwriteShare, deleteShare) = (plan.overwriteShare, plan.deleteShare)
    }

    /// - Parameter chance: at least 0 and less than 1.
    func change(at chance: Double) -> Change {
        if chance < deleteShare { return .deletion }
        return chance < deleteShare + overwriteShare ? .overwrite : .creation
    }

    /// One of all operations, where reads and writes have no rates of their own.
    func intent(at chance: Double) -> Intent {
        if chance < readShare { return .read }
        return .write(change(at: (chance - readShare) / (1 - readShare)))
    }
}

/// The chance in a load: as many independent numbers for each operation as it has questions.
struct Dice: Sendable {
    enum Question: UInt64 {
        case intent = 1
        case key
    }

    let seed: UInt64

    func roll(_ question: Question, of operation: UInt64) -> UInt64 {
        var generator = SeededGenerator(
            seed: seed ^ operation &* 0x9e37_79b9 ^ question.rawValue << 56)
        return generator.next()
    }

    /// At least 0 and less than 1.
    func chance(_ question: Question, of operation: UInt64) -> Double {
        Double(roll(question, of: operation) >> 11) * 0x1p-53
    }
}
