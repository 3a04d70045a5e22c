//! Counts as evidence shows them: those below 10 could point at single people, so they are shown as `<10` only (the
//! smallest cell size of many statistical offices).

use std::fmt;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Counts below this are not shown.
const SMALLEST: u64 = 10;

/// A number of rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Count {
    /// Fewer than 10.
    Few,
    /// So many.
    Exact(u64),
}

impl From<u64> for Count {
    fn from(count: u64) -> Self {
        if count < SMALLEST { Count::Few } else { Count::Exact(count) }
    }
}

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Count::Few => write!(f, "<{SMALLEST}"),
            Count::Exact(count) => write!(f, "{count}"),
        }
    }
}

impl Serialize for Count {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self {
            Count::Few => to.collect_str(self),
            Count::Exact(count) => to.serialize_u64(*count),
        }
    }
}

impl<'de> Deserialize<'de> for Count {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        match serde_json::Value::deserialize(from)? {
            serde_json::Value::String(text) if text == "<10" => Ok(Count::Few),
            serde_json::Value::Number(number) => match number.as_u64() {
                Some(count) if count >= SMALLEST => Ok(Count::Exact(count)),
                _ => Err(D::Error::custom("a count is below 10 or no whole number")),
            },
            _ => Err(D::Error::custom("a count is a number or <10")),
        }
    }
}

/// What is counted in sentences about rows.
const COUNTED: &[&str] = &["row", "rows", "value", "values", "cell", "cells", "person", "people", "hit", "hits"];

/// A sentence in which counts of rows below 10 are `<10`; other numbers (of keys, tables, indexes) stay.
pub fn without_small_counts(sentence: &str) -> String {
    let words: Vec<&str> = sentence.split(' ').collect();
    let counts = |index: usize| {
        let next = words.get(index + 1).map(|word| word.trim_end_matches([',', '.', ';', ':', ')']));
        next.is_some_and(|next| COUNTED.contains(&next))
    };
    let shown = words.iter().enumerate().map(|(index, word)| {
        let number = word.trim_start_matches('(');
        match number.parse::<u64>() {
            Ok(count) if counts(index) && count < SMALLEST => word.replace(number, &Count::Few.to_string()),
            _ => (*word).to_owned(),
        }
    });
    shown.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_are_few() {
        for (count, shown) in [(0, "\"<10\""), (9, "\"<10\""), (10, "10"), (u64::MAX, "18446744073709551615")] {
            let json = serde_json::to_string(&Count::from(count)).unwrap();
            assert_eq!(json, shown);
            assert_eq!(serde_json::from_str::<Count>(&json).unwrap(), Count::from(count));
        }
        for wrong in ["9", "-1", "1.5", "\"9\"", "null"] {
            assert!(serde_json::from_str::<Count>(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn sentences_hide_counts_of_rows_only() {
        for (told, shown) in [
            ("3 rows read, 3 rows acknowledged, in 2 tables", "<10 rows read, <10 rows acknowledged, in 2 tables"),
            ("12 rows, (1 row) and 5 keys", "12 rows, (<10 row) and 5 keys"),
            ("4 values, 0 rows.", "<10 values, <10 rows."),
            ("", ""),
        ] {
            assert_eq!(without_small_counts(told), shown);
        }
    }
}
