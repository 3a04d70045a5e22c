//! From a rule to a column's plan: the mask's name looked up, its parameters read, its facts gathered, its own checks
//! run.

use super::constraints;
use super::cover::Cover;
use super::resolve::Drafts;
use super::shared::Shared;
use super::unlisted;
use super::{Because, Case, ColumnPlan, Switch};
use crate::class;
use crate::diagnostic::{Diagnostic, Span, nearest};
use crate::mask::{self, ColumnFacts, MASKS, MaskDef, Params, PerUse, Problem, Uniqueness};
use crate::rules::{Action, ClassRule, ColumnRule, MaskUse, RuleFile};
use crate::schema::{Column, ColumnName, Kind, Table};

/// What a rule says about a column, before the facts of its whole domain are known.
#[derive(Clone, Debug)]
pub(super) struct Draft {
    pub(super) mask: &'static MaskDef,
    pub(super) params: Params,
    /// What the column holds, as its rule says.
    pub(super) class: Option<String>,
    pub(super) domain: String,
    /// The subject's column, for `per:`.
    pub(super) per: Option<String>,
    pub(super) because: Because,
    /// The column that says so: this one at home, or the one that it refers to.
    pub(super) source: ColumnName,
    /// Where the mask stands in the file; `None` for a safe mask of an unlisted column.
    pub(super) span: Option<Span>,
    /// Whether table and column were written out, not matched by a star or a keep over many.
    pub(super) literal: bool,
    /// Whether a star or a keep of a whole table matched it: nobody named the column.
    pub(super) broad: bool,
    /// Other masks for rows of other sorts.
    pub(super) switch: Option<Box<DraftSwitch>>,
}

/// Masks by what another column of the row says.
#[derive(Clone, Debug)]
pub(super) struct DraftSwitch {
    /// The column that tells.
    pub(super) by: String,
    /// What it says, and the mask then.
    pub(super) cases: Vec<(Vec<String>, Draft)>,
    /// Whether the draft itself is for all other rows. If not, a value in one of them stops the run.
    pub(super) otherwise: bool,
}

/// The domain of a column that has no other: itself.
pub(super) fn own_domain(column: &ColumnName) -> String {
    format!("{}.{}.{}", column.table.schema, column.table.name, column.column)
}

/// Reads what covers a column. Mistakes are pushed; `None` where no mask can be told.
pub(super) fn draft(
    rules: &RuleFile,
    table: &Table,
    home: &ColumnName,
    cover: Cover<'_>,
    mistakes: &mut Vec<Diagnostic>,
) -> Option<Draft> {
    match cover {
        // Not a mask that somebody wrote for this column: a foreign-key column may follow another one all the same.
        Cover::Keep { why, span, literal } => {
            Some(Draft { broad: !literal, ..kept(rules, &why.value, span, home, false) })
        }
        Cover::Rule { rule, literal } => ruled(rules, table, home, rule, literal, mistakes),
    }
}

fn kept(rules: &RuleFile, why: &str, span: Span, home: &ColumnName, literal: bool) -> Draft {
    let Some(mask) = mask::find("keep") else { unreachable!("`keep` is a mask") };
    Draft {
        mask,
        params: Params::default(),
        class: None,
        domain: own_domain(home),
        per: None,
        because: Because::Keep { why: why.to_owned(), line: rules.line(span) },
        source: home.clone(),
        span: Some(span),
        literal,
        broad: !literal,
        switch: None,
    }
}

/// A person's class is not kept without an exception.
pub(super) fn personal_keep(
    column: &Column,
    home: &ColumnName,
    rule: &ColumnRule,
    draft: &Draft,
) -> Option<Diagnostic> {
    let class = rule.class.as_ref().filter(|class| draft.mask.name == "keep" && class::is_personal(&class.value))?;
    let masks = MASKS.iter().filter(|def| def.name != "keep" && def.accepts.takes(&column.ty.kind));
    let names: Vec<&str> = masks.map(|def| def.name).collect();
    let entry = format!("{{ column: {home}, allow: keep, why: REASON, expires: YYYY-MM-DD }}");
    Some(
        Diagnostic::error(rule.mask_span(), format!("{home} is {}, about a person, and is kept", class.value))
            .related(class.span, "its class")
            .help(format!("mask it ({}), or correct its class", names.join(", ")))
            .help(format!("or let it be reviewed, and write under `exceptions:` - {entry}")),
    )
}

