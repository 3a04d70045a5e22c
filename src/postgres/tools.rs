//! PostgreSQL's own client programs, `pg_dump` and `pg_restore`: which of those on this machine fit two servers, and how
//! they are run. What they are asked to do is the business of `mirror`.

use std::fmt;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};

use tokio::process::Command;

use super::connect::Address;
use super::throwaway::{Search, first_line, folders};
use crate::failure::Failure;

/// What constants and comparisons in production's structure mean, whatever a role or a database on staging is set to. The rest
/// of what they depend on stands in the archive.
const SETTINGS: &str = "-c array_nulls=on -c intervalstyle=postgres -c lc_monetary=C -c quote_all_identifiers=off -c transform_null_equals=off";

/// A `pg_dump` and the `pg_restore` beside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tools {
    folder: PathBuf,
    version: Version,
}

/// A program's version: major and minor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version {
    /// Such as 15.
    pub major: u32,
    /// Such as 18; 0 for a beta.
    pub minor: u32,
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)
    }
}

/// The programs that there are on this machine.
#[derive(Debug)]
pub struct Installed {
    programs: Vec<Tools>,
    /// Folders where other programs stand in for them.
    stand_ins: Vec<PathBuf>,
}

impl Installed {
    /// Looks for them. Blocks: it runs each that it finds, to learn its version.
    pub fn look(search: &Search) -> Self {
        let (programs, stand_ins) = apart(folders(search));
        Self { programs: programs.iter().filter_map(|folder| look(folder)).collect(), stand_ins }
    }

    /// Those that fit two servers: of the target's major version, else of the nearest one above it, in the newest minor
    /// version. Both versions are `server_version_num`s; the target is at or above the source.
    ///
    /// # Errors
    /// There are none that fit (exit 3); the remedy names the package.
    pub fn fitting(self, source: u32, target: u32) -> Result<Tools, Failure> {
        let major = source.max(target) / 10_000;
        let mut found = self.programs;
        if choose(&found, major).is_none() {
            found.extend(self.stand_ins.iter().filter_map(|folder| look(folder)));
        }
        choose(&found, major).cloned().ok_or_else(|| {
            let seen = found.iter().map(|tools| tools.version).max();
            let seen = seen.map_or("none are".to_owned(), |version| format!("the newest found is {version}"));
            Failure::world(format!("pg_dump and pg_restore of version {major} or later are needed; {seen}"))
                .remedy(format!("apt-get install postgresql-client-{major}"))
        })
    }
}

impl Tools {
    /// Their version.
    pub fn version(&self) -> Version {
        self.version
    }

    /// Prepares one of the programs to run with nothing but what it needs of our environment: it is killed when we let go
    /// of it, and speaks English.
    pub(super) fn command(&self, name: &str) -> Command {
        let mut command = Command::new(self.folder.join(name));
        command.env_clear().env("LC_ALL", "C").env("PATH", "/usr/bin:/bin").kill_on_drop(true);
        command
    }

    /// Runs a prepared program, whose standard output leads somewhere. Where an address is given, it connects to a database
    /// as we do, with these settings (`-c name=value`) besides, and has the password on its standard input.
    ///
    /// # Errors
    /// It cannot be started. That it ends with an error is for the caller to see.
    pub(super) async fn run(
        &self,
        mut command: Command,
        address: Option<&Address>,
        settings: &str,
    ) -> Result<Output, Failure> {
        // Held until the program has ended: a file with a name is removed then.
        let passfile = address.map(Address::passfile).transpose()?.flatten();
        match &passfile {
            Some(passfile) => command.env("PGPASSFILE", passfile.path()).stdin(passfile.stdin()?),
            // The one in the home folder was read by us, if there is one.
            None if address.is_some() => command.env("PGPASSFILE", "/dev/null").stdin(Stdio::null()),
            None => &mut command,
        };
        let mut options = settings.to_owned();
        for (name, value) in address.map(Address::libpq_env).unwrap_or_default() {
            if name == "PGOPTIONS" {
                options = format!("{value} {settings}");
            } else {
                command.env(name, value);
            }
        }
        command.env("PGOPTIONS", format!("{options} {SETTINGS}")).env("PGAPPNAME", "bauta structure");
        let child = command.stderr(Stdio::piped()).spawn();
        let output = match child {
            Ok(child) => child.wait_with_output().await,
            Err(error) => Err(error),
        };
        output.map_err(|error| {
            Failure::world(format!("a program in {} cannot be run: {}", self.folder.display(), error.kind()))
                .remedy(format!("reinstall postgresql-client-{}", self.version.major))
        })
    }
}

