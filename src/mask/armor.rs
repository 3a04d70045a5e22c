//! PEM's lines of text encoding (RFC 7468): which lines of a text are the armor around a key, and say nothing of it.

/// Labels between `-----BEGIN ` and `-----` (RFC 7468, RFC 4880, OpenSSL, OpenSSH).
const LABELS: &[&str] = &[
    "CERTIFICATE",
    "CERTIFICATE REQUEST",
    "DSA PRIVATE KEY",
    "EC PRIVATE KEY",
    "ENCRYPTED PRIVATE KEY",
    "OPENSSH PRIVATE KEY",
    "PGP PRIVATE KEY BLOCK",
    "PGP PUBLIC KEY BLOCK",
    "PRIVATE KEY",
    "PUBLIC KEY",
    "RSA PRIVATE KEY",
    "RSA PUBLIC KEY",
];

/// The lines of a text, their ends included, and whether each is armor.
pub(super) fn lines(text: &str) -> impl Iterator<Item = (&str, bool)> {
    text.split_inclusive('\n').map(|line| (line, is_armor(line.trim_end())))
}

fn is_armor(line: &str) -> bool {
    let label = line.strip_prefix("-----BEGIN ").or_else(|| line.strip_prefix("-----END "));
    label.and_then(|label| label.strip_suffix("-----")).is_some_and(|label| LABELS.contains(&label))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_known_labels_are_armor() {
        let text = "-----BEGIN RSA PRIVATE KEY-----\r\nMIIE\n-----END RSA PRIVATE KEY-----";
        assert_eq!(lines(text).map(|(_, armor)| armor).collect::<Vec<_>>(), [true, false, true]);
        assert_eq!(lines(text).map(|(line, _)| line).collect::<String>(), text);
        assert!(!is_armor("-----BEGIN HUNTER2-----") && !is_armor("-----BEGIN PRIVATE KEY----"));
    }
}
