/// Finds the word that somebody probably meant.
public enum Suggestion {
    /// The candidate that is closest to `word`, or nil when none is near.
    ///
    /// Distance is Damerau-Levenshtein (a swap of two neighbours counts once), regardless of case; about one error in
    /// three letters is tolerated. Among equally close candidates the first wins. Words of more than 64 letters are
    /// ignored, so that a hostile file cannot make this slow.
    public static func closest(to word: String, among candidates: [String]) -> String? {
        let wanted = Array(word.lowercased())
        guard (1...64).contains(wanted.count) else { return nil }
        var best: (word: String, distance: Int)?
        for candidate in candidates {
            let letters = Array(candidate.lowercased())
            let limit = max(1, min(wanted.count, letters.count) / 3)
            guard abs(letters.count - wanted.count) <= limit else { continue }
            let distance = distance(wanted, letters)
            if distance <= limit, distance < best?.distance ?? .max { best = (candidate, distance) }
        }
        return best?.word
    }

    /// The number of insertions, deletions, replacements and swaps of neighbours that lead from `a` to `b`.
    private static func distance(_ a: [Character], _ b: [Character]) -> Int {
        var beforeLast: [Int] = []
        var last = Array(0...b.count)
        for i in a.indices {
            var row = [i + 1]
            for j in b.indices {
                var cost = min(last[j + 1] + 1, row[j] + 1, last[j] + (a[i] == b[j] ? 0 : 1))
                if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { cost = min(cost, beforeLast[j - 1] + 1) }
                row.append(cost)
            }
            (beforeLast, last) = (last, row)
        }
        return last[b.count]
    }
}
