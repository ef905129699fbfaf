/// Name, gender, birth date and address of a member, the same at the clinic and at the payer.
enum Demographics {
    /// The members of a Patient from `name` to `address`, as JSON text without braces.
    static func text(of profile: MemberProfile) -> String {
        #""name":[{"use":"official","family":"\#(profile.family)","given":["\#(profile.given)"]}],"#
            + #""telecom":[{"system":"phone","value":"555-01\#(10 + profile.number % 90)","use":"home"}],"#
            + #""gender":"\#(profile.gender)","birthDate":"\#(profile.birthDate)","#
            + #""address":[{"use":"home","line":["\#(profile.number % 900 + 1) Elm Street"],"city":"Springfield","#
            + #""state":"IL","postalCode":"627\#(10 + profile.number % 90)","country":"US"}]"#
    }
}
