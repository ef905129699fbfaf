/// What the present task runs, for whoever writes down what is told meanwhile.
public struct RunContext: Sendable, Hashable {
    /// The job's name.
    public let job: String
    /// The run's id.
    public let run: String
    /// The member request that it answers; nil when it answers none.
    public let request: String?

    /// The run of this task and of those that it began; nil beside all runs.
    @TaskLocal public static var current: RunContext?

    /// Names a run.
    public init(job: String, run: String, request: String? = nil) {
        self.job = job
        self.run = run
        self.request = request
    }
}
