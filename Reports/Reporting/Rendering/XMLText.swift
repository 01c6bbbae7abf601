/// How texts stand in XML: in attributes and between tags.
enum XMLText {
    /// What has a meaning there is escaped, and what XML 1.0 does not have at all is made visible.
    /// Both are as in HTML.
    static func escaped(_ text: String) -> String { HTMLText.escaped(text) }
}
