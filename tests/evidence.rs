//! The evidence of runs, as a reviewer gets it: what it tells, and that no change to it goes unnoticed.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bauta::evidence::{Outcome, SUMS, digest, verify};
use bauta::signature::{PublicKey, SigningKey};
use serde_json::{Value, json};

use crate::support::{Case, Ran, bauta, production, run, staging};

const SQL: &str = "
    create table customers (id int primary key, name text not null, email text unique, country text, note text);
    insert into customers select i, 'Person ' || i, 'p' || i || '@real.com', 'DE', 'called twice'
        from generate_series(1, 40) i;
    create table vips (id int primary key references customers);
    insert into vips select i from generate_series(1, 3) i;
    create table logs (line text);
";

const RULES: &str = "
tables:
  customers:
    owner: crm
    columns:
      id: permute
      name: { class: person.name }
      email: { mask: email, unique: true, class: contact.email }
      note: nullify
    keep: { \"one of few values\": [country] }
  vips: {}
  logs: { rows: none, columns: { line: redact } }
";

const SEED: &str = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";

/// A case with an evidence folder and a key that signs.
struct Kept {
    case: Case,
    folder: PathBuf,
    key: PathBuf,
}

impl Kept {
    fn new(name: &str) -> Self {
        let case = Case::new(name, SQL, RULES);
        let (folder, key) = (case.folder.path().join("evidence"), case.folder.path().join("signing"));
        private(&key, SEED);
        Self { case, folder, key }
    }

    fn command(&self, more: &[&str]) -> Command {
        let mut command = self.case.refresh_command(crate::support::KEY, more);
        command.env("BAUTA_EVIDENCE", &self.folder).env("BAUTA_EVIDENCE_KEY", &self.key);
        command
    }

    fn refresh(&self, more: &[&str]) -> Ran {
        run(self.command(more))
    }

    /// Two runs that publish and between them one that is refused.
    fn three_runs(name: &str) -> Self {
        let kept = Self::new(name);
        assert_eq!(kept.refresh(&[]).code, 0);
        kept.case.rules("tables: { customers: {} }\n");
        assert_eq!(kept.refresh(&[]).code, 2);
        kept.case.rules(RULES);
        assert_eq!(kept.refresh(&[]).code, 0);
        kept
    }

    fn files(&self) -> BTreeMap<String, Vec<u8>> {
        let entries = std::fs::read_dir(&self.folder).unwrap().map(|entry| entry.unwrap().path());
        entries.map(|path| (name(&path), std::fs::read(&path).unwrap())).collect()
    }

    /// `bauta evidence verify` on the folder.
    fn verify(&self, more: &[&str]) -> Ran {
        let mut command = bauta(&["evidence", "verify"]);
        command.arg(&self.folder).args(more);
        run(command)
    }

    /// The statement of the last record with this outcome.
    fn statement(&self, outcome: &str) -> Value {
        let ending = format!("-{outcome}.json");
        let last = self.files().into_keys().rfind(|name| name.ends_with(&ending)).unwrap();
        let mut command = bauta(&["evidence", "show"]);
        command.arg(self.folder.join(last));
        serde_json::from_str(&run(command).stdout).unwrap()
    }
}

fn private(path: &Path, text: &str) {
    use std::io::Write as _;
    use std::os::unix::fs::OpenOptionsExt as _;
    let mut file = std::fs::OpenOptions::new().create(true).write(true).truncate(true).mode(0o600).open(path).unwrap();
    file.write_all(text.as_bytes()).unwrap();
}

fn name(path: &Path) -> String {
    path.file_name().unwrap().to_str().unwrap().to_owned()
}

fn key() -> PublicKey {
    SigningKey::read(SEED).unwrap().public()
}

#[test]
fn every_run_leaves_a_record_and_staging_points_at_it() {
    let kept = Kept::three_runs("evidence");
    let verified = verify(&kept.files(), &[key()]);
    assert_eq!(verified.wrong, Vec::<String>::new());
    let outcomes: Vec<_> = verified.records.iter().map(|checked| checked.record.outcome).collect();
    use Outcome::{Passed, Published, Refused};
    assert_eq!(outcomes, [Passed, Published, Refused, Passed, Published]);
    assert!(verified.records.iter().all(|checked| checked.signed));
    // What `sha256sum` says of the folder.
    let sums = Command::new("sha256sum").args(["--strict", "-c", SUMS]).current_dir(&kept.folder).output().unwrap();
    assert!(sums.status.success(), "{}", String::from_utf8_lossy(&sums.stdout));
    let record = &verified.records[4].record;
    assert_eq!(record.totals.rows, Some(43.into()));
    assert_eq!(record.tables[2].rows, Some(3.into()));
    assert_eq!(record.rules.sha256.as_ref(), Some(&digest(&std::fs::read(kept.case.rule_file()).unwrap())));
    let shown = String::from_utf8(kept.files().into_iter().rfind(|(name, _)| name.ends_with(".html")).unwrap().1);
    let shown = shown.unwrap();
    assert!(shown.contains("&lt;10 written") && !shown.contains("Person"), "{shown}");
    // The marker of the live database has the digest of the record before it was published.
    let comment = staging().sql(
        "postgres",
        &format!(
            "select shobj_description(oid, 'pg_database') from pg_database where datname = '{}'",
            kept.case.staging
        ),
    );
    assert!(comment.contains(&verified.records[3].digest), "{comment}");
}

#[test]
fn the_folder_is_held_against_staging() {
    let kept = Kept::three_runs("marker");
    let public = kept.case.folder.path().join("public");
    let printed = run({
        let mut command = bauta(&["evidence", "public-key"]);
        command.arg(&kept.key);
        command
    });
    std::fs::write(&public, printed.stdout).unwrap();
    let target = kept.case.target();
    let arguments = ["--public-key", public.to_str().unwrap(), "--target", &target];
    let ran = kept.verify(&arguments);
    assert_eq!(ran.code, 0, "{}{}", ran.stdout, ran.stderr);
    assert!(ran.stdout.contains("5 records of 3 runs: nothing contradicts"), "{}", ran.stdout);
    // The last run cut off, list and all: only the marker knows.
    let sums = std::fs::read_to_string(kept.folder.join(SUMS)).unwrap();
    let kept_lines: Vec<&str> = sums.lines().take(5).collect();
    for line in sums.lines().skip(5) {
        std::fs::remove_file(kept.folder.join(line.split_once("  ").unwrap().1)).unwrap();
    }
    std::fs::write(kept.folder.join(SUMS), kept_lines.join("\n") + "\n").unwrap();
    assert_eq!(kept.verify(&arguments[..2]).code, 0);
    let ran = kept.verify(&arguments);
    assert_eq!(ran.code, 5);
    assert!(ran.stdout.contains("was published with is not here"), "{}", ran.stdout);
}

#[test]
fn a_run_that_can_leave_no_evidence_does_not_begin() {
    let kept = Kept::new("nowhere");
    let file = kept.case.folder.path().join("file");
    std::fs::write(&file, "").unwrap();
    let ran = run({
        let mut command = kept.command(&[]);
        command.env("BAUTA_EVIDENCE", file.join("folder"));
        command
    });
    assert_eq!(ran.code, 3, "{}", ran.stderr);
    std::fs::write(&kept.key, "no key").unwrap();
    assert_eq!(kept.refresh(&[]).code, 2);
    assert!(staging().databases(&kept.case.staging).is_empty());
}

#[test]
fn without_a_key_it_is_chained_and_says_that_it_is_not_signed() {
    let kept = Kept::new("unsigned");
    for _ in 0..2 {
        let mut command = kept.command(&[]);
        command.env_remove("BAUTA_EVIDENCE_KEY");
        assert_eq!(run(command).code, 0);
    }
    let ran = kept.verify(&[]);
    assert_eq!(ran.code, 0, "{}", ran.stdout);
    assert!(ran.stdout.contains("4 records are not signed"), "{}", ran.stdout);
    let public = kept.case.folder.path().join("public");
    std::fs::write(&public, key().to_pem()).unwrap();
    let ran = kept.verify(&["--public-key", public.to_str().unwrap()]);
    assert_eq!(ran.code, 5, "{}", ran.stdout);
    // A folder that begins anew goes on from staging's marker.
    let last = verify(&kept.files(), &[]).records[2].digest.clone();
    std::fs::remove_dir_all(&kept.folder).unwrap();
    assert_eq!(kept.refresh(&[]).code, 0);
    let first = kept.statement("passed");
    assert_eq!(first["predicate"]["chain"], json!({"number": 1, "previous": last, "found_in": "marker"}));
}

#[test]
fn a_failed_publication_is_recorded_too() {
    let kept = Kept::new("failing");
    assert_eq!(kept.refresh(&[]).code, 0);
    production().sql(&kept.case.production, "alter table customers add born date");
    assert_eq!(kept.refresh(&[]).code, 2);
    let statement = kept.statement("refused");
    let record = &statement["predicate"];
    assert_eq!(record["failure"]["exit"], 2);
    assert!(record["failure"]["message"].as_str().unwrap().contains("born"), "{record}");
    assert_eq!(record["generations"]["live"], Value::Null);
    assert_eq!(verify(&kept.files(), &[key()]).wrong, Vec::<String>::new());
}

/// The README's questions: each has an answer where it says, in the record of one run alone.
#[test]
fn twenty_questions_of_an_auditor_have_answers() {
    let kept = Kept::new("asked");
    let ran = kept.refresh(&["--drop-settings"]);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let statement = kept.statement("published");
    let readme = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).unwrap();
    let (_, asked) = readme.split_once("What an auditor asks").unwrap();
    let rows: Vec<Vec<&str>> = asked
        .lines()
        .filter(|line| line.starts_with("| ") && line.as_bytes()[2].is_ascii_digit())
        .map(|line| line.trim_matches('|').split('|').map(str::trim).collect())
        .collect();
    assert_eq!(rows.len(), 20);
    let mut answers = BTreeMap::new();
    for row in &rows {
        println!("{}. {}", row[0], row[1]);
        for place in row[2].split('`').filter(|place| place.starts_with('/')) {
            let answer = statement["predicate"].pointer(place).unwrap_or_else(|| panic!("{place} is not there"));
            println!("     {place}: {answer}");
            answers.insert(place.to_owned(), answer.clone());
        }
    }
    let is = |place: &str, answer: Value| assert_eq!(answers[place], answer, "{place}");
    is("/outcome", json!("published"));
    is("/failure", Value::Null);
    is("/generations/staging", json!(kept.case.staging));
    is("/generations/live", answers["/run"].clone());
    is("/rules/sha256", json!(digest(&std::fs::read(kept.case.rule_file()).unwrap())));
    is("/approved_by", json!([]));
    is("/schema/reviewed_sha256", Value::Null);
    is("/program/sha256", json!(digest(&std::fs::read(env!("CARGO_BIN_EXE_bauta")).unwrap())));
    is("/source/role", json!("reader"));
    is("/source/superuser", json!(false));
    is("/source/standby", json!(false));
    is("/target/role", json!("loader"));
    is("/tables/0/columns/0/method", json!("permute"));
    is("/tables/0/columns/0/effect", json!("pseudonymised"));
    is("/tables/0/columns/0/owner", json!("crm"));
    is("/tables/0/rows", json!(40));
    is("/tables/0/selection", json!("all"));
    is("/totals/effects", json!({"kept": 1, "pseudonymised": 3, "removed": 1, "synthetic": 1}));
    is("/accepted", json!(["--drop-settings"]));
    is("/key/made_for_this_run", json!(false));
    is("/generations/keep_seconds", json!(7 * 86_400));
    is("/signed_by", json!(key().id()));
    assert!(answers["/source/transport"].as_str().unwrap().starts_with("plain text"), "{answers:?}");
    assert!(answers["/checks"].as_array().unwrap().len() > 1, "{answers:?}");
    assert!(answers["/program/version"] == env!("CARGO_PKG_VERSION") && answers["/began"].is_string());
}

