//! Columns that refer to others get the masks of those, so that joins join; what would break that is refused.

use super::columns::{Draft, DraftSwitch};
use super::lineage::Lineage;
use super::references::{End, References, Via};
use super::resolve::Drafts;
use super::undeclared::Undeclared;
use super::{Because, conflicts};
use crate::diagnostic::Diagnostic;
use crate::rules::RuleFile;
use crate::schema::{ColumnName, Schema};

/// What is needed to follow references.
pub(super) struct Follow<'a> {
    pub(super) rules: &'a RuleFile,
    pub(super) lineage: &'a Lineage<'a>,
    pub(super) references: &'a References,
    pub(super) undeclared: &'a [Undeclared],
}

/// A column and what its own rule says.
type Source<'d> = (&'d ColumnName, &'d Draft);

impl Follow<'_> {
    /// Lets every column that refers to others follow. Gives the mistakes.
    pub(super) fn all(&self, schema: &Schema, drafts: &mut Drafts) -> Vec<Diagnostic> {
        let original = drafts.clone();
        let mut found = Vec::new();
        for table in &schema.tables {
            for column in table.stored_columns() {
                let name = table.name.column(&column.name);
                let home = self.lineage.home(&name);
                let always = self.always(&name, &home, &original, &mut found);
                drafts.extend(always.map(|draft| (name.clone(), draft)));
                let sometimes = self.sometimes(&name, &home, &original, drafts.get(&name), &mut found);
                drafts.extend(sometimes.map(|draft| (name, draft)));
            }
        }
        found.extend(self.tellers(schema, drafts));
        found
    }

    /// The mask of what a column refers to in every row; `None` where it refers to nothing.
    fn always(
        &self,
        name: &ColumnName,
        home: &ColumnName,
        original: &Drafts,
        found: &mut Vec<Diagnostic>,
    ) -> Option<Draft> {
        let own = original.get(name);
        let ends = self.references.ends(home);
        if let Some(source) = ends.iter().flatten().find(|end| self.is_generated(end)) {
            found.extend(own.and_then(|own| conflicts::refers_to_generated(name, own, source)));
            return None;
        }
        let sources: Vec<Source<'_>> = ends.iter().filter_map(|end| self.source(end, original)).collect();
        // Without a draft of the source a mistake is noted already, or it is no column of ours.
        let (source, draft) = *sources.first()?;
        if let Some(other) = sources.iter().find(|(_, other)| !same(draft, other)) {
            found.push(conflicts::disagree(name, (source, draft), *other));
        }
        if source == home {
            let parents = original.get(home).filter(|_| name != home && self.references.is_referred(home));
            let apart = own.zip(parents).filter(|(own, parents)| !same(own, parents));
            found.extend(apart.map(|(own, parents)| conflicts::unlike_its_parent(name, home, own, parents)));
            return None;
        }
        if let Some(own) = own
            && own.literal
            && !says_the_same(own, draft)
        {
            let circle = ends.iter().any(|end| end.contains(home));
            found.push(conflicts::own_rule(name, own, source, draft, circle));
        }
        found.extend(conflicts::per(name, source, draft));
        let because = self.because(home, source)?;
        let span = own.and_then(|own| own.span).or(draft.span);
        Some(Draft { because, source: source.clone(), span, per: None, ..draft.clone() })
    }

    /// The masks of what a column refers to in some rows; `None` where its other mask does for these rows too.
    fn sometimes(
        &self,
        name: &ColumnName,
        home: &ColumnName,
        original: &Drafts,
        own: Option<&Draft>,
        found: &mut Vec<Diagnostic>,
    ) -> Option<Draft> {
        let sometimes = self.references.sometimes(home);
        let by = self.when(sometimes.first()?.entry)?.column.clone();
        let before = found.len();
        let mut cases: Vec<(Vec<String>, Draft)> = Vec::new();
        for one in sometimes {
            let (Some(when), Some(rule)) = (self.when(one.entry), self.rules.references.get(one.entry)) else {
                continue;
            };
            let ends = self.references.ends(&one.to);
            let sources: Vec<Source<'_>> = ends.iter().filter_map(|end| self.source(end, original)).collect();
            let Some((source, draft)) = sources.first() else {
                found.extend(own.is_none().then(|| conflicts::no_mask(name, &one.to, rule.span)));
                continue;
            };
            found.extend(conflicts::per(name, source, draft));
            let because =
                Because::Reference { line: self.rules.line(rule.span), to: one.to.clone(), source: (*source).clone() };
            let draft = Draft { because, source: (*source).clone(), per: None, ..(*draft).clone() };
            let twice = cases.iter().find(|(values, _)| values.iter().any(|value| when.values.contains(value)));
            if let Some((_, other)) = twice.filter(|(_, other)| !same(other, &draft)) {
                found.push(conflicts::disagree(name, (&other.source, other), (&draft.source, &draft)));
            }
            cases.push((when.values.clone(), draft));
        }
        if self.references.is_referred(home) && name == home {
            found.extend(
                self.rules.references.get(sometimes.first()?.entry).map(|rule| conflicts::referred(name, rule.span)),
            );
        }
        if let Some(own) = own.filter(|own| own.per.is_some()) {
            found.push(conflicts::told_by_two(name, own, &by));
        }
        if found.len() > before || own.is_some_and(|own| cases.iter().all(|(_, draft)| same(own, draft))) {
            return None;
        }
        let (_, first) = cases.first()?;
        let draft = own.unwrap_or(first).clone();
        let switch = DraftSwitch { by, cases, otherwise: own.is_some() };
        Some(Draft { switch: Some(Box::new(switch)), ..draft })
    }

    /// Columns that tell what others refer to have to stay as they are.
    fn tellers(&self, schema: &Schema, drafts: &Drafts) -> Vec<Diagnostic> {
        let mut found = Vec::new();
        for table in &schema.tables {
            for column in table.stored_columns() {
                let name = table.name.column(&column.name);
                let switch = drafts.get(&name).and_then(|draft| draft.switch.as_deref());
                let teller = switch.and_then(|switch| drafts.get(&table.name.column(&switch.by)));
                let masked =
                    switch.zip(teller).filter(|(_, teller)| teller.mask.name != "keep" || teller.switch.is_some());
                found.extend(masked.map(|(switch, teller)| conflicts::teller(&name, &switch.by, teller)));
            }
        }
        found
    }

    /// Of the columns at the end of a chain, the one whose rule counts: of several in a circle one that a rule names.
    fn source<'d>(&self, end: &End, original: &'d Drafts) -> Option<Source<'d>> {
        let mut drafts = end.iter().filter_map(|member| original.get_key_value(member));
        let first = drafts.clone().next();
        drafts.find(|(_, draft)| draft.literal).or(first)
    }

    fn because(&self, home: &ColumnName, source: &ColumnName) -> Option<Because> {
        let (to, via) = self.references.link(home, source)?;
        let (to, source) = (to.clone(), source.clone());
        Some(match via {
            Via::Key(constraint) => Because::ForeignKey { constraint: constraint.clone(), to, source },
            Via::Entry(entry) => {
                let line = self.rules.line(self.rules.references.get(*entry)?.span);
                Because::Reference { line, to, source }
            }
        })
    }

    fn when(&self, entry: usize) -> Option<&super::When> {
        self.undeclared.iter().find(|one| one.entry == entry)?.when.as_ref()
    }

    fn is_generated(&self, column: &ColumnName) -> bool {
        self.lineage.column(column).is_some_and(|column| column.generated)
    }
}

/// Whether two drafts give equal outputs for equal inputs.
fn same(one: &Draft, two: &Draft) -> bool {
    let kept = |draft: &Draft| draft.mask.name == "keep";
    (kept(one) && kept(two)) || (says_the_same(one, two) && one.domain == two.domain)
}

fn says_the_same(one: &Draft, two: &Draft) -> bool {
    one.mask == two.mask && one.params.to_string() == two.params.to_string()
}
