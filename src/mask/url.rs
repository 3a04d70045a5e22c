//! `url`: another address on a reserved domain. Preserves the scheme, `www.`, how many segments and parameters there are,
//! plain parameter names and file extensions; destroys the host, credentials, port, and what path, query and fragment
//! say.

use arrow::array::ArrayRef;

use super::draw::{Draw, draw_until};
use super::letters::another;
use super::map::map_text;
use super::{Accepts, Built, Effect, Equal, Example, Input, Mask, MaskDef, MaskError, Promises};
use crate::key::DomainKey;
use crate::schema::Kind;

pub(super) static URL: MaskDef = MaskDef {
    name: "url",
    summary: "an address on example.com, example.org or example.net, paths and parameters replaced",
    effect: Effect::Synthetic,
    leaves: "which values are equal; the scheme, the shape of the path, plain names of parameters, file types",
    manual: "The host becomes a name under a domain that nobody owns (RFC 2606), the same for the same host; the \
             scheme stays if it is a common one, else it becomes https; user, password and port are dropped. Letters \
             and digits of path, parameters and fragment become others of their kind, the same segment the same \
             everywhere; a name of a parameter stays if it is of `a-z` and `_` alone, up to 20 of them, and so does \
             the extension of a common file type. What does not fit the column is cut from the end. Values that are \
             no URL, such as `/img/7.png`, are treated as a path. The same value gives the same output, never its own.",
    accepts: Accepts::Scalars(&[Kind::Text]),
    params: &[],
    promises: Promises { equal: Equal::Never, ..Promises::NONE },
    examples: &[
        Example {
            kind: &Kind::Text,
            params: "",
            input: "https://www.facebook.com/mary.smith.7?ref=ts&fref=mary",
            output: "https://www.poge.example.org/rahg.jwtjb.5?ref=ov&fref=pkwf",
        },
        Example {
            kind: &Kind::Text,
            params: "",
            input: "http://bob:secret@10.0.0.7:8080/in/4711.pdf#p2",
            output: "http://mepomo.example.net/vi/1111.pdf#c3",
        },
        Example { kind: &Kind::Text, params: "", input: "mailto:mary@sakila.org", output: "mailto:sodu@example.org" },
        Example {
            kind: &Kind::Text,
            params: "",
            input: "uploads/2024/mary_smith.jpg",
            output: "dfmkaou/7067/imrv_lagzh.jpg",
        },
    ],
    check: |_, _| Vec::new(),
    build: |_, facts, key| {
        let max_chars = facts.max_chars.map_or(usize::MAX, |max| max as usize);
        Built::Mask(Box::new(Url { key: key.purpose("url"), max_chars }))
    },
};

/// Domains that nobody owns (RFC 2606, section 3).
pub(super) const RESERVED: [&str; 3] = ["example.com", "example.org", "example.net"];

/// The shortest host that is written, under RFC 2606's `test`.
const SHORTEST: &str = "x.test";

/// Schemes that stay, with what follows them before a host.
const SCHEMES: &[&str] = &[
    "amqp",
    "amqps",
    "file",
    "ftp",
    "ftps",
    "git",
    "gs",
    "http",
    "https",
    "imap",
    "imaps",
    "jdbc:mysql",
    "jdbc:postgresql",
    "ldap",
    "ldaps",
    "mongodb",
    "mqtt",
    "mysql",
    "postgres",
    "postgresql",
    "redis",
    "rediss",
    "rtmp",
    "rtsp",
    "s3",
    "sftp",
    "smb",
    "smtp",
    "smtps",
    "ssh",
    "svn",
    "ws",
    "wss",
];

/// Schemes without a host.
const OPAQUE: &[&str] = &["blob", "data", "mailto", "sip", "sips", "sms", "tel", "urn", "xmpp"];

/// Extensions of files that stay.
const EXTENSIONS: &[&str] = &[
    "asp", "aspx", "avi", "bmp", "css", "csv", "doc", "docx", "gif", "gz", "htm", "html", "ico", "jpeg", "jpg", "js",
    "json", "jsp", "md", "mov", "mp3", "mp4", "ods", "odt", "pdf", "php", "png", "ppt", "pptx", "svg", "tar", "tgz",
    "tif", "tiff", "txt", "wav", "webm", "webp", "xls", "xlsx", "xml", "yaml", "yml", "zip",
];

