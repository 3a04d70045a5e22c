//! Password files: the ones that people keep (`PGPASSFILE`, `~/.pgpass`; PostgreSQL documentation, "The Password File"),
//! and a private one for the programs we start, so that no password stands in an argument or a variable.

use std::fmt;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use zeroize::Zeroizing;

use crate::failure::Failure;
use crate::postgres::private::{Private, Stream};

/// A password. It prints as three dots.
#[derive(Clone)]
pub(super) struct Secret(Zeroizing<String>);

impl Secret {
    pub(super) fn new(password: String) -> Self {
        Self(Zeroizing::new(password))
    }

    pub(super) fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("...")
    }
}

/// One line of a password file: four patterns and a password.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    patterns: [String; 4],
    password: Secret,
}

impl Entry {
    /// The password, if the line is about this host, port, database and user; `*` stands for any.
    pub(super) fn matches(&self, wanted: [&str; 4]) -> Option<&Secret> {
        let agree = |(pattern, wanted): (&String, &str)| pattern == "*" || pattern == wanted;
        self.patterns.iter().zip(wanted).all(agree).then_some(&self.password)
    }
}

/// Reads a password file. One that is not there, or not a file (`/dev/null`), has no entries.
///
/// # Errors
/// Others may read it, or we may not.
pub(super) fn read(path: &Path) -> Result<Vec<Entry>, Failure> {
    let failed = |what: &str| Failure::usage(format!("the password file {} {what}", path.display()));
    let Ok(metadata) = std::fs::metadata(path) else { return Ok(Vec::new()) };
    if !metadata.is_file() {
        return Ok(Vec::new());
    }
    if metadata.permissions().mode() & 0o077 != 0 {
        return Err(failed("can be read by others").remedy(format!("chmod 0600 {}", path.display())));
    }
    let text = std::fs::read(path).map_err(|error| failed(&format!("cannot be read: {}", error.kind())))?;
    let text = Zeroizing::new(String::from_utf8(text).map_err(|_| failed("is not UTF-8"))?);
    Ok(text.lines().filter_map(line).collect())
}

/// `host:port:database:user:password`, where a backslash takes the colon or backslash after it as it is.
fn line(line: &str) -> Option<Entry> {
    if line.starts_with('#') {
        return None;
    }
    let mut fields = Vec::new();
    let mut field = String::new();
    let mut chars = line.trim_end_matches('\r').chars();
    while let Some(char) = chars.next() {
        match char {
            '\\' => field.push(chars.next().unwrap_or('\\')),
            ':' if fields.len() < 5 => fields.push(std::mem::take(&mut field)),
            char => field.push(char),
        }
    }
    // A colon after the password begins something else.
    if fields.len() < 5 {
        fields.push(field);
    }
    let [host, port, database, user, password]: [String; 5] = fields.try_into().ok()?;
    Some(Entry { patterns: [host, port, database, user], password: Secret::new(password) })
}

/// A private password file for programs that we start (`PGPASSFILE`), gone when dropped.
#[derive(Debug)]
pub struct PassFile(Private);

impl PassFile {
    /// Writes the password so that it fits whatever the program connects to.
    pub(super) fn write(password: &Secret) -> Result<Self, Failure> {
        let mut private = Private::new().map_err(|error| failed(&error))?;
        let escaped = Zeroizing::new(password.expose().replace('\\', "\\\\").replace(':', "\\:"));
        let file = private.file();
        let written = file.write_all(b"*:*:*:*:").and_then(|()| file.write_all(escaped.as_bytes()));
        written.and_then(|()| file.write_all(b"\n")).map_err(|error| failed(&error))?;
        Ok(Self(private))
    }

    /// The file as the standard input of the program that is to open [`PassFile::path`].
    ///
    /// # Errors
    /// The system has no room for another open file.
    pub fn stdin(&self) -> Result<Stdio, Failure> {
        self.0.stdio().map_err(|error| failed(&error))
    }

    /// Its path for the program that has it as its standard input, for `PGPASSFILE`.
    pub fn path(&self) -> PathBuf {
        self.0.path(Stream::Input)
    }
}

fn failed(error: &std::io::Error) -> Failure {
    Failure::world(format!("a temporary password file could not be written: {}", error.kind()))
        .remedy("make room in the temporary folder, or name another in TMPDIR")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_match_by_pattern_and_undo_backslashes() {
        let entry = line(r"db\:1:*:shop:app:p\:a\\ss:more").unwrap();
        assert_eq!(entry.matches(["db:1", "5432", "shop", "app"]).unwrap().expose(), r"p:a\ss");
        assert!(entry.matches(["db:1", "5432", "other", "app"]).is_none());
        assert!(line("# comment:a:b:c:d").is_none());
        assert!(line("too:few:fields").is_none());
        assert!(!format!("{entry:?}").contains("p:a"));
    }

    #[test]
    fn a_file_that_others_can_read_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("pgpass");
        std::fs::write(&path, "*:*:*:*:secret\n").unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
        let failure = read(&path).unwrap_err();
        assert!(failure.to_string().contains("chmod 0600"), "{failure}");
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
        assert_eq!(read(&path).unwrap().len(), 1);
        assert!(read(&folder.path().join("absent")).unwrap().is_empty());
    }

    #[test]
    fn the_private_file_reads_back() {
        let file = PassFile::write(&Secret::new(r"a:b\c d".to_owned())).unwrap();
        let mut cat = std::process::Command::new("cat");
        let output = cat.arg(file.path()).stdin(file.stdin().unwrap()).output().unwrap();
        let entry = line(std::str::from_utf8(&output.stdout).unwrap().trim_end()).unwrap();
        assert_eq!(entry.matches(["h", "1", "d", "u"]).unwrap().expose(), r"a:b\c d");
    }
}
