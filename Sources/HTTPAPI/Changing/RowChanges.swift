internal import DRTesting
internal import HTTPTypes
internal import Service
internal import Wire

/// A table of rows that people keep, as the API changes them.
protocol KeptTable: CatalogTable {
    associatedtype Definition: RowDefinition

    /// As the API lists it.
    static var table: ReadingTable { get }

    var rows: KeptRows<Definition> { get }
}

extension Scenarios: KeptTable {
    static var table: ReadingTable { .scenarios }
}

extension Schedules: KeptTable {
    static var table: ReadingTable { .schedules }
}

extension Excuses: KeptTable {
    static var table: ReadingTable { .excuses }
}

extension Cadences: KeptTable {
    static var table: ReadingTable { .cadences }
}

/// What a request says of a row; what it does not name stays as it is.
protocol RowEdit: Sendable {
    associatedtype Definition: RowDefinition

    init(_ fields: inout JSONFields)

    func apply(to definition: inout Definition)
}

/// Creates, changes and removes the rows of one table: what they all have in common.
struct RowChanges<Table: KeptTable>: Sendable {
    typealias Definition = Table.Definition

    /// A row after it was changed.
    struct Changed: Sendable {
        let id: UInt64
        /// Whether anything was appended.
        let isNews: Bool
        let state: CatalogState<Table>
    }

    let catalog: Catalog
    let reading: ReadingService
    /// What comes of a command, if the table is so.
    let decide: @Sendable (RowCommand<Definition>, Table) async throws -> [TestEvent]

    func create(_ definition: Definition, isEnabled: Bool = true) async throws -> Changed {
        let change = try await catalog.change(Table.self) { state in
            try await decide(.create(definition, isEnabled: isEnabled), state.table)
        }
        guard let id = change.state.table.rows.id(ofSame: definition) else {
            throw APIError(
                .conflict, code: "changed_meanwhile",
                "somebody else has changed it already; read it again")
        }
        return Changed(id: id, isNews: !change.events.isEmpty, state: change.state)
    }

    /// Creates what a request describes.
    ///
    /// - Parameters:
    ///   - blank: what a row is as far as the request does not say.
    ///   - names: the members that it must have.
    func create<Edit: RowEdit>(
        _ request: ChangeRequest, by edit: Edit.Type, from blank: Definition,
        requiring names: [String]
    ) async throws -> Changed where Edit.Definition == Definition {
        try request.checkNoQuery()
        var fields = try JSONFields(request.body)
        let (edit, isEnabled) = (Edit(&fields), fields.flag("enabled") ?? true)
        fields.require(names)
        try fields.finish()
        var definition = blank
        edit.apply(to: &definition)
        definition.by = request.caller.subject
        return try await create(definition, isEnabled: isEnabled)
    }

    /// Changes what a request describes.
    func update<Edit: RowEdit>(
        _ request: ChangeRequest, by edit: Edit.Type
    ) async throws -> Changed where Edit.Definition == Definition {
        try request.checkNoQuery()
        var fields = try JSONFields(request.body)
        let (edit, isEnabled) = (Edit(&fields), fields.flag("enabled"))
        try fields.finish()
        let id = try request.id(of: Table.table.noun)
        return try await change(id, request, isEnabled: isEnabled) { edit.apply(to: &$0) }
    }

    /// Changes what a request names, and leaves the rest as it is.
    ///
    /// - Parameters:
    ///   - isEnabled: `nil` leaves it so.
    ///   - edit: changes the definition. It may be called again.
    func change(
        _ id: UInt64, _ request: ChangeRequest, isEnabled: Bool?,
        edit: @Sendable (inout Definition) -> Void
    ) async throws -> Changed {
        let subject = request.caller.subject
        let change = try await catalog.change(Table.self) { state in
            let row = try present(id, in: state)
            try request.checkMatch(state.positions[id])
            var definition = row.definition
            edit(&definition)
            var events: [TestEvent] = []
            if definition != row.definition {
                definition.by = subject
                events += try await decide(.change(definition), state.table)
            }
            if let isEnabled, isEnabled != row.isEnabled {
                let change = RowChange(id: id, by: subject)
                events += try await decide(
                    isEnabled ? .enable(change) : .disable(change), state.table)
            }
            return events
        }
        return Changed(id: id, isNews: !change.events.isEmpty, state: change.state)
    }

    func remove(_ request: ChangeRequest) async throws -> Answer {
        try request.checkNoQuery()
        try JSONFields(request.body).finish()
        let id = try request.id(of: Table.table.noun)
        let subject = request.caller.subject
        _ = try await catalog.change(Table.self) { state in
            _ = try present(id, in: state)
            try request.checkMatch(state.positions[id])
            return try await decide(.remove(RowChange(id: id, by: subject)), state.table)
        }
        return Answer.data(message: "\(Table.table.noun) \(id) was removed") { writer in
            writer.object { row in
                row.member("id", id)
            }
        }
    }

    /// The row as the table shows it to whoever reads.
    func row(_ changed: Changed) async throws -> [UInt8] {
        guard let row = try await reading.row(changed.id, of: Table.table) else {
            throw APIError.notFound("\(Table.table.noun) \(changed.id)")
        }
        return row
    }

    func answer(_ changed: Changed, isCreated: Bool) async throws -> Answer {
        answer(changed, isCreated: isCreated, row: try await row(changed))
    }

    func answer(_ changed: Changed, isCreated: Bool, row: [UInt8]) -> Answer {
        let done = isCreated ? "was created" : "was changed"
        var headers = HTTPFields()
        headers[.eTag] = changed.state.positions[changed.id].map { ChangeRequest.tag($0) }
        return Answer.data(
            row,
            message: "\(Table.table.noun) \(changed.id) \(changed.isNews ? done : "is so already")",
            status: isCreated && changed.isNews ? .created : .ok,
            headers: headers)
    }

    private func present(
        _ id: UInt64, in state: CatalogState<Table>
    ) throws(APIError) -> KeptRows<Definition>.Row {
        guard let row = state.table.rows[id], !row.isRemoved else {
            throw .notFound("\(Table.table.noun) \(id)")
        }
        return row
    }
}
