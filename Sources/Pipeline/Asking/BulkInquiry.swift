import FHIR
import PDex

/// Asks the payer in bulk about all patients whom only it can identify (PDex `$bulk-member-match`, BM-01 … BM-06).
///
/// As with single questions, who is asked about is stored before anything leaves, nothing answered is asked again, and
/// questions are limited. The answer's URL is kept until it is read, so that the next process can read it if this one
/// ends.
struct BulkInquiry: Sendable {
    let inquiry: MemberInquiry
    /// The payer's server, as the source of export files.
    let exporter: any ClinicServer
    let report: BulkInquiryTally

    /// The most members in one request, which is then about 2 MB.
    static let mostMembers = 500
    /// The largest answer accepted; one about that many members is a tenth of it.
    private static let mostBytes = 64 << 20
    private static let page = 500
    /// Distinguishes the question from an export at the same payer.
    private static let request = "$bulk-member-match"
    private static let unread = "the clinic's records of the patient could not be read now"

    private var terms: ExchangeTerms { inquiry.terms }

    /// Asks about every open patient of the clinic; a dry run only counts them.
    func ask(dryRun: Bool) async throws {
        if !dryRun { try await resume() }
        var waiting: [BulkQuestion] = []
        var last: ResourceKey?
        while true {
            let (after, source) = (last, terms.clinic.name)
            let patients = try await inquiry.store.read {
                try $0.patients(ofSource: source, after: after, limit: Self.page)
            }
            guard let end = patients.last else { break }
            for candidate in try await inquiry.candidates(in: patients) {
                try Task.checkCancellation()
                guard let asked = try await asked(about: candidate) else { continue }
                waiting.append(asked)
                if waiting.count == Self.mostMembers {
                    try await send(waiting, dryRun: dryRun)
                    waiting = []
                }
            }
            last = end
        }
        if !waiting.isEmpty { try await send(waiting, dryRun: dryRun) }
    }

    /// The question about a patient, with the state to keep for it; nil when there is none, or it may not be asked.
    private func asked(
        about candidate: MemberInquiry.Candidate
    ) async throws -> BulkQuestion? {
        let question: MemberMatchQuestion
        let live: [ConsentDecision.Recorded]
        do {
            switch try await inquiry.question(about: candidate.patient) {
            case .nothing(let why, let code):
                await report.passedOver(code?.rawValue ?? why)
                return nil
            case .question(let found, _, let consents): (question, live) = (found, consents)
            }
        } catch let fault as Fault where fault.disposition == .retry {
            await report.passedOver(Self.unread)
            await inquiry.tally.refused(fault.code)
            return nil
        }
        // The operation requires a Consent with each question (BM-02).
        guard question.consent != nil else {
            await report.passedOver("the clinic has no consent for \(terms.payer.name) to go with the question")
            return nil
        }
        let before = candidate.before
        let hash = question.parameters.serialized().withUnsafeBytes(inquiry.identities.contentHash)
        var attempts = before?.attempts ?? 0
        switch MemberMatch.turn(of: hash, after: before, atMost: terms.inquiry.attempts) {
        case .answered:
            await report.passedOver("\(terms.payer.name) has answered this question before")
            return nil
        case .exhausted:
            await report.passedOver("\(terms.payer.name) was asked as often as may be")
            return nil
        case .next: attempts += 1
        case .again: break
        }
        let match = MemberMatch(
            route: terms.route, patient: candidate.patient.staged.key, outcome: .asked, question: hash,
            attempts: attempts, detail: "\(terms.payer.name) was asked, and has not answered",
            at: inquiry.clock.now())
        return BulkQuestion(candidate: candidate, match: match, question: question, live: live)
    }

    private func send(_ batch: [BulkQuestion], dryRun: Bool) async throws {
        guard !dryRun else { return await report.asked(batch.count) }
        var batch = try await lookedAtAgain(batch)
        batch = try await marked(batch)
        while !batch.isEmpty {
            await inquiry.tally.requested()
            do {
                let statusURL = try await inquiry.payer.startMatchingMembers(batch.map(\.question)) {
                    [inquiry, batch] in
                    let objected = try await inquiry.store.read { reader in try inquiry.objections(to: batch, reader) }
                    guard objected.isEmpty else { throw Objected(patients: objected) }
                }
                await report.asked(batch.count)
                let underWay = ExportUnderWay(
                    source: terms.payer.name, job: terms.job, request: Self.request, statusURL: statusURL, since: nil,
                    dropped: [], started: inquiry.clock.now())
                try await inquiry.store.write { try $0.keep(underWay) }
                return try await collect(statusURL, asked: batch.map(\.match.patient), isWhole: true)
            } catch let objected as Objected {
                batch = try await without(objected.patients, batch)
            }
        }
    }