/// Folders that hold the programs themselves, each once, and those where another program stands in for them: the scripts of
/// Debian that look for a version first take longer than the programs do.
fn apart(folders: Vec<PathBuf>) -> (Vec<PathBuf>, Vec<PathBuf>) {
    let (mut programs, mut stand_ins) = (Vec::new(), Vec::new());
    for folder in folders {
        let Ok(program) = folder.join("pg_dump").canonicalize() else { continue };
        let itself = program.file_name().is_some_and(|name| name == "pg_dump");
        let home = program.parent().filter(|home| itself && home.join("pg_restore").is_file());
        let (list, folder) = match home {
            Some(home) => (&mut programs, home.to_owned()),
            None => (&mut stand_ins, folder),
        };
        if !list.contains(&folder) {
            list.push(folder);
        }
    }
    (programs, stand_ins)
}

/// The tools for a major version: that one, else the nearest above; the newest minor version of it, the first that stands.
fn choose(found: &[Tools], major: u32) -> Option<&Tools> {
    let fits = found.iter().filter(|tools| tools.version.major >= major);
    fits.min_by_key(|tools| (tools.version.major, std::cmp::Reverse(tools.version.minor)))
}

/// A folder, if it has both programs.
fn look(folder: &Path) -> Option<Tools> {
    let restore = folder.join("pg_restore");
    if !restore.is_file() {
        return None;
    }
    let version = version(&first_line(&folder.join("pg_dump"), "--version")?)?;
    Some(Tools { folder: folder.to_owned(), version })
}

/// `pg_dump (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)`, `18beta1`.
fn version(line: &str) -> Option<Version> {
    let number = line.split_whitespace().nth(2)?;
    let mut parts = number.split('.');
    let digits = |part: &str| part.split(|char: char| !char.is_ascii_digit()).next()?.parse().ok();
    Some(Version { major: digits(parts.next()?)?, minor: parts.next().and_then(digits).unwrap_or(0) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tools(major: u32, minor: u32) -> Tools {
        Tools { folder: PathBuf::from(format!("/{major}.{minor}")), version: Version { major, minor } }
    }

    #[test]
    fn the_nearest_major_and_its_newest_minor_are_taken() {
        let found = [tools(14, 9), tools(18, 1), tools(16, 2), tools(16, 4), tools(17, 0)];
        let chosen = |major| choose(&found, major).map(|tools| (tools.version.major, tools.version.minor));
        assert_eq!(chosen(14), Some((14, 9)));
        assert_eq!(chosen(15), Some((16, 4)));
        assert_eq!(chosen(18), Some((18, 1)));
        assert_eq!(chosen(19), None);
    }

    #[cfg(unix)]
    #[test]
    fn programs_come_before_what_stands_in_for_them() {
        let root = tempfile::tempdir().unwrap();
        let root = root.path().canonicalize().unwrap();
        let folder = |name: &str| {
            std::fs::create_dir_all(root.join(name)).unwrap();
            root.join(name)
        };
        let link = |from: PathBuf, to: PathBuf| std::os::unix::fs::symlink(from, to).unwrap();
        let (home, linked, wrapped, empty) = (folder("15/bin"), folder("linked"), folder("wrapped"), folder("empty"));
        std::fs::write(home.join("pg_dump"), "").unwrap();
        std::fs::write(home.join("pg_restore"), "").unwrap();
        std::fs::write(root.join("wrapper"), "").unwrap();
        link(home.join("pg_dump"), linked.join("pg_dump"));
        link(root.join("wrapper"), wrapped.join("pg_dump"));
        assert_eq!(apart(vec![wrapped.clone(), linked, home.clone(), empty]), (vec![home], vec![wrapped]));
    }

    #[test]
    fn versions_are_read() {
        let read = |line| version(line).map(|version| version.to_string());
        assert_eq!(read("pg_dump (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)").as_deref(), Some("15.18"));
        assert_eq!(read("pg_dump (PostgreSQL) 18beta1").as_deref(), Some("18.0"));
        assert_eq!(read("something else"), None);
    }

    #[test]
    fn where_none_fit_the_package_is_named() {
        let empty = tempfile::tempdir().unwrap();
        let search = Search { named: Some(empty.path().to_owned()), ..Search::default() };
        let failure = Installed::look(&search).fitting(150_018, 160_002).unwrap_err();
        assert_eq!(failure.kind, crate::failure::Kind::World);
        assert!(failure.to_string().contains("apt-get install postgresql-client-16"), "{failure}");
    }
}
