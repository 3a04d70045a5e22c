//! Parameters of masks: declared as data, read from the rule's nodes, typed. A mask asks for them by name.

use std::fmt;

use crate::diagnostic::{Diagnostic, Span, nearest};
use crate::node::{Entry, Node, Value};

/// One parameter of a mask, as data.
#[derive(Clone, Copy, Debug)]
pub struct ParamDef {
    /// Its name in rule files.
    pub name: &'static str,
    /// Its type.
    pub kind: ParamKind,
    /// The value it has when the rule does not name it, as a rule file would write it; `None` leaves it unset.
    pub default: Option<&'static str>,
    /// Whether a rule must name it.
    pub required: bool,
    /// One line for manuals.
    pub summary: &'static str,
}

/// Type of a parameter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParamKind {
    /// Any text.
    Text,
    /// One of these words.
    Choice(&'static [&'static str]),
    /// `true` or `false`.
    Bool,
    /// A whole number.
    Integer,
    /// `a..b`, both included.
    Range,
    /// A list of whole numbers, or one.
    Integers,
    /// An integer with s, m, h, d or w.
    Duration,
    /// `5%`, from 0% to 1000%.
    Share,
    /// A list of texts, or one.
    Texts,
    /// A list of these words, or one.
    Choices(&'static [&'static str]),
    /// A map from text to a positive number.
    Weights,
}

/// How a person would write it.
impl fmt::Display for ParamKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ParamKind::Text => f.write_str("text"),
            ParamKind::Choice(words) => f.write_str(&words.join(" | ")),
            ParamKind::Bool => f.write_str("true | false"),
            ParamKind::Integer => f.write_str("a whole number"),
            ParamKind::Range => f.write_str("a range such as 1..900000"),
            ParamKind::Integers => f.write_str("whole numbers such as [0, -1]"),
            ParamKind::Duration => f.write_str("a duration such as 30d (s, m, h, d, w)"),
            ParamKind::Share => f.write_str("a share such as 5%"),
            ParamKind::Texts => f.write_str("a list such as [a, b]"),
            ParamKind::Choices(words) => write!(f, "a list of {}", words.join(", ")),
            ParamKind::Weights => f.write_str("a map such as {a: 3, b: 1}"),
        }
    }
}

/// A typed value.
#[derive(Clone, Debug, PartialEq)]
enum ParamValue {
    Text(String),
    Bool(bool),
    Integer(i64),
    Range(i64, i64),
    Integers(Vec<i64>),
    Duration(i64),
    Share(f64),
    Texts(Vec<String>),
    Weights(Vec<(String, f64)>),
}

/// A mask's parameters, read and typed, defaults filled in.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Params {
    values: Vec<Param>,
    /// Whether the rule says `unique: true`.
    pub unique: bool,
}

#[derive(Clone, Debug, PartialEq)]
struct Param {
    name: &'static str,
    value: ParamValue,
    written: String,
    /// Where the rule file has it; `None` for a default.
    span: Option<Span>,
}

impl Params {
    /// Reads a rule's entries by a mask's definitions. `at` is the mask's name in the file, blamed for what is missing.
    ///
    /// # Errors
    /// Every mistake: unknown, missing and mistyped parameters.
    pub fn read(mask: &str, defs: &[ParamDef], entries: &[Entry], at: Span) -> Result<Self, Vec<Diagnostic>> {
        let mut mistakes = Vec::new();
        let mut params = Params::default();
        for entry in entries {
            let Some(def) = defs.iter().find(|def| def.name == entry.key) else {
                mistakes.push(unknown(mask, defs, entry));
                continue;
            };
            match value(def.kind, &entry.node) {
                Ok(value) => params.values.push(Param {
                    name: def.name,
                    value,
                    written: entry.node.to_string(),
                    span: Some(entry.node.span),
                }),
                Err((span, message)) => mistakes.push(
                    Diagnostic::error(span, format!("`{}` of `{mask}` {message}", def.name))
                        .label(format!("expected {}", def.kind)),
                ),
            }
        }
        for def in defs {
            if entries.iter().any(|entry| entry.key == def.name) {
                continue;
            }
            match def.default {
                Some(written) => {
                    let node = Node::text(written);
                    let Ok(value) = value(def.kind, &node) else {
                        unreachable!("the default of {mask}.{} is not {}", def.name, def.kind)
                    };
                    params.values.push(Param { name: def.name, value, written: written.to_owned(), span: None });
                }
                None if def.required => mistakes.push(
                    Diagnostic::error(at, format!("`{mask}` needs `{}`", def.name))
                        .help(format!("{}: {}", def.name, def.kind)),
                ),
                None => {}
            }
        }
        params.values.sort_by_key(|param| param.name);
        if mistakes.is_empty() { Ok(params) } else { Err(mistakes) }
    }

