import DRTesting
import Testing

/// What people read of counts and of the end of a run.
struct WordingTests {
    @Test(
        arguments: zip([0, 1, 2, 11, 21], ["0 rows", "1 row", "2 rows", "11 rows", "21 rows"]))
    func oneThingIsNotSeveral(count: Int, words: String) {
        #expect(count.counted("row") == words)
    }

    @Test(
        arguments: zip(
            [
                (RunStatus.completed, ""), (.failed, "timed out"), (.failed, "failed part: broken"),
                (.cancelled, "cancelled by ops"), (.cancelled, "stopped by signal 2"),
            ],
            [
                "completed", "failed: timed out", "failed: failed part: broken",
                "cancelled by ops", "cancelled: stopped by signal 2",
            ]))
    func theEndOfARunIsSaidOnce(end: (status: RunStatus, message: String), sentence: String) {
        var finished = RunFinished()
        (finished.status, finished.errorMessage) = end
        #expect(finished.sentence == sentence)
    }
}