fn ruled(
    rules: &RuleFile,
    table: &Table,
    home: &ColumnName,
    rule: &ColumnRule,
    literal: bool,
    mistakes: &mut Vec<Diagnostic>,
) -> Option<Draft> {
    let class_mask;
    let (used, because) = match &rule.action {
        Action::Keep(why) => {
            let class = rule.class.as_ref().map(|class| class.value.clone());
            return Some(Draft { class, ..kept(rules, &why.value, why.span, home, literal) });
        }
        Action::Mask(used) => (used, Because::Rule { line: rules.line(used.name.span) }),
        Action::Class => {
            let class = rule.class.as_ref()?;
            class_mask = of_class(rules, &class.value, class.span)?;
            let default = rules.classes.iter().find(|own| own.class.value == class.value);
            let default = default.map(|own| rules.line(own.mask.name.span));
            (&class_mask, Because::Class { class: class.value.clone(), line: rules.line(class.span), default })
        }
    };
    let mask = known(used, mistakes)?;
    let mut params = match Params::read(mask.name, mask.params, &used.params, used.name.span) {
        Ok(params) => params,
        Err(found) => {
            mistakes.extend(found);
            return None;
        }
    };
    if let Some(span) = rule.unique {
        match mask.promises.unique {
            Uniqueness::No => {
                mistakes.push(Diagnostic::error(span, format!("`{}` cannot be made unique", mask.name)));
                return None;
            }
            Uniqueness::Yes | Uniqueness::Option => params.unique = true,
        }
    }
    let per = match &rule.per {
        None => None,
        Some(per) => {
            let found = if mask.promises.per == PerUse::No {
                Some(Diagnostic::error(per.span, format!("`{}` takes no `per`", mask.name)))
            } else {
                no_subject(table, &per.value, per.span)
            };
            if let Some(found) = found {
                mistakes.push(found);
                return None;
            }
            Some(per.value.clone())
        }
    };
    let domain = match (&rule.domain, &rule.class) {
        (Some(domain), _) => domain.value.clone(),
        (None, Some(class)) => class.value.clone(),
        (None, None) => own_domain(home),
    };
    let source = home.clone();
    let span = Some(used.name.span);
    let class = rule.class.as_ref().map(|class| class.value.clone());
    Some(Draft { mask, params, class, domain, per, because, source, span, literal, broad: !literal, switch: None })
}

/// Mistakes in the file's own masks of classes, those of classes included that no column has.
pub(super) fn classes(rules: &RuleFile) -> Vec<Diagnostic> {
    let mut mistakes = Vec::new();
    for ClassRule { mask: used, .. } in &rules.classes {
        if let Some(mask) = known(used, &mut mistakes) {
            let params = Params::read(mask.name, mask.params, &used.params, used.name.span);
            mistakes.extend(params.err().into_iter().flatten());
        }
    }
    mistakes
}

/// The mask of a class: the file's, else the built-in one, blamed at the class.
fn of_class(rules: &RuleFile, class: &str, span: Span) -> Option<MaskUse> {
    if let Some(own) = rules.classes.iter().find(|own| own.class.value == class) {
        return Some(own.mask.clone());
    }
    let name = class::find(class)?.mask.to_owned();
    Some(MaskUse { name: crate::rules::Spanned { value: name, span }, params: Vec::new() })
}

/// The mask that a rule names.
pub(super) fn known(used: &MaskUse, mistakes: &mut Vec<Diagnostic>) -> Option<&'static MaskDef> {
    let found = mask::find(&used.name.value);
    if found.is_none() {
        let mistake = Diagnostic::error(used.name.span, format!("there is no mask `{}`", used.name.value));
        mistakes.push(match nearest(&used.name.value, MASKS.iter().map(|def| def.name)) {
            Some(near) => mistake.label(format!("did you mean `{near}`?")),
            None => mistake.help("`bauta masks` lists them all"),
        });
    }
    found
}

fn no_subject(table: &Table, per: &str, span: Span) -> Option<Diagnostic> {
    match table.column(per) {
        Some(column) if column.generated => {
            Some(Diagnostic::error(span, format!("`{per}` is generated and does not travel")))
        }
        Some(column) if column.ty.kind == Kind::Other => {
            Some(Diagnostic::error(span, format!("`{per}` has a type that cannot be looked at")))
        }
        Some(_) => None,
        None => {
            let found = Diagnostic::error(span, format!("{} has no column `{per}`", table.name));
            let names = table.stored_columns().map(|column| column.name.as_str());
            Some(match nearest(per, names) {
                Some(near) => found.label(format!("did you mean `{near}`?")),
                None => found,
            })
        }
    }
}

/// A safe mask for a column that no rule names: the first that takes it.
pub(super) fn safe(table: &Table, column: &Column, home: &ColumnName) -> Option<Draft> {
    let facts = ColumnFacts {
        column: home.clone(),
        ty: column.ty.clone(),
        not_null: column.not_null,
        unique: table.unique.iter().any(|unique| unique.columns.contains(&column.name)),
        max_chars: constraints::longest(table, column),
        folds: column.ty.folds,
        whole_digits: column.ty.whole_digits(),
        domain_kinds: vec![column.ty.kind.scalar().clone()],
        per: None,
    };
    let fits = |name: &str| {
        let mask = mask::find(name).filter(|mask| mask.accepts.takes(&column.ty.kind))?;
        let params = Params::read(mask.name, mask.params, &[], Span::default()).ok()?;
        (mask.check)(&params, &facts).is_empty().then_some((mask, params))
    };
    let (mask, params) = unlisted::safe_masks(table, column).into_iter().find_map(fits)?;
    Some(Draft {
        mask,
        params,
        class: None,
        domain: own_domain(home),
        per: None,
        because: Because::Unlisted,
        source: home.clone(),
        span: None,
        literal: false,
        broad: false,
        switch: None,
    })
}