/// A small generator (xorshift64*), so that a failure can be repeated.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let bits = self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33;
        usize::try_from(bits).unwrap() % bound
    }

    fn of<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        &list[self.below(list.len())]
    }
}

type Files = BTreeMap<String, Vec<u8>>;

/// Makes the list agree with the files again, in its own order: what a forger would do.
fn relist(files: &mut Files) {
    let sums = String::from_utf8(files[SUMS].clone()).unwrap();
    let names = sums.lines().map(|line| line.split_once("  ").unwrap().1).filter(|name| files.contains_key(*name));
    let lines: String = names.map(|name| format!("{}  {name}\n", digest(&files[name]))).collect();
    files.insert(SUMS.to_owned(), lines.into_bytes());
}

/// Changes a payload, keeps the signature, and puts it back in the file's own form.
fn edit(bytes: &mut Vec<u8>, change: impl FnOnce(&mut Value)) {
    let mut envelope: Value = serde_json::from_slice(bytes).unwrap();
    let payload = STANDARD.decode(envelope["payload"].as_str().unwrap()).unwrap();
    let mut statement: Value = serde_json::from_slice(&payload).unwrap();
    change(&mut statement);
    let text = String::from_utf8(bytes.clone()).unwrap();
    let was = envelope["payload"].take();
    *bytes = text.replace(was.as_str().unwrap(), &STANDARD.encode(statement.to_string())).into_bytes();
}