    fn get(&self, name: &str) -> Option<&ParamValue> {
        self.values.iter().find(|param| param.name == name).map(|param| &param.value)
    }

    /// Every parameter that is set, defaults included: its name, and its value as a rule file would write it.
    pub fn written(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.values.iter().map(|param| (param.name, param.written.as_str()))
    }

    /// Where a parameter stands in the rule file, if it does.
    pub fn span(&self, name: &str) -> Option<Span> {
        self.values.iter().find(|param| param.name == name)?.span
    }

    /// A text or choice.
    pub fn text(&self, name: &str) -> Option<&str> {
        match self.get(name)? {
            ParamValue::Text(text) => Some(text),
            _ => None,
        }
    }

    /// A truth value; `false` where unset.
    pub fn bool(&self, name: &str) -> bool {
        matches!(self.get(name), Some(ParamValue::Bool(true)))
    }

    /// A whole number.
    pub fn integer(&self, name: &str) -> Option<i64> {
        match self.get(name)? {
            ParamValue::Integer(number) => Some(*number),
            _ => None,
        }
    }

    /// A range, both ends included, the first not above the second.
    pub fn range(&self, name: &str) -> Option<(i64, i64)> {
        match self.get(name)? {
            ParamValue::Range(low, high) => Some((*low, *high)),
            _ => None,
        }
    }

    /// Whole numbers; none where unset.
    pub fn integers(&self, name: &str) -> &[i64] {
        match self.get(name) {
            Some(ParamValue::Integers(numbers)) => numbers,
            _ => &[],
        }
    }

    /// A duration in microseconds, above 0.
    pub fn duration(&self, name: &str) -> Option<i64> {
        match self.get(name)? {
            ParamValue::Duration(micros) => Some(*micros),
            _ => None,
        }
    }

    /// A share: 0.05 for 5%.
    pub fn share(&self, name: &str) -> Option<f64> {
        match self.get(name)? {
            ParamValue::Share(share) => Some(*share),
            _ => None,
        }
    }

    /// Texts or choices; none where unset.
    pub fn texts(&self, name: &str) -> &[String] {
        match self.get(name) {
            Some(ParamValue::Texts(texts)) => texts,
            _ => &[],
        }
    }

    /// Weights in the file's order; none where unset.
    pub fn weights(&self, name: &str) -> &[(String, f64)] {
        match self.get(name) {
            Some(ParamValue::Weights(weights)) => weights,
            _ => &[],
        }
    }
}

/// Writes what a reader of a plan wants to see: the parameters that differ from their defaults.
impl fmt::Display for Params {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut parts: Vec<String> = self
            .values
            .iter()
            .filter(|param| param.span.is_some())
            .map(|param| format!("{}: {}", param.name, param.written))
            .collect();
        if self.unique {
            parts.push("unique: true".to_owned());
        }
        f.write_str(&parts.join(", "))
    }
}

fn unknown(mask: &str, defs: &[ParamDef], entry: &Entry) -> Diagnostic {
    let found = Diagnostic::error(entry.key_span, format!("`{mask}` has no parameter `{}`", entry.key));
    let names: Vec<&str> = defs.iter().map(|def| def.name).collect();
    match nearest(&entry.key, names.iter().copied()) {
        Some(name) => found.label(format!("did you mean `{name}`?")),
        None if names.is_empty() => found.label("it takes none"),
        None => found.label(format!("it takes {}", names.join(", "))),
    }
}

