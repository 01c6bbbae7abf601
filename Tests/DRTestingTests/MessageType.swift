import DRTesting
import Testing
import Wire

/// One of the messages of the storage format, as Swift describes it.
struct MessageType: CustomTestStringConvertible, Sendable {
    let name: String
    let numbers: [Int]

    private init<Message: WireSchema>(_ type: Message.Type) {
        name = String(describing: type)
        numbers = type.fields.map(\.number)
    }

    var testDescription: String { name }

    static func numbers<Message: WireSchema>(of message: Message) -> [Int] {
        Message.fields.map(\.number)
    }

    static let all: [MessageType] = [
        MessageType(RunRequested.self), MessageType(NamedValue.self),
        MessageType(PlannedStep.self), MessageType(EndpointUsed.self),
        MessageType(RunStarted.self), MessageType(PrerequisiteChecked.self),
        MessageType(CancelRequested.self), MessageType(CleanupFinished.self),
        MessageType(CleanupAction.self), MessageType(RunFinished.self),
        MessageType(StepStarted.self), MessageType(ResultRecorded.self),
        MessageType(ObservationMade.self), MessageType(OperationsKept.self),
        MessageType(OperationKept.self), MessageType(LogRecorded.self),
        MessageType(FaultPlanned.self), MessageType(FaultEffective.self),
        MessageType(FaultEnded.self), MessageType(NoticeReceived.self),
        MessageType(ComponentChanged.self), MessageType(ExternalChangePlanned.self),
        MessageType(ExternalChangeUndone.self), MessageType(MetricRecorded.self),
        MessageType(MarkRecorded.self), MessageType(TimelineRecorded.self),
        MessageType(TimelineBin.self), MessageType(PhaseSummarized.self),
        MessageType(LedgerCompared.self), MessageType(OffendingKey.self),
        MessageType(ScenarioDefinition.self), MessageType(ScheduleDefinition.self),
        MessageType(ScheduleFired.self), MessageType(ExcuseDefinition.self),
        MessageType(CadenceDefinition.self), MessageType(RowChange.self),
        MessageType(AlertRaised.self), MessageType(AlertAcknowledged.self),
        MessageType(DeliveryAttempted.self),
        MessageType(ReportGenerated.self), MessageType(ReportFile.self),
        MessageType(RequestAnswered.self), MessageType(TokenRevoked.self),
        MessageType(AccessRefused.self), MessageType(RefusalsSummarized.self),
        MessageType(RefusalCount.self),
    ]
}
