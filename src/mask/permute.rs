//! `permute`: keys become other keys, one to one. Preserves uniqueness, joins, sign, which integer types a number fits,
//! and a UUID's version and variant; destroys order, distances, and the time inside a UUID.

use std::collections::BTreeSet;

use arrow::array::ArrayRef;
use arrow::datatypes::DataType;

use super::feistel::Permutation;
use super::ff1::{self, Ff1};
use super::map::{Reason, map_integer, map_integers, map_uuid};
use super::params::{ParamDef, ParamKind, Params};
use super::{
    Accepts, Built, ColumnFacts, Effect, Example, Gives, Input, Mask, MaskDef, MaskError, Order, Problem, Promises,
    Uniqueness, small,
};
use crate::key::DomainKey;
use crate::schema::Kind;

mod numeric;

pub(super) static PERMUTE: MaskDef = MaskDef {
    name: "permute",
    summary: "keys become other keys, one to one: integers and UUIDs",
    effect: Effect::Pseudonymised,
    leaves: "which values are equal; the sign, and of a large number its band",
    manual: "A keyed permutation (a Feistel network), so what is unique stays unique and what joins still joins. \
             Integers are permuted inside bands, cut at 0, at H, and at the ends of every integer type that the key's \
             columns have, so a number fits wherever it fitted: 0 stays 0, negative stays negative, and 1 to H stays 1 \
             to H. H is 2^14, 2^30 or 2^52 where the narrowest of those types is smallint, integer or bigint, or the \
             upper end of `range: 1..900000`, which is a band of its own. The column's sequence is set to H, so \
             inserts go on above every masked key. `fixed: [0, -1]` names numbers with a meaning of their own: they \
             stay, and nothing else becomes one of them. A `numeric` that is used as a key is permuted as such a number: \
             `numeric(10,0)` is an integer type of ten digits; a value with a fraction, or beyond bigint, is an error. Of \
             a UUID the version and variant bits stay; the other 122 are permuted, a version 7's time with them. A \
             `range` of fewer than 10,000 numbers is refused without `small: true`. `ff1: true` enciphers by FF1 (NIST \
             SP 800-38G, radix 2, walking until the number is in its band), for bands of at least 1,000,000 numbers.",
    accepts: Accepts::Scalars(&[Kind::Int2, Kind::Int4, Kind::Int8, Kind::Numeric, Kind::Uuid]),
    params: &[
        ff1::PARAM,
        ParamDef {
            name: "fixed",
            kind: ParamKind::Integers,
            default: None,
            required: false,
            summary: "numbers that stay as they are, such as sentinels",
        },
        ParamDef {
            name: "range",
            kind: ParamKind::Range,
            default: None,
            required: false,
            summary: "numbers that are permuted among themselves, instead of 1 to H",
        },
        small::PARAM,
    ],
    promises: Promises { unique: Uniqueness::Yes, gives, stays, ..Promises::NONE },
    examples: &[
        Example { kind: &Kind::Int4, params: "", input: "1", output: "433322869" },
        Example { kind: &Kind::Int4, params: "", input: "2", output: "369173121" },
        Example { kind: &Kind::Int8, params: "{range: 1..900000}", input: "1", output: "115217" },
        Example { kind: &Kind::Int4, params: "{fixed: [-1]}", input: "-1", output: "-1" },
        Example { kind: &Kind::Numeric, params: "", input: "1001.00", output: "1446302139808131.00" },
        Example {
            kind: &Kind::Uuid,
            params: "",
            input: "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11",
            output: "3373587c-4124-49b6-859d-789c3227c7d4",
        },
    ],
    check,
    build,
};

/// Number of bits of a UUID that are neither version nor variant (RFC 9562, section 4).
const UUID_BITS: u32 = 122;

/// The highest number that `permute` gives to numbers of its main band: sequences go on above it. `None` for UUIDs.
pub fn sequence_floor(params: &Params, facts: &ColumnFacts) -> Option<i64> {
    let (_, high) = main_band(params, &integers(facts))?;
    Some(high)
}

