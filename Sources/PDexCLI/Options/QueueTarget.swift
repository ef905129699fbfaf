import ArgumentParser
import FHIR
import Jobs
import PDex

/// The part of the queue to pause or resume.
struct QueueTarget: ParsableArguments {
    @Argument(help: "What it is: payer, job or lane.")
    var subject: Hold.Subject

    @Argument(help: "Its name; for a lane on-demand, nightly or replay.")
    var name: String

    /// The target as written for people.
    var words: String { "\(subject.rawValue) \(name)" }

    /// The change, as JSON.
    func json(_ change: JSONObject) -> JSONValue {
        .object(
            JSONObject(
                members: [
                    .init(key: "subject", value: .string(subject.rawValue)), .init(key: "name", value: .string(name)),
                ] + change.members))
    }

    /// Throws `usage.invalid` when nothing has that name: a hold on a misspelt name would hold nothing.
    func insist(on jobs: [Job]) throws {
        let names: Set<String> =
            switch subject {
            case .payer: Set(jobs.map(\.payer))
            case .job: Set(jobs.map(\.name))
            case .lane: Set(DeliveryLane.allCases.map(\.rawValue))
            }
        guard names.contains(name) else {
            throw Fault(
                .usage, .stop, "There is no \(subject.rawValue) of that name.",
                hint: "There are: \(names.sorted().joined(separator: ", ")).")
        }
    }
}
