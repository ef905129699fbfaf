/// The results of one line's kills, for printing.
struct KillFigures: CustomStringConvertible {
    let line: String
    let boundaries: Int
    private(set) var kills = 0
    private(set) var windows = 0
    private(set) var drops = 0

    init(line: String, boundaries: Int) {
        self.line = line
        self.boundaries = boundaries
    }

    /// Counts a trial.
    mutating func count(_ outcome: KillTrial.Outcome) {
        kills += outcome.isKilled ? 1 : 0
        windows += outcome.isKilled && outcome.isInWindow ? 1 : 0
        drops += outcome.isKilled && outcome.isDropped ? 1 : 0
    }

    var description: String {
        "kills: \(line): \(boundaries) boundaries, \(kills) kills, \(windows) in the window, \(drops) after DELETE"
    }
}
