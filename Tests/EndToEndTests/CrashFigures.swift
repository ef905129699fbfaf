/// The results of many trials, for printing.
struct CrashFigures: CustomStringConvertible {
    let name: String
    private(set) var trials = 0
    private(set) var kills = 0
    private(set) var killedTwice = 0
    /// What differed from a night without a kill, with the kills that led to it.
    private(set) var wrongs: [String] = []

    init(name: String) {
        self.name = name
    }

    /// Counts a trial, and compares it with the night without a kill.
    mutating func count(_ outcome: CrashTrial.Outcome, of kills: String, beside calm: CrashTrial.Outcome) {
        trials += 1
        self.kills += outcome.kills
        killedTwice += outcome.kills > 1 ? 1 : 0
        let lost = calm.held.keys.filter { outcome.held[$0] == nil }.count
        let added = outcome.held.keys.filter { calm.held[$0] == nil }.count
        func expect(_ isRight: Bool, _ words: String) {
            if !isRight { wrongs.append("\(kills): \(words)") }
        }
        expect(outcome.held == calm.held, "\(lost) resources lost, \(added) added, or others")
        expect(outcome.status == calm.status, "the command ended with \(outcome.status)")
        expect(outcome.check == 0, "the store's check ended with \(outcome.check)")
        expect(outcome.balance == calm.balance, "the balance is \(outcome.balance.map { "\($0)" }.sorted())")
        expect(outcome.refusedDrops == [], "drops were refused: \(outcome.refusedDrops)")
        expect(outcome.isAuditWhole, "the audit trail is broken")
    }

    var description: String {
        "crash: \(name): \(trials) trials, \(kills) kills, \(killedTwice) killed twice, \(wrongs.count) wrong"
    }
}
