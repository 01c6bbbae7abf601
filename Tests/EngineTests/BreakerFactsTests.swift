import DRTesting
import FaultProxy
import ResilientStorage
import Testing

@testable import Engine

/// Times in milliseconds after some moment.
struct BreakerFactsTests {
    private static let start = ContinuousClock.now

    private static func at(_ milliseconds: Int) -> ContinuousClock.Instant {
        start + .milliseconds(milliseconds)
    }

    /// What a breaker that opens after one failure, for a second, and needs one trial, tells.
    private static let facts: RunFacts.State = {
        var configuration = CircuitBreaker.Configuration()
        configuration.failureThreshold = 1
        configuration.trialCount = 1
        configuration.openDuration = .seconds(1)
        var breaker = CircuitBreaker(configuration)
        var facts = RunFacts.State()
        func call(at time: Int, isGood: Bool) {
            let (admission, change) = breaker.admit(at: at(time))
            let end = at(time + 10)
            let other = isGood ? breaker.succeeded(admission) : breaker.failed(admission, at: end)
            for (change, instant) in [(change, at(time)), (other, end)] {
                if let change { facts.note(.breaker(change, at: instant)) }
            }
        }
        call(at: 0, isGood: true)
        call(at: 100, isGood: false)
        call(at: 1200, isGood: false)
        call(at: 2300, isGood: true)
        call(at: 2400, isGood: true)
        call(at: 2500, isGood: false)
        return facts
    }()

    @Test func theBreakerIsInAStateUntilTheNextOne() {
        #expect(
            Self.facts.breakerSpans(.open, to: Self.at(3000)) == [
                Self.at(110)..<Self.at(1200), Self.at(1210)..<Self.at(2300),
                Self.at(2510)..<Self.at(3000),
            ])
        #expect(
            Self.facts.breakerSpans(.halfOpen, to: Self.at(3000)) == [
                Self.at(1200)..<Self.at(1210), Self.at(2300)..<Self.at(2310),
            ])
        #expect(Self.facts.breakerCount(.open) == 3)
        #expect(Self.facts.breakerCount(.halfOpen) == 2)
        #expect(RunFacts.State().breakerSpans(.open, to: Self.at(3000)).isEmpty)
    }

    @Test func itIsQuietOnceWhatItHadLetThroughHasEnded() {
        var facts = Self.facts
        for time in [150, 1300, 2400] { facts.note(.quiesced(at: Self.at(time))) }
        facts.note(.quiesced(site: .secondary, at: Self.at(2600)))
        #expect(
            facts.quietSpans(to: Self.at(3000)) == [
                Self.at(150)..<Self.at(1200), Self.at(1300)..<Self.at(2300),
            ])
        #expect(Self.facts.quietSpans(to: Self.at(3000)).isEmpty)
    }

    @Test func openingIsLookedForSinceAMoment() {
        #expect(Self.facts.breakerOpened(since: Self.at(0)) == Self.at(110))
        #expect(Self.facts.breakerOpened(since: Self.at(110)) == Self.at(110))
        #expect(Self.facts.breakerOpened(since: Self.at(1300)) == Self.at(2510))
        #expect(Self.facts.breakerOpened(since: Self.at(2511)) == nil)
    }

    @Test func aFaultIsOverWhenItStrikesNothingAnyMore() {
        var fault = RunFacts.FaultFact(name: "a", effective: Self.at(0), passedBefore: 0)
        #expect(fault.cleared == nil)
        (fault.fraction, fault.changed) = (0.1, Self.at(10))
        #expect(fault.cleared == nil)
        (fault.fraction, fault.changed) = (0, Self.at(20))
        #expect(fault.cleared == Self.at(20))
        fault.ending = FaultEnding(reason: .lifted, ended: Self.at(30))
        #expect(fault.cleared == Self.at(20))
        fault.fraction = 0.5
        #expect(fault.cleared == Self.at(30))
    }

    /// One that was planned and never reached is neither; nor is one under way.
    @Test func anEpisodeIsCompletedOrFailedOnlyWhenItHasEnded() {
        var episode = BreakerFacts.Episode(kind: .hang)
        #expect(!episode.isCompleted && !episode.hasFailed)
        episode.effective = Self.at(0)
        episode.closedAgain = Self.at(4000)
        #expect(!episode.isCompleted && !episode.hasFailed)
        #expect(episode.measured.responseTime.value == nil)
        (episode.firstBadCall, episode.ended) = (Self.at(5), Self.at(4100))
        #expect(episode.isCompleted && !episode.hasFailed)
        #expect(episode.measured.responseTime.name == "response_time_hang_ms")
        #expect(episode.measured.responseTime.value == .milliseconds(3995))
        episode.closedAgain = nil
        #expect(!episode.isCompleted && episode.hasFailed)
    }

    /// Otherwise a breaker might rightly stay closed.
    @Test(arguments: Action.Episode.allCases)
    func noCallIsSparedInAnEpisode(_ kind: Action.Episode) {
        let plans = FaultPlan.faults(of: kind)
        #expect(plans.last?.fraction == 1)
        #expect(Set(plans.map(\.name)).count == plans.count)
        var spared = 1.0
        for plan in plans {
            let struck = spared * plan.fraction
            #expect(abs(struck - 1 / Double(plans.count)) < 0.001, "\(plan.name)")
            spared -= struck
        }
        #expect(plans.count == (kind == .mixed ? 4 : 1))
    }
}

/// Whether a run that was stopped had lost its service for good.
struct UnrecoveredTests {
    @Test func onlyServiceThatWasLostCanBeMissing() {
        var recovery = Recovery()
        #expect(!recovery.isUnrecovered)
        recovery.impact = .now
        #expect(recovery.isUnrecovered)
        recovery.verified = .now
        #expect(!recovery.isUnrecovered)
    }

    /// As after a failover, while the way back has not been taken.
    @Test func aTimeThatWasReachedDoesNotMakeEverythingWell() {
        var recovery = Recovery()
        (recovery.impact, recovery.recoveryTime) = (.now, .seconds(1))
        #expect(recovery.isUnrecovered)
    }
}
