internal import DRTesting
internal import Yams

/// Reads the actions of a step that call something outside the storage system.
///
/// Whatever they change must be put back, so they say how, or that there is nothing to put back.
struct OutsideActionReader {
    let fields: YAMLFields

    /// - Parameter kind: one of `OutsideCallReader.kinds`.
    func action(_ kind: String, _ node: Node) -> Action? {
        let reader = OutsideCallReader(fields: fields)
        let call = reader.call(kind, node, beside: ["undo", "changes_nothing"])
        // That of a plug-in is checked when it says what it can do.
        if kind == "plugin" { return call.map { .callOutside(OutsideAction($0)) } }
        guard node.mapping != nil else { return nil }
        let undo = node.mapping?["undo"]
        let changesNothing = fields.flag(node.mapping?["changes_nothing"]) ?? false
        switch (undo, changesNothing) {
        case (let undo?, false):
            let undo = reader.call(undo)
            guard let call, let undo else { return nil }
            return .callOutside(OutsideAction(call, undo: undo))
        case (nil, true): return call.map { .callOutside(OutsideAction($0)) }
        case (let undo?, true):
            fields.fail(undo, "either 'undo' or 'changes_nothing: true' is accepted, not both")
        case (nil, false):
            fields.fail(
                node,
                "nothing would put back what this changes; accepted: 'undo', or "
                    + "'changes_nothing: true'")
        }
        return nil
    }
}
