//! The marker: what we know about a database that we made, kept as the last line of its comment. It moves with the
//! database when it is renamed, is read without connecting to it, and holds no secret. Reading it from a server is the
//! business of `generations`.

use serde::{Deserialize, Serialize};

/// What a marker's line begins with; the number is the form's version.
const PREFIX: &str = "bauta/1 ";

/// Which part a database plays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// Being loaded.
    Building,
    /// Loaded and checked, not yet published.
    Ready,
    /// Staging.
    Live,
    /// Was staging; kept for rollback.
    Previous,
}

/// What we know about a database that we made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Marker {
    /// The name under which it serves: staging's.
    pub name: String,
    /// Which generation it is.
    pub generation: String,
    /// Counts publications: the one that made it live, or that it was made against.
    pub epoch: u64,
    /// Which part it plays.
    pub state: State,
    /// Its own OID: a copy of the comment elsewhere is void.
    pub oid: u32,
    /// The server's system identifier: a copy of the database elsewhere is void.
    pub cluster: String,
    /// SHA-256 of the rule file, hexadecimal.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub rules: String,
    /// Digest of the run's evidence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evidence: Option<String>,
    /// When it was made: RFC 3339, UTC, by the server's clock.
    pub made: String,
    /// When it may be dropped, for a kept generation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<String>,
    /// Whether somebody else made it and we took its place: then it is never dropped by us.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub adopted: bool,
    /// Whether the server is a copy of production's, or a standby's primary, and `--adopt` accepted that.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub twin: bool,
}

impl Marker {
    /// Finds the marker in a database's comment; `None` where there is none or it is not whole.
    pub fn parse(comment: &str) -> Option<Self> {
        let (_, line) = split(comment);
        serde_json::from_str(line?).ok()
    }

    /// The comment with this marker in it. What a person wrote before it is kept.
    pub fn into_comment(self, comment: Option<&str>) -> String {
        // Plain strings and numbers always have a form.
        let line = serde_json::to_string(&self).unwrap_or_default();
        match comment.map(|comment| split(comment).0).filter(|text| !text.is_empty()) {
            Some(text) => format!("{text}\n{PREFIX}{line}"),
            None => format!("{PREFIX}{line}"),
        }
    }
}

/// What a person wrote, and the marker's JSON.
fn split(comment: &str) -> (&str, Option<&str>) {
    let (text, last) = comment.rsplit_once('\n').unwrap_or(("", comment));
    match last.strip_prefix(PREFIX).filter(|json| json.starts_with('{')) {
        Some(json) => (text, Some(json)),
        None => (comment, None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marker() -> Marker {
        Marker {
            name: "sta\"ging\nüß".to_owned(),
            generation: "20261123-040506-ab12".to_owned(),
            epoch: 7,
            state: State::Previous,
            oid: 4_294_967_295,
            cluster: "7711205132631228128".to_owned(),
            rules: "ab".repeat(32),
            evidence: None,
            made: "2026-11-23T04:05:06Z".to_owned(),
            expires: Some("2026-11-30T04:05:06Z".to_owned()),
            adopted: true,
            twin: true,
        }
    }

    #[test]
    fn it_reads_back_and_leaves_a_persons_words_alone() {
        for words in [None, Some("ours"), Some("two\nlines"), Some("bauta/1 is a program"), Some("ends\n")] {
            let comment = marker().into_comment(words);
            assert_eq!(Marker::parse(&comment), Some(marker()));
            assert_eq!(split(&comment).0, words.unwrap_or_default());
            let again = Marker { epoch: 8, ..marker() }.into_comment(Some(&comment));
            assert_eq!(Marker::parse(&again).map(|marker| marker.epoch), Some(8));
            assert_eq!(again.matches("bauta/1 {").count(), 1);
        }
    }

    #[test]
    fn what_is_not_a_whole_marker_is_none() {
        for comment in ["", "ours", "bauta/1 {", "bauta/1 {\"name\":\"x\"}", "bauta/2 {}"] {
            assert_eq!(Marker::parse(comment), None, "{comment}");
        }
        let followed = format!("{}\nand more", marker().into_comment(None));
        assert_eq!(Marker::parse(&followed), None);
    }
}