/// Every place of a document that has a value.
fn places(value: &Value, at: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(map) => map.iter().for_each(|(key, inner)| places(inner, &format!("{at}/{key}"), found)),
        Value::Array(list) => {
            list.iter().enumerate().for_each(|(index, inner)| places(inner, &format!("{at}/{index}"), found));
        }
        _ => found.push(at.to_owned()),
    }
}

/// One mutation; `forged` ones make the list agree afterwards, so that only signatures and the chain can tell.
fn mutate(files: &mut Files, random: &mut Random) -> String {
    let names: Vec<String> = files.keys().cloned().collect();
    let records: Vec<String> = names.iter().filter(|name| name.ends_with(".json")).cloned().collect();
    let (name, record) = (random.of(&names).clone(), random.of(&records).clone());
    let what = random.below(11);
    match what {
        0 | 1 => {
            let bytes = files.get_mut(&name).unwrap();
            let bit = random.below(bytes.len() * 8);
            bytes[bit / 8] ^= 1 << (bit % 8);
            if what == 1 && name != SUMS {
                relist(files);
            }
            format!("bit {bit} of {name} flipped, relisted: {}", what == 1)
        }
        2 => {
            files.remove(&name);
            format!("{name} removed")
        }
        3 => {
            // All but the last two, whose absence only the marker on staging can tell.
            let inner = random.of(&records[..records.len() - 2]).clone();
            files.remove(&inner);
            relist(files);
            format!("{inner} removed and unlisted")
        }
        4 => {
            let copy = name.replacen("00000", "00009", 1) + "x";
            let bytes = files[&name].clone();
            files.insert(copy, bytes);
            format!("{name} duplicated")
        }
        5 => {
            let line = format!("{}  {record}\n", digest(&files[&record]));
            files.get_mut(SUMS).unwrap().extend(line.bytes());
            format!("{record} listed twice")
        }
        6 => {
            let sums = String::from_utf8(files[SUMS].clone()).unwrap();
            let mut lines: Vec<&str> = sums.lines().filter(|line| line.ends_with(".json")).collect();
            let rest: Vec<&str> = sums.lines().filter(|line| line.ends_with(".html")).collect();
            let (a, b) = (random.below(lines.len()), random.below(lines.len() - 1));
            lines.swap(a, if b >= a { b + 1 } else { b });
            let all = [rest, lines].concat().join("\n") + "\n";
            files.insert(SUMS.to_owned(), all.into_bytes());
            "records listed in another order".to_owned()
        }
        7 => {
            let other = loop {
                let other = random.of(&records).clone();
                if other != record {
                    break other;
                }
            };
            let part = |bytes: &[u8]| -> Value {
                let envelope: Value = serde_json::from_slice(bytes).unwrap();
                envelope["signatures"][0]["sig"].clone()
            };
            let (mine, theirs) = (part(&files[&record]), part(&files[&other]));
            let text = String::from_utf8(files[&record].clone()).unwrap();
            let swapped = text.replace(mine.as_str().unwrap(), theirs.as_str().unwrap());
            files.insert(record.clone(), swapped.into_bytes());
            relist(files);
            format!("{record} has the signature of {other}")
        }
        8 | 9 => {
            let bytes = files.get_mut(&record).unwrap();
            let mut told = String::new();
            edit(bytes, |statement| {
                let mut found = Vec::new();
                places(statement, "", &mut found);
                let at = random.of(&found).clone();
                if what == 8 {
                    let (parent, last) = at.rsplit_once('/').unwrap();
                    match statement.pointer_mut(parent).unwrap() {
                        Value::Object(map) => drop(map.remove(last)),
                        Value::Array(list) => drop(list.remove(last.parse().unwrap())),
                        _ => unreachable!(),
                    }
                    told = format!("{at} removed from {record}");
                } else {
                    let place = statement.pointer_mut(&at).unwrap();
                    *place = match place.take() {
                        Value::String(text) => json!(text + "0"),
                        Value::Number(number) => json!(number.as_u64().unwrap() + 1),
                        Value::Bool(told) => json!(!told),
                        _ => json!("x"),
                    };
                    told = format!("{at} of {record} changed");
                }
            });
            relist(files);
            told
        }
        _ => {
            let text = String::from_utf8(files[&record].clone()).unwrap();
            let other = SigningKey::read(&"07".repeat(32)).unwrap();
            let envelope: Value = serde_json::from_str(&text).unwrap();
            let payload = STANDARD.decode(envelope["payload"].as_str().unwrap()).unwrap();
            let forged = bauta::evidence::Envelope::new(&payload, Some(&other));
            files.insert(record.clone(), forged.to_bytes());
            relist(files);
            format!("{record} signed by somebody else")
        }
    }
}

