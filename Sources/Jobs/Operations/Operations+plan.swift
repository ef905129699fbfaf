public import Pipeline

extension Operations {
    /// How a job would pull its clinic now, and from when on; asks the clinic what it offers, and fetches nothing else.
    public func plan(job: String) async throws -> PullOutlook {
        try await pipeline(job).outlook()
    }

    /// How a job would deliver to its payer now; asks the payer what it offers, and sends nothing.
    public func deliveryPlan(job: String) async throws -> DeliveryOutlook {
        try await pipeline(job).deliveryOutlook()
    }
}
