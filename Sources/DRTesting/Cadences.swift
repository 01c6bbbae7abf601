/// How often which scenario must succeed on which target.
public struct Cadences: Equatable, Sendable {
    public typealias Command = RowCommand<CadenceDefinition>

    public enum Refusal: Error, Equatable, Sendable, RowRefusal {
        case unknownID(UInt64)
        case removed(UInt64)
        case anonymous
        /// More than a record of the log holds.
        case tooLarge
        /// A field that must be given.
        case empty(String)
        case intervalNotPositive
        /// Interval or grace of more than a hundred years.
        case tooLong
        /// The scenario has a cadence on this target.
        case alreadyKept(id: UInt64)
    }

    public static let stream = "cadences"
    /// A hundred years: what is added to a time does not leave the range of times.
    static let longestMs: UInt64 = 36_525 * 86_400_000

    public private(set) var rows = KeptRows<CadenceDefinition>()

    public init() {}

    public mutating func apply(_ event: TestEvent) {
        switch event {
        case .cadenceCreated(let row): rows.apply(.created(row))
        case .cadenceChanged(let row): rows.apply(.changed(row))
        case .cadenceDisabled(let change): rows.apply(.disabled(change))
        case .cadenceEnabled(let change): rows.apply(.enabled(change))
        case .cadenceRemoved(let change): rows.apply(.removed(change))
        default: break
        }
    }

    public static func decide(
        _ command: Command, in cadences: Cadences
    ) throws(Refusal) -> [TestEvent] {
        let news = try cadences.rows.decide(command) { (row) throws(Refusal) in
            try check(row, in: cadences)
        }
        return news.map(event)
    }

    private static func check(
        _ cadence: CadenceDefinition, in cadences: Cadences
    ) throws(Refusal) {
        if cadence.scenarioName.isBlank { throw .empty("scenario") }
        if cadence.targetName.isBlank { throw .empty("target") }
        if cadence.reason.isBlank { throw .empty("reason") }
        if cadence.intervalMs == 0 { throw .intervalNotPositive }
        if max(cadence.intervalMs, cadence.graceMs) > longestMs { throw .tooLong }
        for row in cadences.rows.present where row.definition.id != cadence.id {
            if row.definition.scenarioName == cadence.scenarioName,
                row.definition.targetName == cadence.targetName
            {
                throw .alreadyKept(id: row.definition.id)
            }
        }
    }

    private static func event(_ event: RowEvent<CadenceDefinition>) -> TestEvent {
        switch event {
        case .created(let row): .cadenceCreated(row)
        case .changed(let row): .cadenceChanged(row)
        case .disabled(let change): .cadenceDisabled(change)
        case .enabled(let change): .cadenceEnabled(change)
        case .removed(let change): .cadenceRemoved(change)
        }
    }
}

extension CadenceDefinition: RowDefinition {}

extension Cadences.Refusal: CustomStringConvertible {
    public var description: String {
        switch self {
        case .unknownID(let id): "there is no cadence \(id)"
        case .removed(let id): "cadence \(id) was removed"
        case .anonymous: "nobody is named who wants it"
        case .tooLarge: tooLargeForRecord
        case .empty(let field): "\(field) is empty"
        case .intervalNotPositive: "the interval must be longer than 0"
        case .tooLong: "interval and grace are at most a hundred years"
        case .alreadyKept(let id):
            "cadence \(id) is for the same scenario and target; change that one"
        }
    }
}
