import FHIR
import PDex

/// Writes the outcome of a claim no matter who holds it now.
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