    /// Patients in the batch object by what became known meanwhile; no byte has left.
    private struct Objected: Error {
        let patients: [ResourceKey: Fault]
    }

    /// Checks the questions against the clinic's present Consents: writing five hundred takes minutes, in which a
    /// patient may withdraw. If a patient's consents changed, the question is written again, or left out.
    private func lookedAtAgain(_ batch: [BulkQuestion]) async throws -> [BulkQuestion] {
        var now: [BulkQuestion] = []
        for item in batch {
            try Task.checkCancellation()
            do {
                let live = try await inquiry.consents(of: item.candidate.patient)
                if Set(live.map(\.resource.contentHash)) == Set(item.live.map(\.resource.contentHash)) {
                    now.append(item)
                } else if let anew = try await asked(about: item.candidate) {
                    now.append(anew)
                }
            } catch let fault as Fault where fault.disposition == .retry {
                await report.passedOver(Self.unread)
                await inquiry.tally.refused(fault.code)
            }
        }
        return now
    }

    /// Records that each patient is asked about, or is not because something in the store now objects; returns the
    /// former.
    private func marked(_ batch: [BulkQuestion]) async throws -> [BulkQuestion] {
        let inquiry = inquiry
        let objected = try await inquiry.store.write { writer in
            let objected = try inquiry.objections(to: batch, writer)
            for item in batch {
                let match = objected[item.match.patient].map(item.notAsked) ?? item.match
                let action = match.outcome == .asked ? "match.asked" : "match.not-asked"
                try writer.keep(match, audit: inquiry.audited(match, action))
            }
            return objected
        }
        return await remaining(batch, objected)
    }

    /// Removes those who object, and records that they were not asked about.
    private func without(
        _ objected: [ResourceKey: Fault], _ batch: [BulkQuestion]
    ) async throws -> [BulkQuestion] {
        let inquiry = inquiry
        try await inquiry.store.write { writer in
            for item in batch {
                guard let fault = objected[item.match.patient] else { continue }
                let match = item.notAsked(fault)
                try writer.keep(match, audit: inquiry.audited(match, "match.not-asked"))
            }
        }
        return await remaining(batch, objected)
    }

    private func remaining(_ batch: [BulkQuestion], _ objected: [ResourceKey: Fault]) async -> [BulkQuestion] {
        for fault in objected.values { await report.passedOver(fault.code.rawValue) }
        return batch.filter { objected[$0.match.patient] == nil }
    }

    /// Reads the answer to an earlier question; if the payer no longer has it, its patients are asked about again.
    private func resume() async throws {
        let (payer, job) = (terms.payer.name, terms.job)
        guard let open = try await inquiry.store.read({ try $0.exportUnderWay(source: payer, job: job) }) else {
            return
        }
        // The answer to another request identifies nobody.
        guard open.request == Self.request else { return try await forget(open.statusURL) }
        inquiry.observer(.note("\(payer) was asked at \(open.started.text); its answer is read first"))
        do {
            try await collect(open.statusURL, asked: try await unanswered(by: open.started), isWhole: false)
        } catch let fault as Fault where fault.code == .clinicExportFailed || fault.code == .clinicFileGone {
            inquiry.observer(.note("\(payer) has the answer no longer; whoever is without one is asked about again"))
            try await forget(open.statusURL)
        }
    }

    /// The patients who were asked about by then and have no answer. Those asked about later belong to another
    /// question, which this answer does not cover.
    private func unanswered(by started: Instant) async throws -> [ResourceKey] {
        var found: [ResourceKey] = []
        var last: ResourceKey?
        while true {
            let (after, source, route) = (last, terms.clinic.name, terms.route)
            let (end, asked) = try await inquiry.store.read { reader in
                let patients = try reader.patients(ofSource: source, after: after, limit: Self.page)
                return (
                    patients.last,
                    try patients.filter { patient in
                        guard let match = try reader.memberMatch(of: patient, route) else { return false }
                        return match.outcome == .asked && match.at <= started
                    }
                )
            }
            found += asked
            guard let end else { return found }
            last = end
        }
    }

