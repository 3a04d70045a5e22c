//! Service files (`PGSERVICEFILE`, `~/.pg_service.conf`, the system's `pg_service.conf`): named groups of settings.

use std::path::{Path, PathBuf};

use super::settings::Env;
use crate::failure::Failure;

/// The settings of a service. The user's file goes before the system's.
///
/// # Errors
/// No file has the service, or the one that does cannot be read.
pub(super) fn read(name: &str, file: Option<String>, env: Env<'_>) -> Result<Vec<(String, String)>, Failure> {
    let files = files(file, env);
    for file in &files {
        let text = match std::fs::read_to_string(file) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => continue,
            Err(error) => {
                let kind = error.kind();
                return Err(Failure::usage(format!("the service file {} cannot be read: {kind}", file.display())));
            }
        };
        if let Some(settings) = section(&text, name, file)? {
            return Ok(settings);
        }
    }
    let looked = files.iter().map(|file| file.display().to_string()).collect::<Vec<_>>().join(", ");
    Err(Failure::usage(format!("the connection service {name:?} is not defined"))
        .remedy(format!("add it to one of: {looked}")))
}

/// Where service files may lie, first to look at first.
fn files(named: Option<String>, env: Env<'_>) -> Vec<PathBuf> {
    let mut files = Vec::new();
    match (named, env("HOME")) {
        (Some(named), _) => files.push(PathBuf::from(named)),
        (None, Some(home)) => files.push(Path::new(&home).join(".pg_service.conf")),
        (None, None) => {}
    }
    // PGSYSCONFDIR, else where Debian's and Red Hat's libpq look.
    match env("PGSYSCONFDIR") {
        Some(folder) => files.push(Path::new(&folder).join("pg_service.conf")),
        None => files.extend(["/etc/postgresql-common/pg_service.conf", "/etc/pg_service.conf"].map(PathBuf::from)),
    }
    files
}

/// The settings under `[name]`, or `None` where the file has no such section.
fn section(text: &str, name: &str, file: &Path) -> Result<Option<Vec<(String, String)>>, Failure> {
    let mut found: Option<Vec<(String, String)>> = None;
    let mut inside = false;
    for (index, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        if let Some(header) = line.strip_prefix('[') {
            if inside {
                break;
            }
            inside = header.strip_suffix(']') == Some(name);
            if inside {
                found = Some(Vec::new());
            }
            continue;
        }
        if !inside {
            continue;
        }
        match (line.split_once('='), &mut found) {
            // Services do not nest; libpq refuses it too. LDAP lookups are not built.
            (Some((keyword, value)), Some(found)) if keyword.trim() != "service" => {
                found.push((keyword.trim().to_owned(), value.trim().to_owned()));
            }
            _ => {
                let place = format!("{}:{}", file.display(), index + 1);
                return Err(Failure::usage(format!("{place} is not a `keyword=value` line of a service")));
            }
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_section_ends_where_the_next_begins() {
        let text = "# ours\n[a]\nhost=one\n[b]\n host = two \nport=1\n\n[c]\nhost=three\n";
        let found = section(text, "b", Path::new("f")).unwrap().unwrap();
        assert_eq!(found, [("host".to_owned(), "two".to_owned()), ("port".to_owned(), "1".to_owned())]);
        assert!(section(text, "d", Path::new("f")).unwrap().is_none());
        let failure = section("[a]\nldap://somewhere", "a", Path::new("f")).unwrap_err();
        assert!(failure.message.contains("f:2"), "{failure}");
    }
}
