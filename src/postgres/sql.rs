//! Names and texts as SQL, safe whatever they hold. Every statement that carries a name from a catalog or a rule file
//! goes through here.

use crate::schema::TableName;

/// Quotes a name, whatever it holds: `order` becomes `"order"`, `a"b` becomes `"a""b"`.
pub fn identifier(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// Quotes a text as a literal that means the same under any `standard_conforming_strings`.
pub fn literal(text: &str) -> String {
    let quoted = text.replace('\'', "''");
    if quoted.contains('\\') {
        // The space keeps the E from joining a word before it.
        format!(" E'{}'", quoted.replace('\\', "\\\\"))
    } else {
        format!("'{quoted}'")
    }
}

/// Quotes a table's (or sequence's, or type's) name with its schema.
pub fn table(name: &TableName) -> String {
    format!("{}.{}", identifier(&name.schema), identifier(&name.name))
}

/// Quotes a list of names, with commas between.
pub fn identifiers<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    names.into_iter().map(identifier).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_names_stay_one_name() {
        assert_eq!(identifier("plain"), r#""plain""#);
        assert_eq!(identifier(r#"a"; drop table b; --"#), r#""a""; drop table b; --""#);
        assert_eq!(identifier("two\nlines $$ größe 名前"), "\"two\nlines $$ größe 名前\"");
        assert_eq!(identifier(""), "\"\"");
        assert_eq!(table(&TableName::new("Sch.ema", "ta\"ble")), r#""Sch.ema"."ta""ble""#);
        assert_eq!(identifiers(["a", "B\"c"]), r#""a", "B""c""#);
    }

    #[test]
    fn hostile_texts_stay_one_literal() {
        assert_eq!(literal("plain"), "'plain'");
        assert_eq!(literal("it's"), "'it''s'");
        assert_eq!(literal(r"back\slash"), r" E'back\\slash'");
        assert_eq!(literal(r"\'; drop table b; --"), r" E'\\''; drop table b; --'");
        assert_eq!(literal("two\nlines $$ $a$"), "'two\nlines $$ $a$'");
    }
}
