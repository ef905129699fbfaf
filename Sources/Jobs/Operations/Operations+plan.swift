public import Pipeline

extension Operations {
    /// How a job would pull from its clinic now, and since when; asks the clinic only what it offers.
    public func plan(job: String) async throws -> PullOutlook {
        try await pipeline(job).outlook()
    }

    /// How a job would deliver to its payer now; asks the payer what it offers, and sends nothing.
    public func deliveryPlan(job: String) async throws -> DeliveryOutlook {
        try await pipeline(job).deliveryOutlook()
    }
}
