import DeclarativeFiles
import FHIR
public import PDex

/// The language of `--where`: words of the form `key:value`, all of which must hold.
///
/// `state` may be repeated or list values with commas, any one of which may hold. An unknown key, an impossible value
/// or a name that is not configured is refused, with the word that was probably meant.
public struct ExchangeQuery: Sendable {
    /// Names that may stand in a query.
    public struct Names: Sendable {
        let clinics: [String]
        let payers: [String]
        let jobs: [String]

        /// The configured names.
        public init(clinics: [String], payers: [String], jobs: [String]) {
            self.clinics = clinics
            self.payers = payers
            self.jobs = jobs
        }
    }

    /// The keys, in the order in which the manual lists them.
    public static let keys = ["state", "fault", "payer", "clinic", "job", "run", "member", "since", "until"]

    private let names: Names
    private let now: Instant
    private let identities: Identities

    init(names: Names, now: Instant, identities: Identities) {
        self.names = names
        self.now = now
        self.identities = identities
    }

    /// Reads a query. Throws `usage.invalid`.
    func filter(_ text: String) throws(Fault) -> ExchangeFilter {
        var filter = ExchangeFilter()
        var member: String?
        var given: Set<String> = []
        for word in text.split(whereSeparator: \.isWhitespace) {
            guard let colon = word.firstIndex(of: ":") else {
                throw Self.wrong("'\(word.prefix(64))' is not of the form key:value")
            }
            let (key, value) = (String(word[..<colon]), String(word[word.index(after: colon)...]))
            try Self.check(key, among: Self.keys, "a key")
            guard !value.isEmpty else { throw Self.wrong("'\(key):' has no value") }
            guard given.insert(key).inserted || key == "state" else { throw Self.wrong("'\(key)' stands there twice") }
            switch key {
            case "state": filter.states.formUnion(try Self.states(value))
            case "fault":
                try Self.check(value, among: FaultCode.allCases.map(\.rawValue), "a fault")
                filter.reason = FaultCode(rawValue: value)
            case "payer": filter.payer = try Self.check(value, among: names.payers, "a payer")
            case "clinic": filter.clinic = try Self.check(value, among: names.clinics, "a clinic")
            case "job": filter.job = try Self.check(value, among: names.jobs, "a job")
            case "run": filter.run = value
            case "member": member = value
            case "since": filter.since = try instant(value)
            default: filter.until = try instant(value)
            }
        }
        guard !given.isEmpty else { throw Self.wrong("nothing is said") }
        if let member { filter.members = members(member, of: filter.clinic) }
        return filter
    }

    private static func states(_ list: String) throws(Fault) -> Set<ExchangeState> {
        var states: Set<ExchangeState> = []
        for word in list.split(separator: ",", omittingEmptySubsequences: false) {
            try check(String(word), among: ExchangeState.allCases.map(\.rawValue), "a state")
            if let state = ExchangeState(rawValue: String(word)) { states.insert(state) }
        }
        return states
    }

    /// A patient given by key, or by id at each of the clinics in question.
    private func members(_ word: String, of clinic: String?) -> Set<ResourceKey> {
        let clinics = clinic.map { [$0] } ?? names.clinics
        let keys = clinics.map { identities.key(source: $0, type: "Patient", id: word) }
        return Set(keys + [ResourceKey(word)].compactMap(\.self))
    }

    private func instant(_ text: String) throws(Fault) -> Instant {
        if let instant = Self.instant(text, now: now) { return instant }
        throw Self.wrong("'\(text.prefix(64))' is no time: say 90m, 12h, 2d, 1w, 2026-06-01 or 2026-06-01T02:15:00Z")
    }

    /// A time so long ago, a day, or an instant; nil for any other text.
    static func instant(_ text: String, now: Instant) -> Instant? {
        let seconds: [Character: Int64] = ["m": 60, "h": 3600, "d": 86_400, "w": 604_800]
        if let unit = text.last.flatMap({ seconds[$0] }), let count = Int64(text.dropLast()),
            (1...100_000).contains(count)
        {
            return now.adding(milliseconds: -count * unit * 1000)
        }
        return Instant(text) ?? Instant(text + "T00:00:00Z")
    }

    @discardableResult
    private static func check(_ word: String, among known: [String], _ what: String) throws(Fault) -> String {
        guard !known.contains(word) else { return word }
        let meant = Suggestion.closest(to: word, among: known).map { " — did you mean '\($0)'?" } ?? ""
        throw wrong("'\(word.prefix(64))' is not \(what)" + meant)
    }

    private static func wrong(_ what: String) -> Fault {
        Fault(
            .usage, .stop, "--where cannot be read: \(what)",
            hint:
                "say for example  --where 'state:parked fault:payer.refused since:2d' ; keys are \(keys.joined(separator: ", "))"
        )
    }
}

extension Operations {
    /// The exchanges that a query selects. Throws `usage.invalid`.
    public func filter(where text: String, among names: ExchangeQuery.Names) throws(Fault) -> ExchangeFilter {
        try ExchangeQuery(names: names, now: clock.now(), identities: identities).filter(text)
    }
}
