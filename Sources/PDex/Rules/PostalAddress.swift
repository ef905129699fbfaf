/// The parts of an address that are compared, in one spelling: postal code, city and state, never the address lines.
public enum PostalAddress {
    /// Postal code, city and state; nil when any is missing.
    ///
    /// Only the first five digits of a code such as `01027-1234` count; a state's name equals its two letters.
    public static func compared(postalCode: String?, city: String?, state: String?) -> String? {
        guard let code = postalCode.map(zip), !code.isEmpty, let city = city.map(PersonName.folded), !city.isEmpty,
            let state = state.map(PersonName.folded), !state.isEmpty
        else { return nil }
        return [code, city, states[state] ?? state].joined(separator: "\u{1f}")
    }

    private static func zip(_ text: String) -> String {
        let digits = text.utf8.prefix { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }
        let rest = text.utf8.dropFirst(digits.count)
        let isPlusFour = digits.count == 5 && rest.count == 5 && rest.first == UInt8(ascii: "-")
        return isPlusFour ? String(decoding: digits, as: UTF8.self) : PersonName.folded(text)
    }

    private static let states: [String: String] = [
        "alabama": "al", "alaska": "ak", "arizona": "az", "arkansas": "ar", "california": "ca", "colorado": "co",
        "connecticut": "ct", "delaware": "de", "district of columbia": "dc", "florida": "fl", "georgia": "ga",
        "hawaii": "hi", "idaho": "id", "illinois": "il", "indiana": "in", "iowa": "ia", "kansas": "ks",
        "kentucky": "ky", "louisiana": "la", "maine": "me", "maryland": "md", "massachusetts": "ma", "michigan": "mi",
        "minnesota": "mn", "mississippi": "ms", "missouri": "mo", "montana": "mt", "nebraska": "ne", "nevada": "nv",
        "new hampshire": "nh", "new jersey": "nj", "new mexico": "nm", "new york": "ny", "north carolina": "nc",
        "north dakota": "nd", "ohio": "oh", "oklahoma": "ok", "oregon": "or", "pennsylvania": "pa",
        "puerto rico": "pr", "rhode island": "ri", "south carolina": "sc", "south dakota": "sd", "tennessee": "tn",
        "texas": "tx", "utah": "ut", "vermont": "vt", "virginia": "va", "washington": "wa", "west virginia": "wv",
        "wisconsin": "wi", "wyoming": "wy",
    ]
}