fn check(params: &Params, facts: &ColumnFacts) -> Vec<Problem> {
    let problem = numeric::check(facts);
    if problem.is_some() {
        return problem.into_iter().collect();
    }
    let kinds = integers(facts);
    if let (Some(narrowest), Some(widest)) = (kinds.first(), kinds.last()) {
        return within(params, *narrowest, *widest);
    }
    ["fixed", "range", small::PARAM.name]
        .into_iter()
        .filter(|param| params.span(param).is_some())
        .map(|param| Problem::param(param, "is for integers, and the column holds UUIDs"))
        .collect()
}

/// Mistakes of the parameters against the types.
fn within(params: &Params, narrowest: Integer, widest: Integer) -> Vec<Problem> {
    let mut problems = Vec::new();
    if let Some((low, high)) = params.range("range") {
        if low < narrowest.min || high > narrowest.max {
            problems.push(Problem::param("range", format!("does not lie within {}", narrowest.kind)));
        } else if low == high {
            problems.push(Problem::param("range", "holds one number, which would stay as it is"));
        }
    }
    let (low, high) = params.range("range").unwrap_or((1, narrowest.top));
    let size = (i128::from(high) - i128::from(low) + 1).unsigned_abs();
    if params.bool(ff1::PARAM.name) && size < ff1::LEAST {
        let message = format!("FF1 needs at least 1,000,000 numbers, and {low}..{high} has {size}");
        problems.push(Problem::param(ff1::PARAM.name, message));
    } else if size > 1 {
        problems.extend(small::problem(params, &format!("the numbers {low}..{high}"), size));
    }
    if params.integers("fixed").iter().any(|number| *number < widest.min || *number > widest.max) {
        problems.push(Problem::param("fixed", format!("holds a number that is no {}", widest.kind)));
    }
    problems
}

fn gives(params: &Params, facts: &ColumnFacts) -> Gives {
    let kinds = integers(facts);
    let Some(main) = main_band(params, &kinds) else {
        return Gives { vast: true, ..Gives::default() };
    };
    let starts = bands(main, &kinds).into_iter().map(|(low, _)| low).collect();
    let fixed = params.integers("fixed").to_vec();
    Gives { order: Order::Bands { starts, fixed }, ..Gives::default() }
}

/// One in as many as the number's band has, or the UUID's free bits.
fn stays(params: &Params, facts: &ColumnFacts, value: &str) -> f64 {
    let kinds = integers(facts);
    let Some(main) = main_band(params, &kinds) else { return 0.5f64.powi(UUID_BITS as i32) };
    let whole = value.split('.').next().unwrap_or_default();
    let Ok(number) = whole.parse::<i64>() else { return 1.0 };
    if params.integers("fixed").contains(&number) {
        return 1.0;
    }
    let band = bands(main, &kinds).into_iter().find(|(low, high)| (*low..=*high).contains(&number));
    band.map_or(1.0, |(low, high)| {
        1.0 / (low.abs_diff(high) as f64 + 1.0 - params.integers("fixed").len() as f64).max(1.0)
    })
}

fn build(params: &Params, facts: &ColumnFacts, key: &DomainKey) -> Built {
    let key = key.purpose("permute");
    let standard = params.bool(ff1::PARAM.name).then(|| Ff1::new(&key));
    match Integers::new(params, &integers(facts), &key) {
        Some(integers) => match standard {
            Some(ff1) => Built::Mask(Box::new(Standard { integers, ff1 })),
            None => Built::Mask(Box::new(integers)),
        },
        None => {
            let permutation = Permutation::over(&key, 1 << UUID_BITS);
            Built::Mask(Box::new(Uuids { key, permutation, standard }))
        }
    }
}

/// An integer type and its ends.
#[derive(Clone, Copy)]
struct Integer {
    kind: &'static Kind,
    min: i64,
    max: i64,
    /// H: half of what is above 0, or what a double holds exactly.
    top: i64,
}

/// PostgreSQL's integer types, narrowest first.
const INTEGERS: [Integer; 3] = [
    Integer { kind: &Kind::Int2, min: i16::MIN as i64, max: i16::MAX as i64, top: 1 << 14 },
    Integer { kind: &Kind::Int4, min: i32::MIN as i64, max: i32::MAX as i64, top: 1 << 30 },
    Integer { kind: &Kind::Int8, min: i64::MIN, max: i64::MAX, top: 1 << 52 },
];

