import PDex

extension ExchangePipeline {
    /// The bundle of a submission that was announced to the payer, to be handed out to it now; nil when none of that
    /// name is under way, or no longer is.
    ///
    /// Consent is checked each time, as before a request of our own (CO-03, CO-10): throws the fault that withholds it,
    /// and `payer.records-incomplete` when the records are too old to decide.
    public func bundle(toServe submission: String) async throws -> [UInt8]? {
        let consent = checkConsent
        let bundle = try await records.youngLook { [terms] reader -> [UInt8]? in
            guard let dash = submission.lastIndex(of: "-"),
                let exchange = try reader.exchange(String(submission[..<dash])), exchange.job == terms.job,
                exchange.state.isPending
            else { return nil }
            let isOnItsWay = try reader.submissions(ofExchange: exchange.id).contains {
                $0.id == submission && $0.epoch > 0 && [.leased, .retrying, .queued].contains($0.state)
            }
            guard isOnItsWay else { return nil }
            _ = try consent.permit(toSend: exchange, reader).get()
            return try reader.bundle(ofSubmission: submission)
        }
        guard let bundle else {
            throw Fault(
                .payerRecordsIncomplete, .retry,
                "the records of \(terms.payer.name) were too old to hand out a file on",
                hint: "they are read again when the file is fetched once more")
        }
        return bundle
    }
}
