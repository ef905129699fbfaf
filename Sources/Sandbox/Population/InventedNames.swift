/// Invented names: plain ASCII, so that they need no escaping in JSON.
enum InventedNames {
    /// Given names by administrative gender.
    static let given: [String: [String]] = [
        "female": [
            "Abra", "Brisa", "Calla", "Delphi", "Elowen", "Fenna", "Ginevra", "Hedda", "Ione", "Junia", "Kestra",
            "Liora", "Marit", "Nerys", "Odile", "Petra", "Quilla", "Rowena", "Signe", "Tamsin", "Ulla", "Vesna",
            "Willa", "Xanthe", "Ysolde", "Zelda", "Amity", "Bettina", "Corisande", "Dagny", "Esme", "Freya", "Greer",
            "Hesper", "Ilse", "Jessamy", "Katja", "Lettice", "Maren", "Nola",
        ],
        "male": [
            "Alden", "Bram", "Corwin", "Dorian", "Edric", "Fabian", "Gideon", "Hollis", "Ivo", "Jorah", "Kellan",
            "Leopold", "Magnus", "Nestor", "Osric", "Piers", "Quentin", "Rafe", "Soren", "Tobias", "Ulric", "Viggo",
            "Wystan", "Xavier", "Yorick", "Zeno", "Anselm", "Basil", "Caspian", "Dunstan", "Emeric", "Florian",
            "Garrick", "Horace", "Ignatius", "Jasper", "Kester", "Lorcan", "Merrick", "Niall",
        ],
    ]

    private static let beginnings = [
        "Ash", "Birch", "Cold", "Dun", "Elm", "Fair", "Glen", "Hazel", "Iron", "Kings", "Lark", "Moor", "North", "Oak",
        "Penn", "Quarry", "Rook", "Stone", "Thorn", "Under", "Vale", "West", "Yarrow", "Winter", "Marsh",
    ]
    private static let endings = [
        "bourne", "croft", "dale", "field", "gate", "hurst", "ley", "mere", "ridge", "shaw", "stead", "ton", "wick",
        "wood", "worth", "brook",
    ]

    /// The family name for an index; it repeats after 400 names.
    static func family(_ index: Int) -> String {
        let wrapped = index % (beginnings.count * endings.count)
        return beginnings[wrapped % beginnings.count] + endings[wrapped / beginnings.count]
    }
}