/// Reads a node as a kind, or says where and why not (to follow "`name` of `mask` ...").
fn value(kind: ParamKind, node: &Node) -> Result<ParamValue, (Span, String)> {
    let wrong = |why: &str| (node.span, why.to_owned());
    match kind {
        ParamKind::Texts => Ok(ParamValue::Texts(list(node, |text| Some(text.to_owned()), "holds something else")?)),
        ParamKind::Choices(words) => {
            let known = |text: &str| words.contains(&text).then(|| text.to_owned());
            Ok(ParamValue::Texts(list(node, known, "holds an unknown word")?))
        }
        ParamKind::Integers => {
            Ok(ParamValue::Integers(list(node, |text| text.parse().ok(), "holds something that is no whole number")?))
        }
        ParamKind::Weights => weights(node),
        _ => {
            let Value::Text { text, .. } = &node.value else {
                return Err(wrong("is not a single value"));
            };
            match kind {
                ParamKind::Text => Ok(ParamValue::Text(text.clone())),
                ParamKind::Choice(words) if words.contains(&text.as_str()) => Ok(ParamValue::Text(text.clone())),
                ParamKind::Choice(_) => Err(wrong("is not a word it knows")),
                ParamKind::Bool => match text.as_str() {
                    "true" => Ok(ParamValue::Bool(true)),
                    "false" => Ok(ParamValue::Bool(false)),
                    _ => Err(wrong("is neither true nor false")),
                },
                ParamKind::Integer => text.parse().map(ParamValue::Integer).map_err(|_| wrong("is not a whole number")),
                ParamKind::Range => {
                    let (low, high) = text.split_once("..").ok_or_else(|| wrong("is not a range"))?;
                    match (low.trim().parse(), high.trim().parse()) {
                        (Ok(low), Ok(high)) if low <= high => Ok(ParamValue::Range(low, high)),
                        (Ok(_), Ok(_)) => Err(wrong("ends before it begins")),
                        _ => Err(wrong("is not a range of whole numbers")),
                    }
                }
                ParamKind::Duration => duration(text).map(ParamValue::Duration).ok_or_else(|| wrong("is no duration")),
                ParamKind::Share => share(text).map(ParamValue::Share).ok_or_else(|| wrong("is no share")),
                _ => unreachable!("lists and maps were read above"),
            }
        }
    }
}

/// Reads a list, or a single text as a list of one. Empty lists are mistakes.
fn list<T>(node: &Node, read: impl Fn(&str) -> Option<T>, wrong: &str) -> Result<Vec<T>, (Span, String)> {
    let one = |node: &Node| match &node.value {
        Value::Text { text, .. } => read(text).ok_or_else(|| (node.span, wrong.to_owned())),
        _ => Err((node.span, "holds something that is not a single value".to_owned())),
    };
    match &node.value {
        Value::List(items) if items.is_empty() => Err((node.span, "is empty".to_owned())),
        Value::List(items) => items.iter().map(one).collect(),
        Value::Map(_) => Err((node.span, "is a map".to_owned())),
        Value::Text { .. } => Ok(vec![one(node)?]),
    }
}

fn weights(node: &Node) -> Result<ParamValue, (Span, String)> {
    let Value::Map(entries) = &node.value else {
        return Err((node.span, "is not a map".to_owned()));
    };
    if entries.is_empty() {
        return Err((node.span, "is empty".to_owned()));
    }
    let mut weights = Vec::with_capacity(entries.len());
    for entry in entries {
        let weight = match &entry.node.value {
            Value::Text { text, .. } => text.parse::<f64>().ok().filter(|weight| weight.is_finite() && *weight > 0.0),
            _ => None,
        };
        let weight = weight.ok_or_else(|| (entry.node.span, "holds a weight that is no positive number".to_owned()))?;
        weights.push((entry.key.clone(), weight));
    }
    Ok(ParamValue::Weights(weights))
}

/// Microseconds of an integer with a unit, above 0 and below 1000 years.
pub fn duration(text: &str) -> Option<i64> {
    const MICROS: i64 = 1_000_000;
    let unit = match text.chars().last()? {
        's' => MICROS,
        'm' => 60 * MICROS,
        'h' => 3_600 * MICROS,
        'd' => 86_400 * MICROS,
        'w' => 7 * 86_400 * MICROS,
        _ => return None,
    };
    let count: i64 = text[..text.len() - 1].parse().ok()?;
    let micros = count.checked_mul(unit)?;
    (micros > 0 && micros < 1000 * 366 * 86_400 * MICROS).then_some(micros)
}

/// A share between 0 and 10.
fn share(text: &str) -> Option<f64> {
    let percent: f64 = text.strip_suffix('%')?.trim().parse().ok()?;
    (percent.is_finite() && (0.0..=1000.0).contains(&percent)).then_some(percent / 100.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_integers_with_a_unit() {
        assert_eq!(duration("30d"), Some(30 * 86_400 * 1_000_000));
        assert_eq!(duration("1w"), duration("7d"));
        for bad in ["", "d", "0d", "-1d", "1.5h", "30", "30 d", "99999999999999w", "3é"] {
            assert_eq!(duration(bad), None, "{bad}");
        }
    }

    #[test]
    fn shares_are_percentages() {
        assert_eq!(share("5%"), Some(0.05));
        assert_eq!(share("0.5%"), Some(0.005));
        for bad in ["5", "%", "-1%", "nan%", "inf%", "2000%"] {
            assert_eq!(share(bad), None, "{bad}");
        }
    }
}
