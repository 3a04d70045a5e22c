//! The `environments:` of a rule file: what each of them narrows.

use std::fmt;

use super::keys;
use super::read::Reader;
use super::{Chosen, EnvironmentRule, Narrowed, RuleFile, Share, Spanned, TablePattern};
use crate::diagnostic::{Diagnostic, nearest};
use crate::failure::Failure;
use crate::node::{Entry, Node};

/// Digits behind the point of a percentage: a millionth is 0.0001%.
const DECIMALS: usize = 4;

impl Reader<'_> {
    /// All environments of a file.
    pub(super) fn environments(&mut self, node: &Node) -> Vec<EnvironmentRule> {
        let example = "write `environments: { qa: { subset: { customers: 5% } } }`";
        let entries = self.map_of(node, "`environments`", Some(example)).unwrap_or_default();
        entries.iter().filter_map(|entry| self.environment(entry)).collect()
    }

    fn environment(&mut self, entry: &Entry) -> Option<EnvironmentRule> {
        let name = Spanned { value: entry.key.clone(), span: entry.key_span };
        let mut environment = EnvironmentRule { name, subset: Vec::new(), rows: Vec::new() };
        let what = format!("the environment `{}`", entry.key);
        for part in self.map_of(&entry.node, &what, Some("write `{}` for one that gets all rows"))? {
            match part.key.as_str() {
                "subset" => environment.subset = self.narrowed(&part.node, "`subset`", Self::chosen),
                "rows" => environment.rows = self.narrowed(&part.node, "`rows`", Self::rows),
                _ => self.unknown_key(part, &keys::ENVIRONMENT),
            }
        }
        Some(environment)
    }

    /// A map from table keys to what is said about them.
    fn narrowed<T>(
        &mut self,
        node: &Node,
        what: &str,
        read: impl Fn(&mut Self, &Node) -> Option<Spanned<T>>,
    ) -> Vec<Narrowed<T>> {
        let mut all: Vec<Narrowed<T>> = Vec::new();
        for entry in self.map(node, what).unwrap_or_default() {
            let said = read(self, &entry.node);
            match (TablePattern::parse(&entry.key), said) {
                (Err(why), _) => {
                    self.mistakes.push(Diagnostic::error(entry.key_span, format!("no table name: {why}")));
                }
                (Ok(_), None) => {}
                (Ok(pattern), Some(what)) => match all.iter().find(|known| known.pattern == pattern) {
                    Some(first) => self.mistakes.push(
                        Diagnostic::error(entry.key_span, format!("the table `{pattern}` stands here a second time"))
                            .related(first.span, "first here")
                            .help("leave it in one place"),
                    ),
                    None => all.push(Narrowed { pattern, span: entry.key_span, what }),
                },
            }
        }
        all
    }

    fn chosen(&mut self, node: &Node) -> Option<Spanned<Chosen>> {
        let text = self.text(node, "what a subset begins with")?;
        let span = text.span;
        let help = "write a share such as `5%`, or one boolean SQL expression over the table's columns";
        if let Some(number) = text.value.trim().strip_suffix('%') {
            let Some(share) = Share::parse(number.trim()) else {
                self.mistakes.push(
                    Diagnostic::error(span, "a share is above 0% and at most 100%, in steps of 0.0001%").help(help),
                );
                return None;
            };
            return Some(Spanned { value: Chosen::Share(share), span });
        }
        let condition = self.condition(text, "this", help)?;
        Some(Spanned { value: Chosen::Where(condition), span })
    }
}

impl Share {
    /// Everything.
    pub const ALL: Share = Share(1_000_000);

    /// Reads a percentage without its sign.
    fn parse(number: &str) -> Option<Self> {
        let (whole, rest) = number.split_once('.').unwrap_or((number, ""));
        let digits = |text: &str| text.chars().all(|c| c.is_ascii_digit());
        if whole.is_empty() || whole.len() > 3 || rest.len() > DECIMALS || !digits(whole) || !digits(rest) {
            return None;
        }
        let millionths: u32 = format!("{whole}{rest:0<DECIMALS$}").parse().ok()?;
        (1..=Self::ALL.0).contains(&millionths).then_some(Self(millionths))
    }

    /// As a number between 0 and 1.
    pub fn fraction(self) -> f64 {
        f64::from(self.0) / f64::from(Self::ALL.0)
    }
}

/// As a rule file writes it.
impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, rest) = (self.0 / 10_000, self.0 % 10_000);
        let rest = format!("{rest:0>DECIMALS$}");
        match rest.trim_end_matches('0') {
            "" => write!(f, "{whole}%"),
            rest => write!(f, "{whole}.{rest}%"),
        }
    }
}

impl RuleFile {
    /// Takes the environment that the run is for; with `None`, none: all rows travel.
    ///
    /// # Errors
    /// The file has no environment of that name (exit 2).
    pub fn choose(&mut self, name: Option<&str>) -> Result<(), Failure> {
        self.environment = None;
        let Some(name) = name else {
            return Ok(());
        };
        self.environment = self.environments.iter().position(|environment| environment.name.value == name);
        if self.environment.is_some() {
            return Ok(());
        }
        let names: Vec<&str> = self.environments.iter().map(|environment| environment.name.value.as_str()).collect();
        let failure = Failure::usage(format!("{} has no environment `{name}`", self.path));
        Err(match (nearest(name, names.iter().copied()), &names[..]) {
            (Some(near), _) => failure.remedy(format!("did you mean `{near}`?")),
            (None, []) => failure.remedy("write `environments:` into it, or leave out --env"),
            (None, _) => failure.remedy(format!("it has {}", names.join(", "))),
        })
    }

    /// The environment that the run is for.
    pub fn chosen(&self) -> Option<&EnvironmentRule> {
        self.environments.get(self.environment?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_read_and_written() {
        for (text, millionths) in [("5", 50_000), ("0.5", 5_000), ("100", 1_000_000), ("0.0001", 1), ("12.50", 125_000)]
        {
            assert_eq!(Share::parse(text), Some(Share(millionths)), "{text}");
        }
        for text in ["", "0", "0.00001", "101", "-1", "1e1", "100.0001", ".5", "5 "] {
            assert_eq!(Share::parse(text), None, "{text}");
        }
        assert_eq!(
            [Share(50_000), Share(1), Share(125_000)].map(|share| share.to_string()),
            ["5%", "0.0001%", "12.5%"]
        );
    }

    #[test]
    fn an_unknown_environment_names_the_nearest() {
        let text = "version: 1\ntables: {}\nenvironments: { staging: {}, qa: { subset: { a: 5%, b: x > 1 } } }\n";
        let mut rules = crate::rules::read("x.yaml", text).unwrap();
        let failure = rules.choose(Some("stagin")).unwrap_err();
        assert_eq!((failure.kind.exit_code(), failure.remedy.as_deref()), (2, Some("did you mean `staging`?")));
        assert!(rules.chosen().is_none());
        rules.choose(Some("qa")).unwrap();
        assert_eq!(rules.chosen().unwrap().subset.len(), 2);
    }
}
