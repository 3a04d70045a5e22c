//! Whether a text is XML content that the server will take: text and elements, each closed in its turn. Comments,
//! processing instructions, CDATA and document types are refused: a literal does not need them.

use super::Mistake;

/// Checks a fragment (XML 1.0, production 43, `content`, as far as said above).
pub(super) fn check(text: &str) -> Result<(), Mistake> {
    let mut open: Vec<&str> = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find(['<', '&', '>']) {
        let after = &rest[at + 1..];
        rest = match &rest[at..=at] {
            "<" => tag(after, &mut open)?,
            "&" => entity(after)?,
            _ => return Err("is no XML: write &gt; for >".to_owned()),
        };
    }
    if text.chars().any(|c| c.is_control() && !matches!(c, '\t' | '\n' | '\r')) {
        return Err("is no XML: it holds a control character".to_owned());
    }
    match open.last() {
        Some(name) => Err(format!("is no XML: <{name}> is not closed")),
        None => Ok(()),
    }
}

/// Reads a tag from behind its `<`; returns what follows it.
fn tag<'a>(text: &'a str, open: &mut Vec<&'a str>) -> Result<&'a str, Mistake> {
    let broken = || "is no XML: a tag is broken".to_owned();
    if let Some(close) = text.strip_prefix('/') {
        let (name, rest) = close.split_once('>').ok_or_else(broken)?;
        return match open.pop() {
            Some(last) if last == name.trim_end() => Ok(rest),
            _ => Err(format!("is no XML: </{name}> closes nothing")),
        };
    }
    let (element, mut rest) = name(text).ok_or_else(broken)?;
    let mut attributes: Vec<&str> = Vec::new();
    loop {
        let trimmed = rest.trim_start();
        if let Some(rest) = trimmed.strip_prefix('>') {
            open.push(element);
            return Ok(rest);
        }
        if let Some(rest) = trimmed.strip_prefix("/>") {
            return Ok(rest);
        }
        if trimmed.len() == rest.len() {
            return Err(broken());
        }
        let (attribute, after) = name(trimmed).ok_or_else(broken)?;
        let value = after.trim_start().strip_prefix('=').ok_or_else(broken)?.trim_start();
        let quote = value.chars().next().filter(|c| ['"', '\''].contains(c)).ok_or_else(broken)?;
        let (value, after) = value[1..].split_once(quote).ok_or_else(broken)?;
        let mut parts = value.split('&');
        parts.next();
        for part in parts {
            entity(part)?;
        }
        if value.contains('<') || attributes.contains(&attribute) {
            return Err(broken());
        }
        attributes.push(attribute);
        rest = after;
    }
}

/// A name without a namespace prefix (a prefix would have to be declared), and what follows it.
fn name(text: &str) -> Option<(&str, &str)> {
    let end = text.find(|c: char| !(c.is_alphanumeric() || "_-.".contains(c))).unwrap_or(text.len());
    let (name, rest) = text.split_at(end);
    let sound = name.starts_with(|c: char| c.is_alphabetic() || c == '_');
    (sound && !name.get(..3).is_some_and(|start| start.eq_ignore_ascii_case("xml"))).then_some((name, rest))
}

/// One of the five entities, or a character by its number, from behind the `&`; returns what follows.
fn entity(text: &str) -> Result<&str, Mistake> {
    let wrong = || "is no XML: write &amp; for &".to_owned();
    let (name, rest) = text.split_once(';').ok_or_else(wrong)?;
    let known = ["amp", "lt", "gt", "quot", "apos"].contains(&name);
    let number = name
        .strip_prefix('#')
        .and_then(|n| n.strip_prefix('x').map_or(n.parse().ok(), |n| u32::from_str_radix(n, 16).ok()));
    let character = number.and_then(char::from_u32).is_some_and(|c| !c.is_control());
    if known || character { Ok(rest) } else { Err(wrong()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fragments_are_told_from_what_is_broken() {
        for text in ["", "text", "<a/>", "<a b='1' c=\"&lt;\">x<b></b >&amp;&#233;</a>", "<a></a><b/>", "é"] {
            assert_eq!(check(text), Ok(()), "{text}");
        }
        for text in [
            "<",
            "<a",
            "<a>",
            "</a>",
            "<a></b>",
            "<a b></a>",
            "<a b=c/>",
            "&",
            "&nbsp;",
            "&#0;",
            "<!-- x -->",
            "<?x?>",
            "<a b='<'/>",
            "<a b='1' b='2'/>",
            "<a b='1'c='2'/>",
            "<1/>",
            "<x:a/>",
            "a > b",
            "\u{1}",
            "<a b='&x'/>",
        ] {
            assert!(check(text).is_err(), "{text}");
        }
    }
}