/// Attempts that keep the form; after them letters take the place of everything.
const FORMED: u32 = 8;

struct Url {
    key: DomainKey,
    max_chars: usize,
}

impl Mask for Url {
    fn apply(&self, input: Input<'_>) -> Result<ArrayRef, MaskError> {
        map_text(input.value, |_, value, out| {
            let parts = Parts::of(value);
            let mut attempt = 0;
            draw_until(&self.key, value.as_bytes(), |draw| {
                out.clear();
                if attempt < FORMED {
                    let writer = Writer { key: &self.key, attempt };
                    writer.write(&parts, self.max_chars, out);
                } else {
                    // Nothing but punctuation, or a column of a few characters.
                    let chars = value.chars().count().min(self.max_chars);
                    out.extend((0..chars).map(|_| letter(draw)));
                }
                attempt += 1;
                (!out.is_empty() && out != value).then_some(())
            })
        })
    }
}

/// A URL taken apart; for what is no URL there is only a path.
#[derive(Debug, PartialEq, Eq)]
struct Parts<'a> {
    /// What is written before the host, or before the path where there is none.
    scheme: String,
    host: Option<&'a str>,
    /// Whether the path is an address of mail.
    mail: bool,
    path: &'a str,
    query: Option<&'a str>,
    fragment: Option<&'a str>,
}

impl<'a> Parts<'a> {
    fn of(value: &'a str) -> Self {
        let (rest, fragment) = split(value, '#');
        let (rest, query) = split(rest, '?');
        let (scheme, host, path) = if let Some((scheme, rest)) = rest.split_once("://") {
            let known = SCHEMES.iter().find(|known| known.eq_ignore_ascii_case(scheme)).copied().unwrap_or("https");
            let (host, path) = authority(rest);
            (format!("{known}://"), Some(host), path)
        } else if let Some(rest) = rest.strip_prefix("//") {
            let (host, path) = authority(rest);
            ("//".to_owned(), Some(host), path)
        } else if let Some((scheme, known)) = opaque(rest) {
            (format!("{known}:"), None, &rest[scheme.len() + 1..])
        } else {
            let (host, path) = authority(rest);
            if is_host(host) { (String::new(), Some(host), path) } else { (String::new(), None, rest) }
        };
        let mail = ["mailto:", "sip:", "sips:", "xmpp:"].contains(&scheme.as_str()) && path.contains('@');
        Self { scheme, host, mail, path, query, fragment }
    }
}

fn split(text: &str, at: char) -> (&str, Option<&str>) {
    text.split_once(at).map_or((text, None), |(before, after)| (before, Some(after)))
}

/// The scheme of what has no host, as written and as known.
fn opaque(text: &str) -> Option<(&str, &'static str)> {
    let (scheme, _) = text.split_once(':')?;
    OPAQUE.iter().find(|known| known.eq_ignore_ascii_case(scheme)).map(|known| (scheme, *known))
}

/// The host without user, password and port, and the path behind it.
fn authority(text: &str) -> (&str, &str) {
    let (authority, path) = text.split_at(text.find(['/', '\\']).unwrap_or(text.len()));
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let host = match host.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|c| c.is_ascii_digit()) => host,
        _ => host,
    };
    (host, path)
}

/// Whether a text without a scheme is a host's name.
fn is_host(text: &str) -> bool {
    let Some((_, last)) = text.rsplit_once('.') else { return false };
    let named = text.chars().all(|c| c.is_alphanumeric() || c == '-' || c == '.') && !text.starts_with('.');
    let top = last.len() >= 2 && last.chars().all(char::is_alphabetic);
    named && top && (text.starts_with("www.") || !EXTENSIONS.contains(&last.to_lowercase().as_str()))
}

/// Writes parts, each from a draw of its own.
struct Writer<'a> {
    key: &'a DomainKey,
    attempt: u32,
}