/// The integer types among the domain's columns, `numeric` counted as one, narrowest first. None for UUIDs.
fn integers(facts: &ColumnFacts) -> Vec<Integer> {
    let has = |kind: &Kind| facts.ty.kind.scalar() == kind || facts.domain_kinds.iter().any(|own| own.scalar() == kind);
    let numeric = has(&Kind::Numeric).then(|| numeric::integer(facts));
    let mut integers: Vec<Integer> = INTEGERS.into_iter().filter(|integer| has(integer.kind)).chain(numeric).collect();
    integers.sort_by_key(|integer| integer.max);
    integers
}

/// The band that new keys are above of.
fn main_band(params: &Params, kinds: &[Integer]) -> Option<(i64, i64)> {
    let narrowest = kinds.first()?;
    Some(params.range("range").unwrap_or((1, narrowest.top)))
}

/// All whole numbers of 64 bits in bands, ascending, both ends included.
fn bands(main: (i64, i64), kinds: &[Integer]) -> Vec<(i64, i64)> {
    let mut starts = BTreeSet::from([i64::MIN, 0, 1]);
    for integer in kinds {
        starts.insert(integer.min);
        starts.extend(integer.max.checked_add(1));
    }
    // What lies inside the main band does not cut it: only 0 can, the types' ends are outside.
    starts.retain(|start| *start <= main.0 || *start > main.1);
    starts.insert(main.0);
    starts.extend(main.1.checked_add(1));
    let ends = starts.iter().skip(1).map(|start| start - 1).chain([i64::MAX]);
    starts.iter().copied().zip(ends).collect()
}

struct Integers {
    /// Ascending, without gaps.
    bands: Vec<Band>,
    /// Sorted.
    fixed: Vec<i64>,
}

struct Band {
    low: i64,
    high: i64,
    permutation: Permutation,
    key: DomainKey,
}

impl Integers {
    fn new(params: &Params, kinds: &[Integer], key: &DomainKey) -> Option<Self> {
        let band = |(low, high): (i64, i64)| {
            let key = key.purpose(&format!("{low}..{high}"));
            // The distance is not negative and below 2^64; no band is empty.
            let permutation = Permutation::over(&key, (i128::from(high) - i128::from(low) + 1).unsigned_abs());
            Band { low, high, permutation, key }
        };
        let bands = bands(main_band(params, kinds)?, kinds).into_iter().map(band).collect();
        let mut fixed = params.integers("fixed").to_vec();
        fixed.sort_unstable();
        Some(Self { bands, fixed })
    }

    fn is_fixed(&self, number: i64) -> bool {
        !self.fixed.is_empty() && self.fixed.binary_search(&number).is_ok()
    }

    /// Permutes all numbers, in place.
    fn permute(&self, numbers: &mut [i64]) {
        let mut rows: Vec<Vec<u32>> = vec![Vec::new(); self.bands.len()];
        for (row, number) in (0..).zip(&*numbers) {
            if !self.is_fixed(*number) {
                rows[self.bands.partition_point(|band| band.high < *number)].push(row);
            }
        }
        for (band, mut rows) in self.bands.iter().zip(rows) {
            // Again those that became a fixed number, until none is left.
            while !rows.is_empty() {
                let mut places: Vec<u64> = rows.iter().map(|row| numbers[*row as usize].abs_diff(band.low)).collect();
                band.permutation.apply_all(&band.key, &mut places);
                for (row, place) in rows.iter().zip(places) {
                    numbers[*row as usize] = band.low.wrapping_add_unsigned(place);
                }
                rows.retain(|row| self.is_fixed(numbers[*row as usize]));
            }
        }
    }
}

impl Mask for Integers {
    fn apply(&self, input: Input<'_>) -> Result<ArrayRef, MaskError> {
        match input.value.data_type() {
            DataType::Utf8View => numeric::map(input.value, |numbers| {
                self.permute(numbers);
                Ok(())
            }),
            _ => map_integers(input.value, |numbers| self.permute(numbers)),
        }
    }
}

