extension PackageSet {
    /// The type of resource that a profile is for; nil when no package has the profile.
    public func type(ofProfile canonical: String) -> String? { definition(.structure, canonical)?.type }
}
