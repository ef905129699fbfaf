public import FHIR
public import PDex

extension ExchangePipeline {
    /// The result of fetching a payer's data.
    public struct Fetched: Sendable, Hashable {
        /// The payer's time of the export.
        public let transactionTime: Instant
        /// The folder that holds it.
        public internal(set) var place = ""
        /// Lines written, by type.
        public private(set) var resources: [String: Int] = [:]
        /// Lines that are not a resource of the stated type; they are left out.
        public private(set) var odd = 0
        /// Lines of types that were not asked for; they are left out.
        public private(set) var unasked = 0
        /// Lines of care before the years asked for; they are left out.
        public private(set) var outside = 0
        /// Lines of members who may not be asked for; they are left out.
        public private(set) var withheld = 0
        /// Deletions and remarks of which nobody can say whose they are, while somebody may not be asked for; they are
        /// left out.
        public private(set) var unclear = 0
        /// Lines that tell of deletions.
        public private(set) var deleted = 0
        /// Lines in which the payer says what is missing or odd.
        public private(set) var outcomes = 0
        /// Files that have more or fewer lines than was stated.
        public private(set) var miscounted = 0

        /// Whether nothing is missing: a delta may go on from here. Not from what a payer gave who did not heed the types:
        /// it may not have heeded anything else.
        public var isWhole: Bool {
            odd == 0 && unasked == 0 && unclear == 0 && outcomes == 0 && miscounted == 0
        }

        /// What one file came to: its lines by what became of them.
        struct Written {
            private var lines: [ExportSieve.Fate: Int] = [:]

            /// How many came.
            var all: Int { lines.values.reduce(0, +) }

            /// How many became that.
            subscript(fate: ExportSieve.Fate) -> Int { lines[fate] ?? 0 }

            mutating func count(_ fate: ExportSieve.Fate) { lines[fate, default: 0] += 1 }
        }

        init(transactionTime: Instant) {
            self.transactionTime = transactionTime
        }

        mutating func add(_ written: Written, named name: String, stated: Int?) {
            switch name {
            case "deleted": deleted += written[.kept]
            case "outcomes": outcomes += written[.kept]
            default: resources[name, default: 0] += written[.kept]
            }
            odd += written[.odd]
            unasked += written[.unasked]
            outside += written[.outside]
            withheld += written[.withheld]
            unclear += written[.unclear]
            if let stated, stated != written.all { miscounted += 1 }
        }

        /// Counts the lines of a file that was not asked for, and is not fetched: as many as was said, or one.
        mutating func leave(lines stated: Int?) { unasked += max(stated ?? 1, 0) }
    }

    /// What to fetch of a payer's Group.
    public struct Fetching: Sendable, Hashable {
        /// The Group's id at the payer, such as one that ``matchMembers(by:dryRun:)`` named.
        public var group: String
        /// The purpose.
        public var purpose: ExportPurpose
        /// The types wanted; empty means all that the payer gives.
        public var types: [String]
        /// Only what changed since then; nil means everything or, for a delta, since the folder's latest whole export
        /// of the same.
        public var since: Instant?
        /// Only what changed until then.
        public var until: Instant?

        /// Describes what is fetched.
        public init(
            group: String, purpose: ExportPurpose, types: [String] = [], since: Instant? = nil, until: Instant? = nil
        ) {
            self.group = group
            self.purpose = purpose
            self.types = types
            self.since = since
            self.until = until
        }
    }

