/// Where a restoration can fail, in this order; before the last step, the previous store is still in its place.
enum RestoreStep: CaseIterable {
    /// The backup has been copied to a file of its own, checked and made safe to run.
    case prepared
    /// The content of the store's log is in its file, if the store could be opened.
    case merged
    /// The store's file, and its log if one is left, have second names.
    case linked
    /// The log is gone from beside the store.
    case parted
}
