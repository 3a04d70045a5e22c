//! Whether what has to be unique is, for many values: `cargo bench --bench uniqueness -- --integers 10000000 --emails 1000000`.
//!
//! Times are processor time, so that others on the machine do not count. Masks different values twice: once dropping what comes out, for time and memory of the mask alone (a mask keeps no
//! state, so it should need none), and once keeping all outputs, which are sorted and counted. Prints a line for each; ends
//! with 1 where two outputs are equal.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a benchmark prints, and one that meets what it does not expect ends"
)]

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use arrow::array::{ArrayRef, AsArray, Int32Array, StringViewArray};
use arrow::datatypes::Int32Type;
use bauta::diagnostic::Span;
use bauta::key::RootKey;
use bauta::mask::{self, Built, ColumnFacts, Input, Mask, Params};
use bauta::node::{Entry, Node};
use bauta::schema::{Kind, TableName};

/// Values in a batch.
const BATCH: u32 = 16_384;

fn main() -> ExitCode {
    let (integers, emails) = (option("--integers", 10_000_000), option("--emails", 1_000_000));
    println!(
        "mask                     values  duplicates   masked in   ns/value   memory of masking   sorted and counted in"
    );
    let mut duplicates = 0;
    duplicates += measure::<i32>("permute", &[], Kind::Int4, integers);
    duplicates += measure::<i32>("permute", &[("ff1", "true")], Kind::Int4, integers / 10);
    for name in ["email", "username", "pseudonym", "pattern", "digits"] {
        duplicates += measure::<String>(name, &[], Kind::Text, emails);
    }
    if duplicates == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// A number of the command line.
fn option(name: &str, default: u32) -> u32 {
    let given = std::env::args().skip_while(|own| own != name).nth(1);
    given.map_or(default, |text| text.parse().unwrap())
}

/// What is masked, and what comes out.
trait Value: Ord + Sized {
    /// Different values, from one number to another.
    fn values(from: u32, to: u32) -> ArrayRef;
    /// Outputs that are counted.
    fn outputs(array: &ArrayRef, out: &mut Vec<Self>);
}

impl Value for i32 {
    fn values(from: u32, to: u32) -> ArrayRef {
        Arc::new(Int32Array::from_iter_values((from..to).map(|number| i32::try_from(number).unwrap())))
    }

    fn outputs(array: &ArrayRef, out: &mut Vec<Self>) {
        out.extend(array.as_primitive::<Int32Type>().values());
    }
}

impl Value for String {
    fn values(from: u32, to: u32) -> ArrayRef {
        let value = |number: u32| format!("customer{number:08}@mail{:02}.example.com", number % 50);
        Arc::new(StringViewArray::from_iter_values((from..to).map(value)))
    }

    fn outputs(array: &ArrayRef, out: &mut Vec<Self>) {
        // As the strictest index would compare them.
        out.extend(array.as_string_view().iter().map(|text| text.unwrap().to_lowercase()));
    }
}

/// Masks, counts and prints; gives the number of duplicates.
fn measure<V: Value>(name: &str, params: &[(&str, &str)], kind: Kind, count: u32) -> usize {
    let mask = build(name, params, kind);
    let batches = || (1..=count).step_by(BATCH as usize).map(|from| (from, (from + BATCH).min(count + 1)));
    let apply = |value: &ArrayRef| mask.apply(Input { value, per: None }).unwrap();
    // The first batch warms up what every batch needs.
    drop(apply(&V::values(1, BATCH.min(count + 1))));
    let before = resident();
    let mut masked_in = Duration::ZERO;
    let mut memory = 0;
    for (from, to) in batches() {
        let value = V::values(from, to);
        let start = processor_time();
        let masked = apply(&value);
        masked_in += processor_time() - start;
        memory = memory.max(resident().saturating_sub(before));
        drop(masked);
    }
    let start = processor_time();
    let mut outputs: Vec<V> = Vec::with_capacity(count as usize);
    batches().for_each(|(from, to)| V::outputs(&apply(&V::values(from, to)), &mut outputs));
    outputs.sort_unstable();
    let duplicates = outputs.windows(2).filter(|pair| pair[0] == pair[1]).count();
    let written: String = params.iter().map(|(key, value)| format!(" {key}: {value}")).collect();
    println!(
        "{:<20} {:>10} {:>11} {:>9.2} s {:>10.0} {:>16} kB {:>21.1} s",
        format!("{name}{written}"),
        outputs.len(),
        duplicates,
        masked_in.as_secs_f64(),
        masked_in.as_nanos() as f64 / f64::from(count),
        memory,
        (processor_time() - start).as_secs_f64(),
    );
    duplicates
}

/// A mask of a column that is unique, under a key of the benchmark's own.
fn build(name: &str, params: &[(&str, &str)], kind: Kind) -> Box<dyn Mask> {
    let def = mask::find(name).unwrap();
    let entry = |(key, value): &(&str, &str)| Entry {
        key: (*key).to_owned(),
        key_span: Span::default(),
        node: Node::text(value),
    };
    let entries: Vec<Entry> = params.iter().map(entry).collect();
    let mut params = Params::read(name, def.params, &entries, Span::default()).unwrap();
    params.unique = true;
    let facts = ColumnFacts {
        column: TableName::new("public", "customers").column("value"),
        ty: kind.clone().into(),
        not_null: true,
        unique: true,
        max_chars: None,
        folds: false,
        whole_digits: None,
        domain_kinds: vec![kind],
        per: None,
    };
    assert_eq!((def.check)(&params, &facts), []);
    match (def.build)(&params, &facts, &RootKey::new([7; 32]).domain("uniqueness")) {
        Built::Mask(mask) => mask,
        _ => unreachable!("{name} looks at values"),
    }
}

/// Processor time of this thread so far (`schedstat` of proc(5), in nanoseconds); none where there is no such file.
fn processor_time() -> Duration {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    Duration::from_nanos(text.split(' ').next().and_then(|spent| spent.parse().ok()).unwrap_or_default())
}

/// Memory of this process in kB (`VmRSS` of proc(5)); 0 where there is no such file.
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|rest| rest.trim().trim_end_matches(" kB").parse().ok()).unwrap_or(0)
}
