import Testing

@testable import Engine
@testable import FaultProxy

struct WireRecordTests {
    /// A write as the proxy tells of it after the storage has answered.
    private func put(
        _ key: String, _ sequence: Int, status: Int? = 200, fault: Fault.Kind? = nil
    ) -> ProxiedOperation {
        operation("PUT", key, [Workload.sequenceHeader: "\(sequence)"], status, fault)
    }

    private func operation(
        _ method: String, _ key: String, _ metadata: [String: String], _ status: Int?,
        _ fault: Fault.Kind?
    ) -> ProxiedOperation {
        var operation = ProxiedOperation(
            sequence: 1, method: method, bucket: "bucket", key: key, agent: "dr-store",
            metadata: metadata, received: .now)
        operation.status = status
        operation.fault = fault
        return operation
    }

    private func record(_ operations: ProxiedOperation...) -> WireRecord {
        let record = WireRecord()
        for operation in operations { record.record(operation) }
        return record
    }

    @Test func nothingSeenIsNothingWrong() {
        #expect(record().orderViolations == 0)
        #expect(record().duplicates == 0)
    }

    @Test func writesInOrderAreRight() {
        let record = record(put("a", 1), put("b", 2), put("a", 3), put("b", 7), put("a", 9))
        #expect(record.orderViolations == 0)
        #expect(record.duplicates == 0)
    }

    @Test func aWriteThatCameAfterALaterOneOfItsKeyIsCounted() {
        #expect(record(put("a", 3), put("a", 1)).orderViolations == 1)
        #expect(record(put("a", 3), put("a", 1), put("a", 2)).orderViolations == 2)
        #expect(record(put("a", 1), put("a", 5), put("a", 3), put("a", 6)).orderViolations == 1)
    }

    @Test func keysAreOrderedEachByItself() {
        #expect(record(put("a", 9), put("b", 1), put("c", 5), put("b", 2)).orderViolations == 0)
        #expect(record(put("a", 2), put("b", 4), put("a", 1), put("b", 3)).orderViolations == 2)
    }

    @Test func aWriteThatWasSentAgainAfterItsAcknowledgementIsADuplicate() {
        #expect(record(put("a", 1), put("a", 1)).duplicates == 1)
        #expect(record(put("a", 1), put("a", 1), put("a", 1)).duplicates == 2)
        #expect(record(put("a", 1), put("a", 2), put("a", 1)).duplicates == 1)
        #expect(record(put("a", 1), put("b", 1)).duplicates == 0)
    }

    /// Whoever did not get the acknowledgement has to send again.
    @Test func aWriteWhoseAcknowledgementWasLostMayBeSentAgain() {
        let lost = put("a", 1, fault: .resetAfterAnswer)
        #expect(record(lost, put("a", 1)).duplicates == 0)
        #expect(record(lost, lost, put("a", 1)).duplicates == 0)
        #expect(record(lost, put("a", 1), put("a", 1)).duplicates == 1)
        #expect(record(put("a", 1), lost).duplicates == 1)
    }

    /// Its client may have given it up before the answer came.
    @Test func aWriteThatWasAnsweredSlowlyMayBeSentAgain() {
        var slow = put("a", 1)
        slow.finished = slow.received + WireRecord.promptness + .nanoseconds(1)
        #expect(record(slow, put("a", 1)).duplicates == 0)
        slow.finished = slow.received + WireRecord.promptness
        #expect(record(slow, put("a", 1)).duplicates == 1)
    }

    /// A client that says what it was told is believed, and not what the proxy has passed on.
    @Test func aWriteThatItsClientWasToldOfIsADuplicateWhenItComesAgain() {
        let record = WireRecord(isTold: true)
        let first = put("a", 1)
        record.record(first)
        record.record(put("a", 1))
        #expect(record.duplicates == 0)
        record.acknowledged(1, of: "a", at: .now)
        record.record(put("a", 1))
        #expect(record.duplicates == 1)
        record.record(put("b", 1))
        record.record(put("a", 2))
        #expect(record.duplicates == 1)
    }

