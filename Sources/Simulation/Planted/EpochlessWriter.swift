import FHIR
import PDex

/// Writes what became of a claim whosever it is now.
final class EpochlessWriter: RelayedWriter {
    override func settle(
        _ submission: String, epoch: Int, as state: SubmissionState, notBefore: Instant?, receipt: Receipt
    ) throws -> Bool {
        let exchange = String(submission[..<(submission.lastIndex(of: "-") ?? submission.endIndex)])
        let present = try submissions(ofExchange: exchange).first { $0.id == submission }?.epoch
        return try super.settle(
            submission, epoch: present ?? epoch, as: state, notBefore: notBefore, receipt: receipt)
    }
}
