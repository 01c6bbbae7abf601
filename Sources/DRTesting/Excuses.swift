/// Why drills that were due were not run, and who accepts it.
public struct Excuses: Equatable, Sendable {
    public typealias Command = RowCommand<ExcuseDefinition>

    public enum Refusal: Error, Equatable, Sendable, RowRefusal {
        case unknownID(UInt64)
        case removed(UInt64)
        case anonymous
        /// More than a record of the log holds.
        case tooLarge
        /// A field that must be given.
        case empty(String)
        /// Nobody excuses himself.
        case approverIsExecutor
        /// The same drill has an excuse.
        case alreadyExcused(id: UInt64)
    }

    public static let stream = "excuses"

    public private(set) var rows = KeptRows<ExcuseDefinition>()

    public init() {}

    public mutating func apply(_ event: TestEvent) {
        switch event {
        case .excuseCreated(let row): rows.apply(.created(row))
        case .excuseChanged(let row): rows.apply(.changed(row))
        case .excuseDisabled(let change): rows.apply(.disabled(change))
        case .excuseEnabled(let change): rows.apply(.enabled(change))
        case .excuseRemoved(let change): rows.apply(.removed(change))
        default: break
        }
    }

    public static func decide(
        _ command: Command, in excuses: Excuses
    ) throws(Refusal) -> [TestEvent] {
        let news = try excuses.rows.decide(command) { (row) throws(Refusal) in
            try check(row, in: excuses)
        }
        return news.map(event)
    }

    private static func check(
        _ excuse: ExcuseDefinition, in excuses: Excuses
    ) throws(Refusal) {
        if excuse.scenarioName.isBlank { throw .empty("scenario") }
        if excuse.targetName.isBlank { throw .empty("target") }
        if excuse.dueTime == 0 { throw .empty("due_at") }
        if excuse.reason.isBlank { throw .empty("reason") }
        if excuse.executor.isBlank { throw .empty("executor") }
        if excuse.approver.isBlank { throw .empty("approver") }
        if excuse.approver.isSameName(as: excuse.executor) { throw .approverIsExecutor }
        for row in excuses.rows.present where row.definition.id != excuse.id {
            if row.definition.excusesSameDrill(as: excuse) {
                throw .alreadyExcused(id: row.definition.id)
            }
        }
    }

    private static func event(_ event: RowEvent<ExcuseDefinition>) -> TestEvent {
        switch event {
        case .created(let row): .excuseCreated(row)
        case .changed(let row): .excuseChanged(row)
        case .disabled(let change): .excuseDisabled(change)
        case .enabled(let change): .excuseEnabled(change)
        case .removed(let change): .excuseRemoved(change)
        }
    }
}

extension ExcuseDefinition: RowDefinition {
    fileprivate func excusesSameDrill(as other: ExcuseDefinition) -> Bool {
        dueTime == other.dueTime && scenarioName == other.scenarioName
            && targetName == other.targetName
    }
}

extension Excuses.Refusal: CustomStringConvertible {
    public var description: String {
        switch self {
        case .unknownID(let id): "there is no excuse \(id)"
        case .removed(let id): "excuse \(id) was removed"
        case .anonymous: "nobody is named who wants it"
        case .tooLarge: tooLargeForRecord
        case .empty(let field): "\(field) is empty"
        case .approverIsExecutor: "the approver must be somebody else than the executor"
        case .alreadyExcused(let id): "excuse \(id) is for the same drill; change that one"
        }
    }
}
