/// A regular expression as a tree.
indirect enum PatternTree {
    case step(TextPattern.Step)
    case sequence([PatternTree])
    case either([PatternTree])
    /// A group that is remembered under its number.
    case group(PatternTree, Int)
    case repeated(PatternTree, Int, Int?, isLazy: Bool)
}