/// Integers enciphered by FF1 inside their bands.
struct Standard {
    integers: Integers,
    ff1: Ff1,
}

impl Mask for Standard {
    fn apply(&self, input: Input<'_>) -> Result<ArrayRef, MaskError> {
        match input.value.data_type() {
            DataType::Utf8View => numeric::map(input.value, |numbers| {
                for (row, number) in numbers.iter_mut().enumerate() {
                    *number = self.number(*number).map_err(|reason| MaskError { row, reason })?;
                }
                Ok(())
            }),
            _ => map_integer(input.value, |_, number| self.number(number)),
        }
    }
}

impl Standard {
    fn number(&self, number: i64) -> Result<i64, Reason> {
        let Integers { bands, .. } = &self.integers;
        let mut at = number;
        if self.integers.is_fixed(at) {
            return Ok(at);
        }
        let band = &bands[bands.partition_point(|band| band.high < at)];
        let size = u128::from(band.high.abs_diff(band.low)) + 1;
        loop {
            let place = self.ff1.number(size, u128::from(at.abs_diff(band.low)))?;
            // Below the band's size, which is at most 2^64.
            at = band.low.wrapping_add_unsigned(place as u64);
            if !self.integers.is_fixed(at) {
                return Ok(at);
            }
        }
    }
}

struct Uuids {
    key: DomainKey,
    permutation: Permutation,
    standard: Option<Ff1>,
}