#[test]
fn every_change_is_found() {
    let kept = Kept::three_runs("mutated");
    let whole = kept.files();
    assert_eq!(verify(&whole, &[key()]).wrong, Vec::<String>::new());
    let count = std::env::var_os("BAUTA_TEST_MUTATIONS");
    let count = count.map_or(300, |count| count.to_str().unwrap().parse().unwrap());
    let mut random = Random(0x9E37_79B9_7F4A_7C15);
    let mut missed = Vec::new();
    let mut by_reason: BTreeMap<String, usize> = BTreeMap::new();
    for _ in 0..count {
        let mut files = whole.clone();
        let told = mutate(&mut files, &mut random);
        assert!(files != whole, "{told}: nothing changed");
        let wrong = verify(&files, &[key()]).wrong;
        match wrong.first() {
            None => missed.push(told),
            Some(why) => {
                let reason = why.split_once(".json: ").map_or(why.as_str(), |(_, reason)| reason);
                let reason: String = reason.split(|c: char| c.is_ascii_digit()).next().unwrap_or_default().to_owned();
                *by_reason.entry(reason).or_default() += 1;
            }
        }
    }
    println!("{count} mutations, {} missed; found first by: {by_reason:#?}", missed.len());
    assert!(missed.is_empty(), "not found: {missed:#?}");
}
