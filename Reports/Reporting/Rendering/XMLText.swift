/// How texts stand in XML: in attributes and between tags.
enum XMLText {
    /// What has a meaning there is escaped, and what XML 1.0 does not have at all is made visible:
    /// control characters, and the two code points at the end of the first plane.
    static func escaped(_ text: String) -> String {
        var result = String.UnicodeScalarView()
        for scalar in HTMLText.escaped(text).unicodeScalars {
            if scalar.value == 0xfffe || scalar.value == 0xffff {
                let digits = String(scalar.value, radix: 16)
                result.append(contentsOf: "\\u{\(digits)}".unicodeScalars)
            } else {
                result.append(scalar)
            }
        }
        return String(result)
    }
}
