/// What the requests of one call have in common, those that repeat it included.
public enum S3Invocation {
    /// Sent with each request as `amz-sdk-invocation-id`, as the SDKs of AWS do it, so that a
    /// storage or a proxy can tell a request that is sent again from a new one. `nil`: not sent.
    @TaskLocal public static var id: String?
}