    /// Sent again in time, it is still overtaken by nobody.
    @Test func aWriteThatIsSentAgainIsNotOutOfOrder() {
        let lost = put("a", 4, fault: .resetAfterAnswer)
        #expect(record(lost, put("a", 4), put("a", 5)).orderViolations == 0)
        #expect(record(lost, put("a", 5), put("a", 4)).orderViolations == 1)
    }

    @Test(arguments: [Int?.none, 199, 300, 404, 412, 500, 503])
    func whatTheStorageDidNotTakeDoesNotCount(status: Int?) {
        let refused = put("a", 1, status: status)
        #expect(record(put("a", 2), refused).orderViolations == 0)
        #expect(record(refused, put("a", 1), refused).duplicates == 0)
    }

    /// Nor does what a fault kept from the storage, or from the end of its answer.
    @Test(arguments: [
        Fault.Kind.hang, .refuse, .resetBeforeForwarding, .status(503), .latency(.seconds(1)),
    ])
    func whatWasStruckAndNotAnsweredDoesNotCount(_ kind: Fault.Kind) {
        let struck = put("a", 1, status: nil, fault: kind)
        #expect(record(put("a", 2), struck).orderViolations == 0)
        #expect(record(struck, put("a", 1), struck).duplicates == 0)
    }

    /// Nobody tells its client that the answer is an old one.
    @Test func aStaleAnswerIsNoFailureAndNotOfTheStorage() {
        let start = ContinuousClock.now
        let record = record(
            operation("GET", "a", [:], nil, .staleRead), operation("GET", "a", [:], nil, .hang))
        #expect(record.attempts(since: start).samples.map(\.isFailed) == [false, true])
        #expect(record.served(since: start).samples.isEmpty)
    }

    @Test func aLateWriteHadFailedWhenItWasSentAndReachesTheStorageAllTheSame() {
        let start = ContinuousClock.now
        var late = put("a", 1, fault: .lateDelivery(.seconds(5)))
        late.finished = late.received + .seconds(5)
        let record = record(put("a", 2), late)
        let attempts = record.attempts(since: start).samples
        #expect(attempts.map(\.isFailed) == [false, true])
        #expect(attempts.last?.finished == late.received)
        #expect(record.orderViolations == 1)
    }

    @Test func whatCannotBeAskedForIsUnknownUntilItCan() {
        let start = ContinuousClock.now
        let record = record(put("a", 1))
        record.note(isBehind: true)
        #expect(record.orderViolations == nil)
        #expect(!record.attempts(since: start).isComplete)
        record.note(isBehind: false)
        #expect(record.orderViolations == 0)
        #expect(record.attempts(since: start).isComplete)
        record.tear()
        record.note(isBehind: false)
        #expect(record.orderViolations == nil)
    }

    @Test(arguments: [200, 201, 204, 299])
    func everyKindOfSuccessCounts(status: Int) {
        #expect(record(put("a", 2), put("a", 1, status: status)).orderViolations == 1)
    }

    /// However many writes a key has, so many of them are remembered.
    @Test func aWriteThatComesAgainMuchLaterIsOutOfOrder() {
        var record = DeliveryRecord()
        let last = 10 * DeliveryRecord.memory
        for sequence in 1...last { record.took(sequence, of: "a", isAcknowledged: true) }
        #expect(record.orderViolations == 0 && record.duplicates == 0)
        record.took(last, of: "a", isAcknowledged: true)
        #expect(record.orderViolations == 0 && record.duplicates == 1)
        record.took(last - DeliveryRecord.memory + 1, of: "a", isAcknowledged: true)
        #expect(record.orderViolations == 1 && record.duplicates == 2)
        record.took(1, of: "a", isAcknowledged: true)
        #expect(record.orderViolations == 2 && record.duplicates == 2)
    }

    @Test func onlyNumberedWritesCount() {
        let number = [Workload.sequenceHeader: "1"]
        let others = [
            operation("GET", "a", number, 200, nil), operation("DELETE", "a", number, 204, nil),
            operation("POST", "a", number, 200, nil), operation("PUT", "a", [:], 200, nil),
            operation("PUT", "a", [Workload.sequenceHeader: "one"], 200, nil),
        ]
        for other in others {
            #expect(record(put("a", 2), other).orderViolations == 0)
            #expect(record(other, put("a", 1), other).duplicates == 0)
        }
    }
}
