/// Names of elements, looked up for every member of every resource: by length, then by comparison, without hashing.
struct NameSet: Sendable {
    private let byLength: [[String]]

    init(_ names: Set<String>) {
        var byLength: [[String]] = Array(repeating: [], count: 1 + (names.map(\.utf8.count).max() ?? 0))
        for name in names.sorted() { byLength[name.utf8.count].append(name) }
        self.byLength = byLength
    }

    func contains(_ name: String) -> Bool {
        let length = name.utf8.count
        guard length < byLength.count else { return false }
        return byLength[length].contains(name)
    }
}
