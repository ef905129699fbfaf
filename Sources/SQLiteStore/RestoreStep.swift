/// Where a restoration can fail, in this order; before the last of them the store that was there is still the store.
enum RestoreStep: CaseIterable {
    /// The backup is there as a file of its own, checked and safe to run.
    case prepared
    /// What the store's log held is in its file, if that could be read.
    case merged
    /// Its file, and its log if one is left, have a second name.
    case linked
    /// The log is gone from beside the store.
    case parted
}
