internal import FoundationEssentials
internal import ResilientStorage

/// Takes every notice and sends none.
struct NotifierSilent: Notifying {
    func send(_ notice: Notice) async throws {}
}

/// Sends notices all the time, also when nothing is wrong.
final class NotifierAlways: Notifying {
    private let notifier: WebhookNotifier

    init(notifier: WebhookNotifier) {
        self.notifier = notifier
        Task { [weak self] in
            while let self {
                let notice = Notice(
                    incident: "none", kind: .degraded, message: "Something may be wrong.",
                    time: Date())
                try? await self.notifier.send(notice)
                try? await Task.sleep(for: .milliseconds(500))
            }
        }
    }

    func send(_ notice: Notice) async throws { try await notifier.send(notice) }
}
