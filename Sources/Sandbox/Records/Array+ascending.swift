extension [Int] {
    /// Puts a number into an ascending array, most often at its end.
    mutating func insertAscending(_ number: Int) {
        guard let last, last >= number else { return append(number) }
        insert(number, at: firstIndex { $0 >= number } ?? endIndex)
    }
}