    /// Fetches the data of a payer's Group into a folder (`$davinci-data-export`); `actor` is who asks.
    ///
    /// An export from payer to payer covers care of the five years before the request (CMS-03). Data is requested only
    /// for members to whom nothing known objects, by the rules for asking who they are; that is decided again when the
    /// payer has it ready (PP-07). Throws `config.missing` unless the payer may be asked this way,
    /// `match.group-unknown` and `match.group-stale` for a Group that the payer did not recently name as one of matched
    /// members (DX-06), `match.group-withheld` when none of them may be asked for, `usage.invalid` for an invalid Group
    /// id and for a delta with nothing to start from, `folder.in-use` while another fetch writes there, and as a pull
    /// does.
    public func fetch(_ fetching: Fetching, into path: String, by actor: String) async throws -> Fetched {
        guard terms.inquiry.asksMany, let payerExports else {
            throw Fault(
                .configMissing, .stop, "\(terms.payer.name) may not be asked for its members' data",
                hint: "say  match: { member-match: { bulk: true, consent: required } }  of it in pdex.yaml")
        }
        guard Resource.isID(fetching.group) else {
            throw Fault(.usage, .stop, "the Group is no FHIR id", hint: "give the id that  pdex members match  named")
        }
        try await requireMatched(fetching.group)
        let folder = ExportFolder(path: path)
        let lock = try FolderLock(of: folder)
        defer { withExtendedLifetime(lock) {} }
        let consent = GroupConsent(
            inquiry: MemberInquiry(
                terms: terms, run: nil, clinic: clinic, payer: payer, store: store, identities: identities,
                clock: clock, tally: PullTally(), actor: actor, observer: observer))
        let roster = try await consent.roster(of: fetching.group)
        let permit: GroupPermit
        do {
            permit = try await consent.permit(for: roster)
        } catch let fault as Fault where fault.code == .matchGroupWithheld {
            try await dropExport(of: fetching.group, at: payerExports)
            throw fault
        }
        if let ids = permit.ids {
            observer(
                .note("\(terms.payer.name) is asked for \(ids.count) of the Group; others object, or nobody knows them")
            )
        }
        func request(since: Instant?) -> ExportRequest {
            ExportRequest(
                level: .group(fetching.group), types: fetching.types, since: since, until: fetching.until,
                patients: permit.patients, purpose: fetching.purpose)
        }
        let latest = folder.latest(of: terms.payer.name, request(since: nil))
        let since = fetching.since ?? (fetching.purpose == .providerDelta ? latest : nil)
        guard since != nil || fetching.purpose != .providerDelta else {
            throw Fault(
                .usage, .stop,
                "the folder has no whole export of that Group and those types for a delta to go on from",
                hint: "fetch a provider-snapshot first, or say --since")
        }
        let isLimited = fetching.purpose == .payerToPayer
        let isGapless = since.map { $0 <= latest ?? Instant(milliseconds: .min) } ?? true
        return try await PayerExport(
            payer: terms.payer.name, job: terms.job, undated: request(since: since),
            window: isLimited ? ServiceWindow(years: 5) : nil, permit: permit,
            stillPermitted: { try await consent.permit(for: roster) }, withheld: consent.withheld,
            server: payerExports, store: store, clock: clock, actor: actor, folder: folder,
            isGapless: isGapless && !isLimited, observer: observer
        ).run()
    }

    /// Drops the running export of a Group for whose members data may no longer be requested.
    private func dropExport(of group: String, at server: any ClinicServer) async throws {
        let (payer, key) = (terms.payer.name, PayerExport.key(ofJob: terms.job))
        guard let open = try await store.read({ try $0.exportUnderWay(source: payer, job: key) }),
            open.request.hasPrefix("Group/\(group)\n")
        else { return }
        await server.finishExport(open.statusURL)
        try await store.write { try $0.forgetExport(open.statusURL, source: payer, job: key) }
    }

    /// For how many days a Group of matched members may be used: one who left or withdrew stays in it until then
    /// (DX-06).
    private static let groupDays: Int64 = 30

    /// Refuses a Group that is not of matched members (but unmatched, withheld by their consent, or never asked about),
    /// and one that was matched long ago.
    private func requireMatched(_ group: String) async throws {
        let payer = terms.payer.name
        guard let at = try await store.read({ try $0.matched(group: group, payer: payer) }) else {
            throw Fault(
                .matchGroupUnknown, .stop, "\(payer) did not give that Group as one of members who matched",
                hint: "ask with  pdex members match , and give the id of the Group that it names")
        }
        let end = at.adding(milliseconds: Self.groupDays * 86_400_000)
        guard clock.now() < end else {
            throw Fault(
                .matchGroupStale, .stop,
                "the Group was matched on \(at.text.prefix(10)), \(Self.groupDays) days ago or more",
                hint: "ask again with  pdex members match , and give the id of the Group that it names now")
        }
    }
}
