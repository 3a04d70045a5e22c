//! Where PostgreSQL's server programs lie on this machine.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Where to look for server programs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Search {
    /// A folder that somebody named; then nowhere else.
    pub named: Option<PathBuf>,
    /// `PATH`: its folders, and the one that a `pg_config` found there tells of.
    pub path: Option<OsString>,
    /// Whether to look where distributions put them as well.
    pub installed: bool,
}

/// A folder with `initdb` and `postgres` in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Binaries {
    /// The folder.
    pub folder: PathBuf,
    /// Major version, such as 15.
    pub major: u32,
}

impl Binaries {
    /// The path of one of its programs.
    pub fn program(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }
}

/// Finds server programs: the named folder, else those of `PATH`, else the newest that is installed.
pub fn find_server(search: &Search) -> Option<Binaries> {
    if let Some(named) = &search.named {
        return look(named);
    }
    if let Some(found) = on_path(search).iter().find_map(|folder| look(folder)) {
        return Some(found);
    }
    if !search.installed {
        return None;
    }
    installed().iter().filter_map(|folder| look(folder)).max_by_key(|found| found.major)
}

/// Every folder that a search leads to, in its order.
pub(in crate::postgres) fn folders(search: &Search) -> Vec<PathBuf> {
    if let Some(named) = &search.named {
        return vec![named.clone()];
    }
    let mut folders = on_path(search);
    if search.installed {
        folders.extend(installed());
    }
    folders
}

/// The folders of `PATH`, and the one that a `pg_config` found there tells of.
fn on_path(search: &Search) -> Vec<PathBuf> {
    let mut folders: Vec<PathBuf> = search.path.iter().flat_map(std::env::split_paths).collect();
    let told = folders.iter().map(|folder| folder.join("pg_config")).find(|program| program.is_file());
    folders.extend(told.and_then(|program| first_line(&program, "--bindir")).map(PathBuf::from));
    folders
}

/// Debian's and Ubuntu's folders (`/usr/lib/postgresql/15/bin`), Red Hat's (`/usr/pgsql-15/bin`), Homebrew's and that of
/// a build from source.
fn installed() -> Vec<PathBuf> {
    let inside = |folder: &str| -> Vec<PathBuf> {
        std::fs::read_dir(folder).into_iter().flatten().filter_map(|entry| Some(entry.ok()?.path())).collect()
    };
    let mut folders = inside("/usr/lib/postgresql");
    let named = |path: &PathBuf, prefix: &str| {
        path.file_name().and_then(|name| name.to_str()).is_some_and(|name| name.starts_with(prefix))
    };
    folders.extend(inside("/usr").into_iter().filter(|path| named(path, "pgsql-")));
    folders.extend(inside("/opt/homebrew/opt").into_iter().filter(|path| named(path, "postgresql")));
    folders.push(PathBuf::from("/usr/local/pgsql"));
    folders.sort();
    folders.into_iter().map(|folder| folder.join("bin")).collect()
}

/// A folder, if it has what a server needs.
fn look(folder: &Path) -> Option<Binaries> {
    if !folder.join("initdb").is_file() {
        return None;
    }
    // `postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)`, `18beta1`.
    let version = first_line(&folder.join("postgres"), "--version")?;
    let number = version.split_whitespace().nth(2)?;
    let major = number.split(|char: char| !char.is_ascii_digit()).next()?.parse().ok()?;
    Some(Binaries { folder: folder.to_owned(), major })
}

pub(in crate::postgres) fn first_line(program: &Path, argument: &str) -> Option<String> {
    // Nothing of our environment: passwords and the key are in it.
    let mut command = Command::new(program);
    command.arg(argument).env_clear().env("LC_ALL", "C").env("PATH", "/usr/bin:/bin").stdin(Stdio::null());
    let output = command.output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    text.lines().next().map(str::to_owned).filter(|_| output.status.success())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_found_where_nothing_is() {
        let empty = tempfile::tempdir().unwrap();
        assert_eq!(find_server(&Search::default()), None);
        let path = Some(empty.path().as_os_str().to_owned());
        assert_eq!(find_server(&Search { path, ..Search::default() }), None);
        let named = Some(empty.path().to_owned());
        assert_eq!(find_server(&Search { named, installed: true, ..Search::default() }), None);
    }
}
