//! Other programs that mask PostgreSQL data. Where greenmask is on the `PATH`, it takes part with rules as near to ours as it
//! has them; the others are only named.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use super::servers::Servers;
use super::ways::STAGING;

/// Programs that are looked for.
const PEERS: &[&str] = &["greenmask", "pgstream", "pg_datanymizer", "replibyte"];

/// What greenmask does with each of the columns that we mask: made up by hashes of the values, as ours are by a keyed
/// function (greenmask's documentation, "Standard transformers"). It has no permutation of keys, so they come from a range
/// so wide that two hardly ever meet, and no streets, so letters become stars.
const TRANSFORMERS: &str = r#"
        - { name: RandomInt, params: { column: id, min: 1, max: 4611686018427387904, engine: hash } }
        - name: RandomPerson
          params: { engine: hash, columns: [ { name: full_name, template: "{{ .FirstName }} {{ .LastName }}" } ] }
        - { name: RandomEmail, params: { column: email, engine: hash } }
        - { name: RandomE164PhoneNumber, params: { column: phone, engine: hash } }
        - { name: Masking, params: { column: street, type: address } }
        - { name: NoiseDate, params: { column: birth_date, max_ratio: "30 days", engine: hash } }
        - { name: RandomSentence, params: { column: note, engine: hash } }
"#;

/// Where a program lies on the `PATH`.
fn find(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(name)).find(|program| program.is_file())
}

/// Which are there, as a sentence.
pub(crate) fn facts() -> String {
    let (there, absent): (Vec<&str>, Vec<&str>) = PEERS.iter().partition(|name| find(name).is_some());
    let list = |names: &[&str]| if names.is_empty() { "none".to_owned() } else { names.join(", ") };
    format!("Peers on the PATH: {}; not on the PATH: {}.", list(&there), list(&absent))
}

/// A greenmask that does its work here, found by trying it on a database without rows.
pub(crate) enum Greenmask {
    Absent,
    /// With the last line of what it said.
    Failing(String),
    Works(PathBuf),
}

impl Greenmask {
    /// Tries it.
    pub(crate) fn find(servers: &Servers, table: &str, empty: &str) -> Self {
        let Some(program) = find("greenmask") else { return Self::Absent };
        servers.staging.clean();
        match greenmask(&program, servers, table, empty) {
            Ok(_) => Self::Works(program),
            Err(said) => Self::Failing(said),
        }
    }
}

/// `greenmask dump` with two jobs, then `greenmask restore` with two: seconds.
///
/// # Errors
/// The last line of what it said.
pub(crate) fn greenmask(program: &Path, servers: &Servers, table: &str, from: &str) -> Result<f64, String> {
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    let [config, dumps, temporary] = ["config.yaml", "dumps", "tmp"].map(|name| folder.path().join(name));
    let text = format!(
        "common: {{ pg_bin_path: {:?}, tmp_dir: {temporary:?} }}\nlog: {{ level: warn, format: text }}\n\
         storage: {{ type: directory, directory: {{ path: {dumps:?} }} }}\n\
         dump:\n  pg_dump_options: {{ dbname: {:?}, jobs: 2 }}\n  transformation:\n    - schema: public\n      \
         name: {table}\n      transformers:{TRANSFORMERS}\
         restore:\n  pg_restore_options: {{ dbname: {:?}, jobs: 2 }}\n",
        Path::new(servers.staging.tool("pg_dump").get_program()).parent().unwrap_or(Path::new("")),
        servers.production.superuser_uri(from),
        servers.staging.superuser_uri(STAGING),
    );
    let made = [&dumps, &temporary].into_iter().try_for_each(fs::create_dir).and_then(|()| fs::write(&config, text));
    made.map_err(|error| error.to_string())?;
    let run = |arguments: &[&str]| {
        let mut command = Command::new(program);
        command.arg("--config").arg(&config).args(arguments);
        // The salt of its hashes, as hexadecimal digits.
        let output = command.env("GREENMASK_GLOBAL_SALT", "00010203").output().map_err(|error| error.to_string())?;
        let said = String::from_utf8_lossy(&output.stderr).lines().last().unwrap_or("no word from it").to_owned();
        if output.status.success() { Ok(()) } else { Err(said) }
    };
    let begun = Instant::now();
    run(&["dump"])?;
    servers.staging.create(STAGING);
    run(&["restore", "latest"])?;
    servers.staging.sql(STAGING, "analyze");
    Ok(begun.elapsed().as_secs_f64())
}
