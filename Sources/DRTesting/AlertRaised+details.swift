public import Wire

extension AlertRaised {
    /// Writes the details as one object. They are texts in the log: those whose names say that they
    /// are more are more here.
    public func writeDetails(to writer: inout JSONWriter) {
        writer.object { object in
            if testID != 0 {
                object.name("test_id")
                object.integer(testID)
            }
            for detail in details where detail.name != "test_id" {
                object.name(detail.name)
                if detail.name.hasSuffix("_ms"), let number = UInt64(detail.value) {
                    object.integer(number)
                } else if detail.name.hasSuffix("_exceeded"), let flag = Bool(detail.value) {
                    object.bool(flag)
                } else {
                    object.string(detail.value)
                }
            }
        }
    }
}
