import FHIR
import PDex

/// A reader that passes everything on; subclasses override what they watch or spoil.
class RelayedReader: StoreReader {
    private let reader: any StoreReader

    init(_ reader: any StoreReader) {
        self.reader = reader
    }

    func staged(_ key: ResourceKey) throws -> StagedResource? {
        try reader.staged(key)
    }

    func compartment(of patient: ResourceKey) throws -> [StagedResource] {
        try reader.compartment(of: patient)
    }

    func facts(of person: ResourceKey) throws -> PersonFacts? {
        try reader.facts(of: person)
    }

    func indexBasis(of person: ResourceKey, for payer: String) throws -> Int64? {
        try reader.indexBasis(of: person, for: payer)
    }

    func people(linkedBy ways: LinkPair) throws -> LinkedPeople {
        try reader.people(linkedBy: ways)
    }

    func members(linkedBy link: Int64) throws -> [ResourceKey] {
        try reader.members(linkedBy: link)
    }

    func memberLink(of patient: ResourceKey, _ route: Route) throws -> MemberLink? {
        try reader.memberLink(of: patient, route)
    }

    func memberLink(to member: ResourceKey, _ route: Route) throws -> MemberLink? {
        try reader.memberLink(to: member, route)
    }

    func memberMatch(of patient: ResourceKey, _ route: Route) throws -> MemberMatch? {
        try reader.memberMatch(of: patient, route)
    }

    func patients(answeredAs member: ResourceKey, _ route: Route) throws -> [ResourceKey] {
        try reader.patients(answeredAs: member, route)
    }

    func latestExchange(member: ResourceKey, payer: String) throws -> Exchange? {
        try reader.latestExchange(member: member, payer: payer)
    }

    func followers(of survivor: ResourceKey, payer: String) throws -> [ResourceKey] {
        try reader.followers(of: survivor, payer: payer)
    }

    func care(of patient: ResourceKey) throws -> [StagedCare] {
        try reader.care(of: patient)
    }

    func compartmentHashes(of patient: ResourceKey) throws -> [StagedHash] {
        try reader.compartmentHashes(of: patient)
    }

    func missing(
        ofRosterOf run: String, source: String, types: Set<String>, besides seen: ArrivalSet, limit: Int
    ) throws -> [ResourceKey] {
        try reader.missing(ofRosterOf: run, source: source, types: types, besides: seen, limit: limit)
    }

    func records(of patient: ResourceKey) throws -> [ResourceKey] {
        try reader.records(of: patient)
    }

    func stagedHashes(_ keys: [ResourceKey]) throws -> [StagedHash] {
        try reader.stagedHashes(keys)
    }

    func resources(identifiedBy identifier: Int64) throws -> [ResourceKey] {
        try reader.resources(identifiedBy: identifier)
    }

    func watermark(source: String, scope: String) throws -> Instant? {
        try reader.watermark(source: source, scope: scope)
    }

    func watermark(of patient: ResourceKey, source: String, scope: String) throws -> Instant? {
        try reader.watermark(of: patient, source: source, scope: scope)
    }

    func newcomers(
        inRosterOf run: String, since instant: Instant, source: String, scope: String, after: ResourceKey?, limit: Int
    ) throws -> [ResourceKey] {
        try reader.newcomers(inRosterOf: run, since: instant, source: source, scope: scope, after: after, limit: limit)
    }

    func outsideRoster(of run: String, source: String) throws -> OutsideRoster {
        try reader.outsideRoster(of: run, source: source)
    }

    func patients(ofSource source: String, after: ResourceKey?, limit: Int) throws -> [ResourceKey] {
        try reader.patients(ofSource: source, after: after, limit: limit)
    }

    func history(of key: ResourceKey) throws -> [SupersededResource] {
        try reader.history(of: key)
    }

    func keys(ofSource source: String, type: String, after: ResourceKey?, limit: Int) throws -> [ResourceKey] {
        try reader.keys(ofSource: source, type: type, after: after, limit: limit)
    }

    func run(_ id: String) throws -> Run? {
        try reader.run(id)
    }

    func unfinishedRun(ofJob job: String) throws -> Run? {
        try reader.unfinishedRun(ofJob: job)
    }

    func lastTick(ofJob job: String) throws -> Instant? {
        try reader.lastTick(ofJob: job)
    }

    func pullProgress(run: String) throws -> [String: String] {
        try reader.pullProgress(run: run)
    }

    func pullProgress(run: String, unit: String) throws -> String? {
        try reader.pullProgress(run: run, unit: unit)
    }

    func exportUnderWay(source: String, job: String) throws -> ExportUnderWay? {
        try reader.exportUnderWay(source: source, job: job)
    }

    func roster(run: String, after: ResourceKey?, limit: Int) throws -> [ResourceKey] {
        try reader.roster(run: run, after: after, limit: limit)
    }

