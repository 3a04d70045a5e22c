//! What the profiles of a rule file refuse: the mask of every column against the demands about its class. A column
//! that says no class, and looks like one, is warned about.

use super::lineage::Lineage;
use super::resolve::Plans;
use super::{Because, ColumnPlan};
use crate::class::profile::{Coarse, Demand, Method, Profile};
use crate::diagnostic::{Diagnostic, Severity, Span};
use crate::mask::{Effect, MaskDef, Params, Uniqueness};
use crate::rules::RuleFile;
use crate::schema::{ColumnName, Schema};

/// Everything that the profiles refuse. `excepted` are columns that an exception lets be kept.
pub(super) fn check(
    rules: &RuleFile,
    schema: &Schema,
    lineage: &Lineage<'_>,
    plans: &Plans,
    excepted: impl Fn(&ColumnName) -> bool,
) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    if rules.profiles.is_empty() {
        return found;
    }
    for table in &schema.tables {
        for column in table.stored_columns() {
            let name = table.name.column(&column.name);
            let Some((plan, span)) = plans.get(&name).filter(|_| lineage.home(&name) == name) else {
                continue;
            };
            // What follows another column is blamed there.
            if plan.because.source().is_some() {
                continue;
            }
            let Some(class) = plan.holds() else {
                continue;
            };
            for profile in &rules.profiles {
                for demand in profile.value.demands.iter().filter(|demand| demand.covers(class)) {
                    let lifted = demand.exceptions && plan.is_kept() && excepted(&name);
                    if refused(demand, plan) && !lifted {
                        found.push(mistake(profile.value, profile.span, demand, &name, class, plan, *span));
                    }
                }
            }
        }
    }
    found
}

/// Whether a profile lets nobody keep a column, whatever the reason: by its class, or by what it looks like.
pub(super) fn forbids_keeping(rules: &RuleFile, column: &ColumnPlan) -> bool {
    let Some(class) = column.holds() else {
        return false;
    };
    let mut demands = rules.profiles.iter().flat_map(|profile| profile.value.demands);
    demands.any(|demand| demand.covers(class) && !demand.exceptions && demand.refuses.contains(&Method::Kept))
}

/// Whether a demand refuses what is done to a column in some of its rows.
fn refused(demand: &Demand, plan: &ColumnPlan) -> bool {
    let unique = plan.params.unique || plan.facts.unique;
    let own = plan.switch.as_ref().is_none_or(|switch| switch.otherwise);
    let cases = plan.switch.iter().flat_map(|switch| &switch.cases);
    own && refuses(demand, plan.mask, &plan.params, unique)
        || cases.into_iter().any(|case| refuses(demand, case.mask, &case.params, case.params.unique || unique))
}

fn refuses(demand: &Demand, mask: &MaskDef, params: &Params, unique: bool) -> bool {
    let method = match mask.effect {
        Effect::Removed => return false,
        Effect::Generalised => return !demand.allows.iter().any(|coarse| is_coarse_enough(coarse, mask, params)),
        Effect::Kept => Method::Kept,
        Effect::Perturbed => Method::Moved,
        Effect::Pseudonymised => Method::Coded,
        // Made up, but never the same for two: as good as a code.
        Effect::Synthetic if unique && mask.promises.unique != Uniqueness::No => Method::Coded,
        Effect::Synthetic => Method::MadeUp,
    };
    demand.refuses.contains(&method)
}

fn is_coarse_enough(coarse: &Coarse, mask: &MaskDef, params: &Params) -> bool {
    let at_most = |(name, most): &(&str, i64)| params.integer(name).is_some_and(|value| value <= *most);
    coarse.mask == mask.name
        && coarse.most.iter().all(at_most)
        && coarse.needs.iter().all(|name| params.integer(name).is_some())
        && coarse.says.iter().all(|(name, says)| params.text(name) == Some(*says))
}

fn mistake(
    profile: &Profile,
    asked: Span,
    demand: &Demand,
    name: &ColumnName,
    class: &str,
    plan: &ColumnPlan,
    span: Option<Span>,
) -> Diagnostic {
    let method = plan.described();
    let how = if plan.is_kept() { "is kept".to_owned() } else { format!("is masked by `{method}`") };
    let (severity, what) = match &plan.class {
        Some(_) => (Severity::Error, format!("{name} is {class} and {how}, which profile {} forbids", profile.name)),
        None => (
            Severity::Warning,
            format!("{name} looks like {class} and {how}, which profile {} would forbid", profile.name),
        ),
    };
    let mut found = Diagnostic { severity, span, ..Diagnostic::error_without_place(what) }
        .label(demand.says)
        .related(asked, "asked for here")
        .help(format!("{} ({})", demand.remedy, demand.cites));
    if let Because::Class { class, default: None, .. } = &plan.because {
        found = found.help(format!("`{method}` is the built-in mask of {class}: name another beside the class"));
    }
    if plan.class.is_none() {
        found = found.help("or say with `class:` what the column holds");
    }
    found
}