impl Writer<'_> {
    fn draw(&self, purpose: &[u8], part: &str) -> Draw {
        Draw::new(self.key.prf(&[&self.attempt.to_le_bytes(), purpose, b" ", part.as_bytes()]))
    }

    fn write(&self, parts: &Parts<'_>, max_chars: usize, out: &mut String) {
        match parts.host {
            Some(host) => {
                let heads = self.heads(&parts.scheme, host);
                match heads.into_iter().find(|head| head.len() <= max_chars) {
                    Some(head) => out.push_str(&head),
                    None => return,
                }
            }
            None if parts.mail => {
                let mut draw = self.draw(b"mail", parts.path);
                let heads = [
                    format!("{}{}@{}", parts.scheme, name(&mut draw), draw.pick(&RESERVED)),
                    format!("{}@{SHORTEST}", letter(&mut draw)),
                ];
                match heads.into_iter().find(|head| head.len() <= max_chars) {
                    Some(head) => out.push_str(&head),
                    None => return,
                }
            }
            None => out.push_str(&parts.scheme),
        }
        if !parts.mail {
            self.path(parts.path, out);
        }
        if let Some(query) = parts.query {
            out.push('?');
            for (number, parameter) in query.split('&').enumerate() {
                out.push_str(if number == 0 { "" } else { "&" });
                self.parameter(parameter, out);
            }
        }
        if let Some(fragment) = parts.fragment {
            out.push('#');
            self.part(fragment, out);
        }
        // A host is never cut: `example.co` may be somebody's.
        if let Some((end, _)) = out.char_indices().nth(max_chars) {
            out.truncate(end);
        }
    }

    /// Scheme and host, the best first.
    fn heads(&self, scheme: &str, host: &str) -> [String; 4] {
        if host.is_empty() {
            // file:///
            return [scheme.to_owned(), scheme.to_owned(), RESERVED[0].to_owned(), SHORTEST.to_owned()];
        }
        let host = host.to_lowercase();
        let (www, rest) = host.strip_prefix("www.").map_or(("", host.as_str()), |rest| ("www.", rest));
        let mut draw = self.draw(b"host", rest);
        let domain = draw.pick(&RESERVED);
        [
            format!("{scheme}{www}{}.{domain}", name(&mut draw)),
            format!("{scheme}{domain}"),
            (*domain).to_owned(),
            SHORTEST.to_owned(),
        ]
    }

    fn path(&self, path: &str, out: &mut String) {
        let (folders, file) = path.split_at(path.rfind('/').map_or(0, |at| at + 1));
        for folder in folders.split_inclusive('/') {
            let name = folder.strip_suffix('/');
            self.part(name.unwrap_or(folder), out);
            out.push_str(if name.is_some() { "/" } else { "" });
        }
        match file.rsplit_once('.') {
            Some((stem, extension)) if EXTENSIONS.contains(&extension.to_ascii_lowercase().as_str()) => {
                self.part(stem, out);
                out.push('.');
                out.push_str(extension);
            }
            _ => self.part(file, out),
        }
    }

    fn parameter(&self, parameter: &str, out: &mut String) {
        let Some((name, value)) = parameter.split_once('=') else {
            return self.part(parameter, out);
        };
        let plain = (1..=20).contains(&name.len()) && name.bytes().all(|c| c.is_ascii_lowercase() || c == b'_');
        if plain {
            out.push_str(name);
        } else {
            self.part(name, out);
        }
        out.push('=');
        self.part(value, out);
    }

    /// Writes a part with other letters and digits; an escape such as `%C3` becomes a letter.
    fn part(&self, part: &str, out: &mut String) {
        let mut draw = self.draw(b"part", part);
        let mut skip = 0;
        for (at, c) in part.char_indices() {
            if skip > 0 {
                skip -= 1;
                continue;
            }
            let is_escape = c == '%'
                && part.get(at + 1..at + 3).is_some_and(|digits| digits.bytes().all(|c| c.is_ascii_hexdigit()));
            if is_escape {
                skip = 2;
                out.push(letter(&mut draw));
            } else if let Some(other) = another(&mut draw, c) {
                out.push(other);
            } else {
                out.push(if c.is_ascii() { c } else { letter(&mut draw) });
            }
        }
    }
}

fn letter(draw: &mut Draw) -> char {
    another(draw, 'a').unwrap_or('a')
}