    /// Waits for the answer and keeps it. A patient asked about in this question who is missing from a complete answer
    /// counts as refused.
    private func collect(_ statusURL: String, asked patients: [ResourceKey], isWhole: Bool) async throws {
        let wait = ExportWait(
            for: "its answer who members are", of: terms.payer.name, at: exporter, inquiry.tally, inquiry.clock,
            inquiry.observer)
        let manifest: ExportManifest
        do {
            manifest = try await wait.manifest(statusURL)
        } catch let fault as Fault where fault.code == .payerCapability || fault.code == .clinicExportFailed {
            await exporter.finishExport(statusURL)
            try await forget(statusURL)
            throw fault
        }
        var groups = MemberGroups(base: terms.payer.base)
        var (lines, bytes) = (0, 0)
        for file in manifest.output where ["Group", "Parameters", nil].contains(file.type) {
            await inquiry.tally.requested()
            _ = try await exporter.download(file, requiresAccessToken: manifest.requiresAccessToken) { batch in
                bytes += batch.bytes.count
                guard bytes <= Self.mostBytes else { throw tooLarge }
                for line in batch.lines {
                    lines += 1
                    groups.add((try? JSONParser.parse(Array(batch.bytes[line]))) ?? .null)
                }
            }
        }
        let counts = manifest.output.compactMap(\.count)
        // If the answer may be incomplete, nobody counts as refused.
        let isKnownWhole =
            isWhole && manifest.errors.isEmpty && groups.unclear == 0
            && (counts.count < manifest.output.count || counts.reduce(0, +) == lines)
        await inquiry.tally.noted(.remoteMalformed, groups.unclear)
        try await keep(groups, of: patients, isWhole: isKnownWhole, statusURL)
        await exporter.finishExport(statusURL)
    }

    /// Stores what the payer said about each patient, and deletes the open question, in one transaction.
    private func keep(
        _ groups: MemberGroups, of patients: [ResourceKey], isWhole: Bool, _ statusURL: String
    ) async throws {
        let (inquiry, terms) = (inquiry, terms)
        let settled = try await inquiry.store.write { writer in
            var settled: [MemberMatch.Outcome] = []
            for patient in patients {
                guard var match = try writer.memberMatch(of: patient, terms.route), match.outcome == .asked else {
                    continue
                }
                let words = groups.words(of: inquiry.local(patient))
                guard isWhole || !words.isEmpty else {
                    settled.append(.asked)
                    continue
                }
                match.settle(by: words, payer: terms.payer.name, at: inquiry.clock.now()) {
                    inquiry.identities.key(source: terms.payer.name, type: "Patient", id: $0)
                }
                try writer.keep(match, audit: inquiry.audited(match, "match.answered"))
                settled.append(match.outcome)
            }
            try writer.forgetExport(statusURL, source: terms.payer.name, job: terms.job)
            for group in groups.matched {
                try writer.keep(matchedGroup: group, payer: terms.payer.name, at: inquiry.clock.now())
            }
            let places =
                groups.matched.isEmpty
                ? "" : "; members in " + groups.matched.map { "Group/" + $0 }.joined(separator: ", ")
            let counts = Set(settled).sorted { $0.rawValue < $1.rawValue }
                .map { outcome in "\(settled.count { $0 == outcome }) \(outcome.rawValue)" }
            try writer.record(
                AuditEntry(
                    at: inquiry.clock.now(), actor: inquiry.actor, action: "members.matched", run: inquiry.run?.id,
                    reason: "\(terms.payer.name): " + counts.joined(separator: ", ") + places))
            return settled
        }
        await report.answered(settled, groups: groups.matched)
    }

    private func forget(_ statusURL: String) async throws {
        let (payer, job) = (terms.payer.name, terms.job)
        try await inquiry.store.write { try $0.forgetExport(statusURL, source: payer, job: job) }
    }

    private var tooLarge: Fault {
        Fault(
            .remoteTooLarge, .halt, "the answer of \(terms.payer.name) who members are has more than 64 MB",
            hint: "no answer about \(Self.mostMembers) members is that large: ask the payer what it is")
    }
}