impl Mask for Uuids {
    fn apply(&self, input: Input<'_>) -> Result<ArrayRef, MaskError> {
        // 48 bits, the version, 12 bits, the variant, 62 bits.
        const LOW: u128 = (1 << 62) - 1;
        const MIDDLE: u128 = (1 << 12) - 1;
        const KEPT: u128 = !(LOW | MIDDLE << 64 | u128::MAX << 80);
        map_uuid(input.value, |_, uuid| {
            let bits = u128::from_be_bytes(uuid);
            let free = (bits >> 80) << 74 | (bits >> 64 & MIDDLE) << 62 | bits & LOW;
            let masked = match &self.standard {
                Some(ff1) => ff1.number(1 << UUID_BITS, free)?,
                None => self.permutation.apply(&self.key, free),
            };
            let spread = (masked >> 74) << 80 | (masked >> 62 & MIDDLE) << 64 | masked & LOW;
            Ok((bits & KEPT | spread).to_be_bytes())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mask::tried::{column, example_key, read_params};

    fn facts(kinds: &[Kind]) -> ColumnFacts {
        let mut facts = column(None, true);
        facts.ty.kind = kinds[0].clone();
        facts.domain_kinds = kinds.to_vec();
        facts
    }

    fn mask(params: &str, kinds: &[Kind]) -> Integers {
        let params = read_params(&PERMUTE, params).unwrap();
        Integers::new(&params, &integers(&facts(kinds)), &example_key()).unwrap()
    }

    fn one(mask: &Integers, number: i64) -> i64 {
        let mut numbers = [number];
        mask.permute(&mut numbers);
        numbers[0]
    }

    fn ends(mask: &Integers) -> Vec<(i64, i64)> {
        mask.bands.iter().map(|band| (band.low, band.high)).collect()
    }

    #[test]
    fn bands_are_cut_where_types_end() {
        let (small, int) = (i64::from(i16::MAX), i64::from(i32::MAX));
        assert_eq!(
            ends(&mask("", &[Kind::Int2, Kind::Int8])),
            [
                (i64::MIN, -small - 2),
                (-small - 1, -1),
                (0, 0),
                (1, 1 << 14),
                ((1 << 14) + 1, small),
                (small + 1, i64::MAX)
            ]
        );
        assert_eq!(
            ends(&mask("{range: -5..100}", &[Kind::Int4])),
            [(i64::MIN, -int - 2), (-int - 1, -6), (-5, 100), (101, int), (int + 1, i64::MAX)]
        );
        let wide = ends(&mask("", &[Kind::Int8]));
        assert_eq!(wide, [(i64::MIN, -1), (0, 0), (1, 1 << 52), ((1 << 52) + 1, i64::MAX)]);
    }

    #[test]
    fn every_band_is_permuted_in_itself() {
        let mask = mask("{range: 10..60, fixed: [-1, 12, 13, 32767]}", &[Kind::Int2]);
        for band in [(10, 60), (1, 9), (32_600, 32_767), (-32_768, -32_700)] {
            let outputs: Vec<i64> = (band.0..=band.1).map(|number| one(&mask, number)).collect();
            let mut distinct = outputs.clone();
            distinct.sort_unstable();
            distinct.dedup();
            assert_eq!(distinct.len(), outputs.len());
            for (number, masked) in (band.0..).zip(outputs) {
                let at = |number| mask.bands.iter().position(|band| number <= band.high);
                assert_eq!(at(number), at(masked), "{number} left its band");
                assert_eq!(mask.is_fixed(number), mask.is_fixed(masked), "{number} became a sentinel, or was one");
            }
        }
        assert_eq!(one(&mask, -1), -1);
        assert_eq!(one(&mask, 0), 0);
    }

    #[test]
    fn sequences_go_on_above_the_main_band() {
        let floor =
            |params: &str, kinds: &[Kind]| sequence_floor(&read_params(&PERMUTE, params).unwrap(), &facts(kinds));
        assert_eq!(floor("", &[Kind::Int4, Kind::Int8]), Some(1 << 30));
        assert_eq!(floor("{range: 1..900}", &[Kind::Int8]), Some(900));
        assert_eq!(floor("", &[Kind::Uuid]), None);
    }

    #[test]
    fn few_numbers_are_refused_unless_the_rule_says_so() {
        let problems = |params: &str| check(&read_params(&PERMUTE, params).unwrap(), &facts(&[Kind::Int4])).len();
        assert_eq!(problems("{range: 1..9999}"), 1);
        assert_eq!(problems("{range: 1..10000}"), 0);
        assert_eq!(problems("{range: 1..10, small: true}"), 0);
    }

    #[test]
    fn ff1_stays_in_bands_and_apart() {
        let params = read_params(&PERMUTE, "{range: 1..2000000, fixed: [-1, 7], ff1: true}").unwrap();
        let numbers: Vec<i64> = (1..500).chain(3_000_000..3_000_100).chain([-1, 0, i64::from(i32::MIN)]).collect();
        let value: ArrayRef = std::sync::Arc::new(arrow::array::Int64Array::from(numbers.clone()));
        let Built::Mask(mask) = build(&params, &facts(&[Kind::Int4]), &example_key()) else { panic!() };
        let masked = mask.apply(Input { value: &value, per: None }).unwrap();
        let masked = arrow::array::AsArray::as_primitive::<arrow::datatypes::Int64Type>(&masked).values().to_vec();
        let distinct: BTreeSet<i64> = masked.iter().copied().collect();
        assert_eq!(distinct.len(), numbers.len());
        for (number, masked) in numbers.iter().zip(&masked) {
            assert_eq!((1..=2_000_000).contains(number), (1..=2_000_000).contains(masked), "{number} {masked}");
            assert!(![-1, 7, 0].contains(number) || number == masked);
        }
    }

    #[test]
    fn parameters_fit_the_types() {
        let problems = |params: &str, kinds: &[Kind]| {
            let found = check(&read_params(&PERMUTE, params).unwrap(), &facts(kinds));
            found.into_iter().filter_map(|problem| problem.param).collect::<Vec<_>>()
        };
        assert_eq!(problems("{range: 1..40000}", &[Kind::Int2, Kind::Int4]), ["range"]);
        assert_eq!(problems("{range: 7..7}", &[Kind::Int2]), ["range"]);
        assert_eq!(problems("{range: 1..999999, ff1: true}", &[Kind::Int4]), ["ff1"]);
        assert_eq!(problems("{range: 1..1000000, ff1: true}", &[Kind::Int4]), [""; 0]);
        assert_eq!(problems("{fixed: [40000]}", &[Kind::Int2]), ["fixed"]);
        assert_eq!(problems("{fixed: [40000]}", &[Kind::Int2, Kind::Int4]), [""; 0]);
        assert_eq!(problems("{fixed: [0], range: 1..9}", &[Kind::Uuid]), ["fixed", "range"]);
    }
}