/// A name that can be spoken, of four to eight letters.
fn name(draw: &mut Draw) -> String {
    const CONSONANTS: [char; 15] = ['b', 'd', 'f', 'g', 'k', 'l', 'm', 'n', 'p', 'r', 's', 't', 'v', 'w', 'z'];
    const VOWELS: [char; 5] = ['a', 'e', 'i', 'o', 'u'];
    (0..2 + draw.below(3)).flat_map(|_| [*draw.pick(&CONSONANTS), *draw.pick(&VOWELS)]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mask::tried::{column, mask_texts};

    fn one(text: &str, max: Option<u32>) -> String {
        mask_texts(&URL, "", &column(max, false), &[text.to_owned()]).remove(0)
    }

    #[test]
    fn the_form_stays_and_the_host_is_nobodys() {
        let host = r"([bdfgk-npr-tvwz][aeiou]){2,4}\.example\.(com|org|net)";
        for (input, pattern) in [
            ("https://shop.acme.com/a/b-c/7.html", format!(r"^https://{host}/[a-z]/[a-z]-[a-z]/\d\.html$")),
            ("HTTP://WWW.ACME.COM", format!("^http://www.{host}$")),
            (
                "http://u:p@acme.com:80/?q=Anna+M&2=b&Anna#Top",
                format!(r"^http://{host}/\?q=[A-Z][a-z]{{3}}\+[A-Z]&\d=[a-z]&[A-Z][a-z]{{3}}#[A-Z][a-z]{{2}}$"),
            ),
            ("x-callback://secret", format!("^https://{host}$")),
            ("//cdn.acme.com/x", format!("^//{host}/[a-z]$")),
            ("http://[2a02::1]:80/x", format!("^http://{host}/[a-z]$")),
            ("http://müller.de/größe/%C3%BC", format!("^http://{host}/[a-z]{{2}}[à-ý]{{2}}[a-z]/[a-z]{{2}}$")),
            ("www.acme.com/x", format!("^www.{host}/[a-z]$")),
            ("acme.co.uk", format!("^{host}$")),
            ("photo.JPG", r"^[a-z]{5}\.JPG$".to_owned()),
            ("mailto:anna@acme.com?subject=hi", r"^mailto:[a-z]+@example\.(com|org|net)\?subject=[a-z]{2}$".to_owned()),
            ("tel:+49-30-123", r"^tel:\+\d\d-\d\d-\d{3}$".to_owned()),
            ("file:///home/anna", "^file:///[a-z]{4}/[a-z]{4}$".to_owned()),
            ("not a url", r"^[a-z]{3} [a-z] [a-z]{3}$".to_owned()),
            ("/", "^[a-z]$".to_owned()),
            ("💥", "^[a-z]$".to_owned()),
            ("?", "^[a-z]$".to_owned()),
        ] {
            let output = one(input, None);
            assert!(regex_lite::Regex::new(&pattern).unwrap().is_match(&output), "{input} {output} {pattern}");
            assert_ne!(input, output);
        }
    }

    #[test]
    fn hosts_and_segments_are_the_same_everywhere() {
        let (a, b) = (one("https://acme.com/users/anna", None), one("https://www.acme.com/users/otto", None));
        let (a, b) = (a.split('/').collect::<Vec<_>>(), b.split('/').collect::<Vec<_>>());
        assert_eq!(format!("www.{}", a[2]), b[2]);
        assert_eq!(a[3], b[3]);
        assert_ne!(a[4], b[4]);
    }

    #[test]
    fn whatever_the_room_no_host_is_cut() {
        let input = "https://www.acme.com/some/path?and=more";
        let mut lengths = Vec::new();
        for max in 1..=40 {
            let output = one(input, Some(max));
            assert!(output.chars().count() <= max as usize);
            let host = output.split("://").last().unwrap().split('/').next().unwrap();
            let reserved = RESERVED.iter().any(|domain| host.ends_with(domain)) || host.ends_with(".test");
            assert!(reserved || !host.contains('.'), "{output}");
            lengths.push(output.len());
        }
        assert_eq!(lengths[5..], {
            let mut sorted = lengths[5..].to_vec();
            sorted.sort_unstable();
            sorted
        });
    }

    #[test]
    fn reserved_hosts_change_too() {
        for domain in RESERVED {
            assert_ne!(one(&format!("http://{domain}/"), None), format!("http://{domain}/"));
        }
    }
}