impl Draft {
    /// The masks of all rows: those by what another column says, and the draft itself where it is for any.
    pub(super) fn all(&self) -> impl Iterator<Item = &Draft> {
        let switch = self.switch.as_deref();
        let own = switch.is_none_or(|switch| switch.otherwise).then_some(self);
        own.into_iter().chain(switch.into_iter().flat_map(|switch| switch.cases.iter().map(|(_, draft)| draft)))
    }
}

/// Completes a draft with all its masks: facts, the masks' own checks.
pub(super) fn complete(
    table: &Table,
    column: &Column,
    draft: &Draft,
    shared: &Shared<'_>,
    drafts: &Drafts,
    mistakes: &mut Vec<Diagnostic>,
) -> Option<ColumnPlan> {
    let Some(switch) = &draft.switch else {
        return one(table, column, draft, shared, drafts, mistakes);
    };
    let (by, teller) = table.stored_columns().enumerate().find(|(_, column)| column.name == switch.by)?;
    let mut cases = Vec::new();
    for (values, draft) in &switch.cases {
        let plan = one(table, column, draft, shared, drafts, mistakes)?;
        let ColumnPlan { facts, mask, params, domain, because, .. } = plan;
        cases.push(Case { values: values.clone(), facts, mask, params, domain, because });
    }
    let first = switch.cases.first().map(|(_, draft)| draft).filter(|_| !switch.otherwise);
    let own = one(table, column, first.unwrap_or(draft), shared, drafts, mistakes)?;
    let kind = teller.ty.kind.clone();
    let switch = Switch { by, column: switch.by.clone(), kind, cases, otherwise: switch.otherwise };
    Some(ColumnPlan { switch: Some(switch), ..own })
}

/// Completes a draft with one mask.
fn one(
    table: &Table,
    column: &Column,
    draft: &Draft,
    shared: &Shared<'_>,
    drafts: &Drafts,
    mistakes: &mut Vec<Diagnostic>,
) -> Option<ColumnPlan> {
    let folds = shared.folds(draft);
    let shared = shared.of(draft)?;
    let name = table.name.column(&column.name);
    let at = |found: Diagnostic| Diagnostic { span: draft.span, ..found };
    if !draft.mask.accepts.takes(&column.ty.kind) {
        let can = MASKS.iter().filter(|def| def.accepts.takes(&column.ty.kind)).map(|def| def.name);
        let can: Vec<&str> = can.collect();
        mistakes.push(at(Diagnostic::error_without_place(format!(
            "`{}` does not take {name}, which is {}",
            draft.mask.name, column.ty.sql
        ))
        .help(format!("masks that take it: {}", can.join(", ")))));
        return None;
    }
    let stored: Vec<&Column> = table.stored_columns().collect();
    let per = draft.per.as_ref().and_then(|per| stored.iter().position(|column| column.name == *per));
    let facts = ColumnFacts {
        column: name.clone(),
        ty: column.ty.clone(),
        not_null: column.not_null,
        unique: shared.unique,
        max_chars: shared.max_chars,
        folds,
        whole_digits: shared.whole_digits,
        domain_kinds: shared.kinds.clone(),
        per: per.map(|per| stored[per].ty.kind.clone()),
    };
    let problems = (draft.mask.check)(&draft.params, &facts);
    if !problems.is_empty() {
        mistakes.extend(problems.into_iter().map(|problem| mistake(problem, draft, &name)));
        return None;
    }
    // Masks per subject work under the subject's domain, so that a person is the same in every table that names them.
    let subject = draft.per.as_ref().and_then(|per| drafts.get(&table.name.column(per)));
    Some(ColumnPlan {
        facts,
        mask: draft.mask,
        params: draft.params.clone(),
        class: draft.class.clone(),
        broad: draft.broad,
        domain: subject.unwrap_or(draft).domain.clone(),
        per,
        switch: None,
        because: draft.because.clone(),
    })
}

fn mistake(problem: Problem, draft: &Draft, column: &ColumnName) -> Diagnostic {
    let span = problem.param.and_then(|param| draft.params.span(param)).or(draft.span);
    let message = format!("{column}: {}", problem.message);
    let found = Diagnostic { span, ..Diagnostic::error_without_place(message) };
    match problem.help {
        Some(help) => found.help(help),
        None => found,
    }
}