    func forgotten(inRosterOf run: Run, after: ResourceKey?, limit: Int) throws -> [ResourceKey] {
        try reader.forgotten(inRosterOf: run, after: after, limit: limit)
    }

    func memberRequest(_ id: String) throws -> MemberRequest? {
        try reader.memberRequest(id)
    }

    func memberRequests(matching filter: MemberRequestFilter, limit: Int) throws -> [MemberRequest] {
        try reader.memberRequests(matching: filter, limit: limit)
    }

    func count(memberRequestsMatching filter: MemberRequestFilter) throws -> Int {
        try reader.count(memberRequestsMatching: filter)
    }

    func payers(ofMemberRequestsMatching filter: MemberRequestFilter) throws -> [String] {
        try reader.payers(ofMemberRequestsMatching: filter)
    }

    func matched(group id: String, payer: String) throws -> Instant? {
        try reader.matched(group: id, payer: payer)
    }

    func exchange(_ id: String) throws -> Exchange? {
        try reader.exchange(id)
    }

    func exchangeIDs(startingWith prefix: String, limit: Int) throws -> [String] {
        try reader.exchangeIDs(startingWith: prefix, limit: limit)
    }

    func standing(ofExchange id: String) throws -> ExchangeStanding? {
        try reader.standing(ofExchange: id)
    }

    func progress(ofExchange id: String) throws -> ExchangeProgress? {
        try reader.progress(ofExchange: id)
    }

    func latestAcknowledged(member: ResourceKey, payer: String) throws -> Exchange? {
        try reader.latestAcknowledged(member: member, payer: payer)
    }

    func lines(ofExchangesMatching filter: ExchangeFilter, limit: Int) throws -> [ExchangeLine] {
        try reader.lines(ofExchangesMatching: filter, limit: limit)
    }

    func exchanges(matching filter: ExchangeFilter, limit: Int) throws -> [Exchange] {
        try reader.exchanges(matching: filter, limit: limit)
    }

    func tally(run: String) throws -> [ExchangeTally] {
        try reader.tally(run: run)
    }

    func isTallied(_ member: ResourceKey, payer: String, in run: String) throws -> Bool {
        try reader.isTallied(member, payer: payer, in: run)
    }

    func submissions(ofExchange exchange: String) throws -> [Submission] {
        try reader.submissions(ofExchange: exchange)
    }

    func receipts(ofExchange exchange: String) throws -> [Receipt] {
        try reader.receipts(ofExchange: exchange)
    }

    func nextDue(_ route: Route) throws -> Instant? {
        try reader.nextDue(route)
    }

    func holds() throws -> [Hold] {
        try reader.holds()
    }

    func deliveriesUnderWay(
        to payer: String, besides owner: String, eachAtMost most: Int, at now: Instant
    ) throws -> Int {
        try reader.deliveriesUnderWay(to: payer, besides: owner, eachAtMost: most, at: now)
    }

    func requestIsDue(besides route: Route, since: Instant, at now: Instant) throws -> Bool {
        try reader.requestIsDue(besides: route, since: since, at: now)
    }

    func breakers() throws -> [CircuitBreaker] {
        try reader.breakers()
    }

    func queued() throws -> [QueueCount] {
        try reader.queued()
    }

    func lastRun(ofJob job: String, in states: Set<Run.State>) throws -> Run? {
        try reader.lastRun(ofJob: job, in: states)
    }

    func balance() throws -> [ExchangeTally] {
        try reader.balance()
    }

    func runs(ofJob job: String?, limit: Int) throws -> [Run] {
        try reader.runs(ofJob: job, limit: limit)
    }

    func replay(_ run: String) throws -> Replay? {
        try reader.replay(run)
    }

    func openReplays() throws -> [Run] {
        try reader.openReplays()
    }

    func items(
        ofReplay run: String, in outcome: ReplayItem.Outcome?, from place: Int, limit: Int
    ) throws -> [ReplayItem] {
        try reader.items(ofReplay: run, in: outcome, from: place, limit: limit)
    }

    func tally(ofReplay run: String) throws -> [ReplayItem.Outcome: Int] {
        try reader.tally(ofReplay: run)
    }

    func replayUnderWay(ofExchange exchange: String) throws -> String? {
        try reader.replayUnderWay(ofExchange: exchange)
    }

    func bundle(ofSubmission submission: String) throws -> [UInt8]? {
        try reader.bundle(ofSubmission: submission)
    }

    func predatesRestoration(_ exchange: String) throws -> Bool {
        try reader.predatesRestoration(exchange)
    }

    func audit(after sequence: Int64, limit: Int) throws -> [RecordedAuditEntry] {
        try reader.audit(after: sequence, limit: limit)
    }

    func audit(ofExchange exchange: String) throws -> [RecordedAuditEntry] {
        try reader.audit(ofExchange: exchange)
    }

    func firstBrokenAuditEntry() throws -> Int64? {
        try reader.firstBrokenAuditEntry()
    }

    func statistics() throws -> StoreStatistics {
        try reader.statistics()
    }
}
