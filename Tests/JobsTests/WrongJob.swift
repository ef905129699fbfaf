import Testing

/// A job file with one mistake, and what is said about it.
struct WrongJob: Sendable, CustomTestStringConvertible {
    let text: String
    let expected: String

    var testDescription: String { expected }

    /// A sound job, from which each wrong one differs in one place.
    static let sound = """
        job: j
        on: { request: true }
        from: clinic0
        to: med0
        select: { types: [Patient] }
        map: us-core-6.1.0

        """

    static let all = [
        // The file and its names.
        replacing("job: j", "job: k", "1:6: the job 'k' must stand in k.yaml, not in j.yaml"),
        replacing(
            "job: j", "job: J 1",
            "1:6: 'J 1' is not a name of a-z, 0-9 and -, starting with a letter, at most 64 long"),
        replacing(
            "from:", "form:", "1:1: a job needs the key 'from'",
            "3:1: unknown key 'form' in a job — did you mean 'from'?"),
        replacing("to: med0", "to: [med0, med1]", "4:5: 'to' must be text, found a list"),
        replacing(
            "map: us", "map: ../us",
            "6:6: '../us-core-6.1.0' is not the name of a folder in mappings/, such as us-core-6.1.0"),
        adding("map: other", "7:1: duplicate key 'map', already on line 6"),
        adding(
            "tenant: x",
            "7:1: unknown key 'tenant' in a job; it has: job, about, on, from, to, select, match, consent, map, "
                + "deliver, retry"),

        // When.
        on("{ request: false }", "2:5: the job never starts: give it a schedule, or request: true"),
        on("{}", "2:5: the job never starts: give it a schedule, or request: true"),
        on(
            "{ request: yes }", "2:5: the job never starts: give it a schedule, or request: true",
            "2:16: 'request' must be true or false, found text"),
        on("nightly", "2:5: 'on' must be the fields of 'on', one 'key: value' each, found text"),
        on(
            "{ shedule: { cron: '@daily' }, request: true }",
            "2:7: unknown key 'shedule' in 'on' — did you mean 'schedule'?"),
        on(
            "{ request: true, answer-within: 2x }",
            "2:37: 'answer-within' must be business days such as 1bd, or a duration such as 30s, 5m, 2h or 7d, found '2x'"
        ),
        on("{ schedule: { zone: UTC } }", "2:17: a schedule needs the key 'cron'"),
        on("{ schedule: { cron: '15 25 * * *' } }", "2:29: hour '25' is not a number from 0 to 23"),
        on("{ schedule: { cron: 15 25 * * * } }", "2:28: hour '25' is not a number from 0 to 23"),
        on("{ schedule: { cron: '0 0 31 2 *' } }", "2:30: never due: month 2 has no day 31"),
        on(
            "{ schedule: { cron: '@daily', zone: America/NewYork } }",
            "2:41: 'America/NewYork' is not a time zone; write UTC or a place such as America/New_York "
                + "— did you mean 'America/New_York'?"),
        on(
            "{ schedule: { cron: '@daily', zone: EST } }",
            "2:41: 'EST' is not a time zone; write UTC or a place such as America/New_York"),
        on(
            "{ schedule: { cron: '@daily', catch-up: 36 } }",
            "2:45: 'catch-up' must be a duration such as 30s, 5m, 2h or 7d, found '36'"),
        on(
            "{ schedule: { cron: '@daily', jitter: 13h } }", "2:43: jitter is 12h at most"),
        on(
            "{ schedule: { cron: '@daily', overlap: quue } }",
            "2:44: 'overlap' must be one of skip, queue, found 'quue' — did you mean 'queue'?"),

        // What.
        select("{ by: auto }", "5:9: 'select' needs the key 'types'"),
        select("{ types: [] }", "5:18: 'types' needs Patient: members are recognised by it"),
        select(
            "{ types: [Patient], type-filters: [Patient] }",
            "5:44: 'Patient' is not a filter such as Observation?category=laboratory"),
        select(
            "{ types: [Patient], type-filters: ['Condition?code=1'] }", "5:44: 'Condition' is not among 'types'"),
        select(
            "{ types: [Patient], type-filters: ['Patient?active=true&_sort=name'] }",
            "5:44: a filter cannot have _sort: it says how to answer, not what is wanted"),
        select(
            "{ types: [Patient], type-filters: { Patient: active } }",
            "5:43: 'type-filters' must be a list, [like, this] or one '- ' a line, found fields"),
        select(
            "{ types: [Patient], until: later }",
            "5:36: 'until' must be an instant such as 2026-01-31T00:00:00Z, found 'later'"),
        select(
            "{ types: [Patient], since: 2026-01-31T00:00:00Z, until: 2026-01-31T00:00:00Z }",
            "5:65: 'until' must be later than 'since'"),
        select(
            "{ types: [Patient], include-associated-data: [LatestProvenanceResources] }",
            "5:54: 'include-associated-data' needs Provenance among 'types': what is not there does not leave"),
        select("{ types: Patient }", "5:18: 'types' must be a list, [like, this] or one '- ' a line, found text"),
        select("{ types: [Patient, Patient] }", "5:28: Patient is listed twice"),
        select(
            "{ types: [Patient, Encouter] }",
            "5:28: 'Encouter' is not a FHIR R4 resource type — did you mean 'Encounter'?"),
        select(
            "{ types: [Patient], by: export }",
            "5:33: 'by' must be one of auto, bulk-export, roster-search, found 'export'"),
        select(
            "{ types: [Patient], group: Group/1 }",
            "5:36: 'Group/1' is not a FHIR id of letters, digits, - and ., at most 64 long"),
        select(
            "{ types: [Patient], since: yesterday }",
            "5:36: 'since' must be last-success, all or an instant such as 2026-01-31T00:00:00Z, found 'yesterday'"),
        select(
            "{ types: [Patient], since: last-sucess }",
            "5:36: 'since' must be last-success, all or an instant such as 2026-01-31T00:00:00Z, "
                + "found 'last-sucess' — did you mean 'last-success'?"),

        // On what conditions.
        adding("match: { by: [] }", "7:14: 'by' needs at least one way to recognise a member"),
        adding("match: { by: [member-id, member-id] }", "7:26: member-id is listed twice"),
        adding(
            "match: { by: [member] }",
            "7:15: 'by' must be one of member-id, member-match, record-number, subscriber-id, demographics-address, demographics, found 'member'"
        ),
        adding("match: { when-ambiguous: guess }", "7:26: 'when-ambiguous' must be one of park, found 'guess'"),
        adding(
            "consent: { policy: opt-all }",
            "7:20: 'policy' must be one of opt-in, opt-out, found 'opt-all'"),
        adding(
            "consent: { policy: opt-out, when-missing: withhold }",
            "7:43: under opt-out nothing is withheld for being missing; leave 'when-missing' out"),
        adding("consent: { when-missing: send }", "7:26: 'when-missing' must be one of withhold, found 'send'"),

        // How.
        adding(
            "deliver: { as: pigeon }",
            "7:16: 'as' must be one of transaction, batch, put, file-drop, bulk-submit, found 'pigeon'"),
        adding("deliver: { max-entries: 0 }", "7:25: 'max-entries' must be from 2 to 10000, found 0"),
        adding("deliver: { max-size: 5GB }", "7:22: 'max-size' must be from 10KB to 100MB"),
        adding("deliver: { rate: 10 }", "7:18: 'rate' must be a rate such as 10/s, 0.5/s or 600/m, found '10'"),
        adding("retry: { attempts: 0 }", "7:20: 'attempts' must be from 1 to 100, found 0"),
        adding("retry: { from: 0s }", "7:16: a wait must be at least 1s"),
        adding(
            "retry: { from: 1h, to: 30m }",
            "7:24: 'to' is the longest wait and must not be shorter than 'from', the first"),
        adding("retry: { then: drop }", "7:16: 'then' must be one of park, found 'drop'"),
    ]

    private static func replacing(_ old: String, _ new: String, _ expected: String...) -> WrongJob {
        wrong(sound.replacing(old, with: new), expected)
    }

    private static func on(_ value: String, _ expected: String...) -> WrongJob {
        wrong(sound.replacing("{ request: true }", with: value), expected)
    }

    private static func select(_ value: String, _ expected: String...) -> WrongJob {
        wrong(sound.replacing("{ types: [Patient] }", with: value), expected)
    }

    private static func adding(_ line: String, _ expected: String...) -> WrongJob {
        wrong(sound + line + "\n", expected)
    }

    private static func wrong(_ text: String, _ expected: [String]) -> WrongJob {
        WrongJob(text: text, expected: expected.map { "jobs/j.yaml:" + $0 }.joined(separator: "\n"))
    }
}
