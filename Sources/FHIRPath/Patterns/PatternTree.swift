/// A regular expression as a tree.
indirect enum PatternTree {
    case step(TextPattern.Step)
    case sequence([PatternTree])
    case either([PatternTree])
    /// A group whose match is recorded under its number.
    case group(PatternTree, Int)
    case repeated(PatternTree, Int, Int?, isLazy: Bool)
}
