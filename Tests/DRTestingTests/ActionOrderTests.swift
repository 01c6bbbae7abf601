import DRTesting
import Testing

struct ActionOrderTests {
    private func refusals(_ actions: [Action]) -> [ActionOrder.Refusal?] {
        var order = ActionOrder()
        return actions.map { action in
            do throws(ActionOrder.Refusal) {
                try order.take(action)
                return nil
            } catch {
                return error
            }
        }
    }

    private func fault(_ name: String, _ kind: FaultPlan.Kind = .hang) -> Action {
        .injectFault(
            FaultPlan(
                name: name, endpoint: "primary", kind: kind, fraction: 1, status: 503, delay: .zero)
        )
    }

    private let episodes = Action.runEpisodes(
        [.hang], openWithin: .seconds(1), closedWithin: .seconds(1))

    @Test func aFaultIsChangedAndLiftedOnlyWhileItIsInForce() {
        let actions = [
            fault("a"), fault("b"), .changeFault("a", fraction: 0.1), .liftFault("a"),
            .changeFault("a", fraction: 0.2), .liftFault("a"), fault("a"), fault("b"),
        ]
        #expect(
            refusals(actions) == [
                nil, nil, nil, nil, .faultNotInForce("a", inForce: ["b"]),
                .faultNotInForce("a", inForce: ["b"]), nil, .faultInForce("b"),
            ])
    }

    @Test func aFaultThatRefusesConnectionsHasNoFraction() {
        let actions = [fault("a", .refuse), .changeFault("a", fraction: 0.1), .liftFault("a")]
        #expect(refusals(actions) == [nil, .faultWithoutFraction("a"), nil])
    }

    @Test func episodesNeedALoadAndNoOtherFault() {
        let actions = [
            episodes, fault("b"), fault("a"), episodes, .liftFault("a"), .liftFault("b"), episodes,
            .pauseLoad, episodes,
        ]
        #expect(
            refusals(actions) == [
                nil, nil, nil, .faultsBesideEpisodes(inForce: ["a", "b"]), nil, nil, nil, nil,
                .loadDoesNotRun(action: "run_episodes"),
            ])
    }

    @Test func aLoadIsPausedAndResumedInTurnUntilItEnds() {
        let compare = Action.compareLedger(drainedWithin: .seconds(1))
        let actions: [Action] = [
            .resumeLoad, .pauseLoad, .pauseLoad, .resumeLoad, .resumeLoad, compare, .pauseLoad,
            .resumeLoad, compare,
        ]
        #expect(
            refusals(actions) == [
                .loadNotPaused, nil, .loadAlreadyPaused, nil, .loadNotPaused, nil, .loadEnded,
                .loadEnded, nil,
            ])
    }

    @Test func aBackupComesBeforeWhatIsDoneWithIt() {
        let actions: [Action] = [
            .verifyBackup, .restoreBackup(into: .empty), .takeBackup(.full), .verifyBackup,
            .takeBackup(.incremental), .restoreBackup(into: .empty), .compareBackup,
        ]
        #expect(
            refusals(actions) == [
                .noBackup(action: "verify_backup"), .noBackup(action: "restore_backup"), nil, nil,
                nil, nil, nil,
            ])
        #expect(refusals([.takeBackup(.incremental)]) == [.noFullBackup])
        #expect(refusals([.takeBackup(.full), .compareBackup]) == [nil, .nothingRestored])
    }

    /// What a running load changes meanwhile could not be told from the loss.
    @Test func nothingIsDestroyedOrWrittenBackUnderALoad() {
        let destroy = Action.destroyObjects(deleted: 1, corrupted: 1)
        let restore = Action.restoreBackup(into: .primary)
        let actions = [.takeBackup(.full), destroy, restore, .pauseLoad, destroy, restore]
        #expect(
            refusals(actions) == [
                nil, .loadRuns(action: "destroy_objects"), .loadRuns(action: "restore_backup"), nil,
                nil, nil,
            ])
    }

    @Test func performanceIsMeasuredWithoutTheLoadAndAgainstABaseline() {
        let sweep = Action.sweepClients([1, 2], each: .seconds(1))
        let stress = Action.stress(limitFactor: 4, each: .seconds(1))
        let baseline = Action.measureBaseline(lasting: .seconds(1), rate: 50)
        let rest = Action.rest(.seconds(1))
        let actions = [baseline, rest, .pauseLoad, rest, baseline, sweep, stress]
        #expect(
            refusals(actions) == [
                .loadRuns(action: "measure_baseline"), .loadRuns(action: "rest"), nil, nil, nil,
                nil, nil,
            ])
        #expect(
            refusals([.pauseLoad, sweep, stress]) == [
                nil, .noBaseline(action: "sweep_clients"), .noBaseline(action: "stress"),
            ])
    }

    @Test func readOnlyModeIsEnteredAndLeftInTurn() {
        let modes = [false, true, true, false, true].map { Action.setReadOnly($0) }
        #expect(
            refusals(modes) == [
                .readOnlyUnchanged(isOn: false), nil, .readOnlyUnchanged(isOn: true), nil, nil,
            ])
    }

    @Test func everyRefusalIsASentenceForPeople() {
        let refusals: [ActionOrder.Refusal] = [
            .faultInForce("a"), .faultNotInForce("a", inForce: []), .faultWithoutFraction("a"),
            .faultsBesideEpisodes(inForce: ["a"]), .loadRuns(action: "rest"),
            .loadDoesNotRun(action: "run_episodes"), .loadNotPaused, .loadAlreadyPaused, .loadEnded,
            .noBackup(action: "verify_backup"), .noFullBackup, .nothingRestored,
            .noBaseline(action: "stress"), .readOnlyUnchanged(isOn: true),
        ]
        let sentences = refusals.map { "\($0)" }
        #expect(Set(sentences).count == refusals.count)
        #expect(sentences.allSatisfy { $0.contains(" ") && !$0.contains("(") })
    }
}
