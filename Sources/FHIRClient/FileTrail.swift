import PDex

/// Where a file of an export is looked for, and with what: some servers answer a file's link with a redirect to a
/// signed link in their store of objects (BLK-43). No other request of ours follows a redirect.
struct FileTrail {
    /// Where to look.
    private(set) var url: OutboundURL
    /// What goes along: our token at most as far as the origin that the manifest named (BLK-40).
    private(set) var credential: OutboundPolicy.Credential
    private let policy: OutboundPolicy
    private let faults: ResponseFaults
    private var hops = 0

    /// How often one file may lead on.
    static let mostHops = 3
    private static let statuses: Set = [301, 302, 303, 307, 308]

    /// Begins at a file's link in the manifest. Throws `remote.policy`.
    init(_ file: String, requiresAccessToken: Bool, _ session: ServerSession) throws(Fault) {
        policy = session.policy
        faults = session.faults
        credential = requiresAccessToken ? .token : .none
        url = try policy.vet(file, from: "the export manifest", with: credential)
    }

    /// Whether an answer of that status leads on.
    static func leadsOn(_ status: Int) -> Bool { statuses.contains(status) }

    /// Goes where a redirect points. Throws `remote.policy` when that is not allowed or the end of patience, and
    /// `remote.malformed` when it points nowhere.
    mutating func follow(_ location: String?) throws(Fault) {
        guard let location, !location.isEmpty else {
            throw faults.malformed("the redirect of a file", "it has no Location")
        }
        hops += 1
        guard hops <= Self.mostHops else { throw faults.tooManyRedirects(Self.mostHops) }
        // Of relative references only the one that every server means alike.
        let isPath = location.hasPrefix("/") && !location.hasPrefix("//")
        let target = try policy.vet(
            isPath ? url.origin + location : location, from: "the redirect of a file", with: .none)
        guard url.scheme == .http || target.scheme == .https else { throw faults.downgrade(url.origin) }
        // Once away from its origin the token stays behind, also when the way leads back.
        if target.origin != url.origin { credential = .none }
        url = target
    }
}

extension ResponseFaults {
    /// The fault of a file whose redirects do not end.
    fileprivate func tooManyRedirects(_ most: Int) -> Fault {
        policy("redirects a file more than \(most) times", "Ask its owner where the files are; a loop looks like this.")
    }

    /// The fault of a redirect that would have a file come in the clear.
    fileprivate func downgrade(_ origin: String) -> Fault {
        policy("redirects a file of \(origin) from https to http", "Ask its owner for links that stay with https.")
    }
}
