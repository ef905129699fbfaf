import FHIR
import PDex

/// Fetches the practitioners, places and organizations that visits refer to, each once per run (RD-14, RD-15).
///
/// A resource that the clinic does not return is noted by reason; the reference to it stays as the clinic wrote it.
actor SharedClosure {
    private let clinic: any ClinicServer
    private let walk: PageWalk
    private let intake: Intake
    private let capability: ServerCapability
    /// How deep it follows references: no real clinic nests that deeply, but a hostile one has no end (RD-14).
    private static let mostSteps = 16
    /// Several times more than is asked for: a server that returns all it has did not understand the query.
    private static let mostMatches = 200
    /// The requests that are under way or answered, by reference.
    private var asked: [String: Task<Answer, any Error>] = [:]

    /// The result of a request.
    private struct Answer: Sendable {
        var references: Set<String> = []
        var flaws = 0
    }

    init(clinic: any ClinicServer, intake: Intake, name: String, capability: ServerCapability) {
        self.clinic = clinic
        walk = PageWalk(server: clinic, name: name, tally: intake.tally)
        self.intake = intake
        self.capability = capability
    }

    /// References to shared types on a page, in the form the server wrote them.
    static func references(in page: SearchPage) -> Set<String> {
        var found: Set<String> = []
        for entry in page.entries where entry.mode != .outcome {
            entry.bytes.withUnsafeBytes { SharedReferences.add(in: $0, to: &found) }
        }
        return found
    }

    /// Fetches those of `references` that this run has not fetched, and then the resources they refer to.
    ///
    /// Returns how many flaws there were in the results. A fetch under way for another patient is waited for, and a
    /// failed one is repeated by the next caller: a reference counts as known only once its target is staged.
    func fetch(_ references: Set<String>) async throws -> Int {
        var open = references
        var seen: Set<String> = []
        var flaws = 0
        var steps = 0
        while !open.isEmpty {
            guard steps < Self.mostSteps else {
                await intake.tally.noted(.clinicReferenceMissing, open.count)
                break
            }
            steps += 1
            seen.formUnion(open)
            ask(open)
            let answers = try await answers(to: open)
            flaws += answers.reduce(0) { $0 + $1.flaws }
            open = answers.reduce(into: Set<String>()) { $0.formUnion($1.references) }.subtracting(seen)
        }
        return flaws
    }

    /// Starts requests for references that nobody has requested.
    private func ask(_ references: Set<String>) {
        let fresh = references.filter { asked[$0] == nil }.sorted()
        for request in SharedRequest.all(for: fresh, base: intake.stager.base) {
            let task = Task { try await answer(to: request.question) }
            for text in request.references { asked[text] = task }
        }
    }

    /// Waits for all answers, even when one of them is a failure: none may arrive after the run.
    private func answers(to references: Set<String>) async throws -> [Answer] {
        var answers: [Answer] = []
        var failure: (any Error)?
        for task in Set(references.compactMap { asked[$0] }) {
            do {
                answers.append(
                    try await withTaskCancellationHandler {
                        try await task.value
                    } onCancel: {
                        task.cancel()
                    })
            } catch {
                failure = failure ?? error
                for text in references where asked[text] == task { asked[text] = nil }
            }
        }
        if let failure { throw failure }
        return answers
    }

    private func answer(to question: SharedRequest.Question) async throws -> Answer {
        do {
            switch question {
            case .ids(let type, let ids) where searches(type, by: "_id"):
                return try await search(type, ids)
            case .ids(let type, let ids):
                return try await read(type, ids)
            case .identified(let type, let token):
                return try await search(SearchQuery(type, [.init("identifier", token)]), expecting: 1)
            }
        } catch let fault as Fault where Self.isRefusal(fault) {
            await intake.tally.noted(fault.code)
            return Answer()
        }
    }

    private static func isRefusal(_ fault: Fault) -> Bool {
        [.remoteRefused, .authForbidden, .clinicCapability].contains(fault.code)
    }

    /// Searches by id; ids that are refused together are read one by one.
    private func search(_ type: String, _ ids: [String]) async throws -> Answer {
        let query = SearchQuery(type, [.init("_id", ids.joined(separator: ",")), .init("_count", "50")])
        do {
            return try await search(query, expecting: ids.count)
        } catch let fault as Fault where [.remoteRefused, .clinicCapability].contains(fault.code) {
            return try await read(type, ids)
        }
    }

    private func searches(_ type: String, by parameter: String) -> Bool {
        guard let offered = capability.types[type]?.searchParameters, !offered.isEmpty else { return true }
        return offered.contains(parameter)
    }

    private func search(_ query: SearchQuery, expecting count: Int) async throws -> Answer {
        var answer = Answer()
        var held = LineBuffer()
        var matches = 0
        answer.flaws += try await walk.each(query) { page in
            answer.references.formUnion(Self.references(in: page))
            matches += page.entries.count { $0.mode == .match }
            guard matches <= Self.mostMatches else {
                throw Fault(.clinicCapability, .halt, "the clinic answers with more than was asked for")
            }
            held.append(page)
        }
        await intake.tally.noted(.clinicReferenceMissing, count - matches)
        answer.flaws += try await intake.stage(held.take(), expecting: nil)
        return answer
    }

    /// Reads one by one; a refusal does not affect the others.
    private func read(_ type: String, _ ids: [String]) async throws -> Answer {
        var answer = Answer()
        var held = LineBuffer()
        for id in ids {
            await intake.tally.requested()
            do {
                guard let bytes = try await clinic.read(type: type, id: id) else {
                    await intake.tally.noted(.clinicReferenceMissing)
                    continue
                }
                let page = SearchPage(
                    entries: [.init(bytes: bytes, mode: .match)], next: nil, total: nil, serverTime: nil,
                    byteCount: bytes.count)
                answer.references.formUnion(Self.references(in: page))
                held.append(page)
            } catch let fault as Fault where Self.isRefusal(fault) {
                await intake.tally.noted(fault.code)
            }
        }
        answer.flaws += try await intake.stage(held.take(), expecting: nil)
        return answer
    }
}
