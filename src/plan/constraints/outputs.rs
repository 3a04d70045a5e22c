//! What becomes of a table's columns, as constraints see it.

use crate::diagnostic::Span;
use crate::mask::{ColumnFacts, Gives, Length, MaskDef, Order, Params, PerUse, Uniqueness};
use crate::plan::formula::Formula;
use crate::plan::resolve::Plans;
use crate::plan::{ColumnPlan, Switch};
use crate::schema::{Kind, Table};

/// A table's columns and their plans.
pub(in crate::plan) struct Outputs<'a> {
    pub(in crate::plan) table: &'a Table,
    plans: &'a Plans,
    /// Another plan for one of them, to see what it would do.
    instead: Option<&'a ColumnPlan>,
}

/// What becomes of a column.
#[derive(Clone, Debug)]
pub(in crate::plan) enum Output<'a> {
    /// It stays.
    Kept,
    /// The server computes it from masked values, it has several masks, or its mask is a mistake that is noted elsewhere.
    Unknown,
    /// It is masked.
    Masked(&'a ColumnPlan, Gives),
}

/// Columns whose values move alike: equal groups keep their order and distances in every row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::plan) struct Group {
    mask: &'static str,
    params: String,
    domain: String,
    /// The column that `per:` names, by its place.
    pub(in crate::plan) per: usize,
    ty: String,
}

impl<'a> Outputs<'a> {
    pub(in crate::plan) fn new(table: &'a Table, plans: &'a Plans) -> Self {
        Self { table, plans, instead: None }
    }

    /// The same with another plan for one column.
    pub(in crate::plan) fn with(&self, plan: &'a ColumnPlan) -> Self {
        Self { instead: Some(plan), ..*self }
    }

    /// A stored column's plan and the place of its mask.
    pub(in crate::plan) fn plan(&self, column: &str) -> Option<(&'a ColumnPlan, Option<Span>)> {
        let (plan, span) = self.plans.get(&self.table.name.column(column))?;
        let instead = self.instead.filter(|plan| plan.facts.column.column == column);
        Some((instead.unwrap_or(plan), *span))
    }

    /// Whether no stored column is masked; and no table without plans sends rows.
    pub(in crate::plan) fn all_kept(&self) -> bool {
        let kept = |column: &str| self.plan(column).is_none_or(|(plan, _)| plan.is_kept());
        self.table.stored_columns().all(|column| kept(&column.name))
    }

    /// Whether a stored column has no plan: a mistake that is noted already.
    pub(in crate::plan) fn is_planless(&self, column: &str) -> bool {
        self.table.column(column).is_some_and(|known| !known.generated) && self.plan(column).is_none()
    }

    pub(in crate::plan) fn of(&self, column: &str) -> Output<'a> {
        match self.plan(column) {
            Some((plan, _)) if plan.switch.is_some() => Output::Unknown,
            Some((plan, _)) if plan.mask.name == "keep" => Output::Kept,
            Some((plan, _)) => Output::Masked(plan, plan.mask.gives(&plan.params, &plan.facts)),
            None if self.all_kept() => Output::Kept,
            None => Output::Unknown,
        }
    }

    /// Whether every column of an expression stays. A constant does.
    pub(in crate::plan) fn are_kept(&self, formula: &Formula) -> bool {
        formula.columns().into_iter().all(|column| matches!(self.of(column), Output::Kept))
    }

    /// Whether an expression gives for masked values what it gave for the originals, whatever they are.
    pub(super) fn is_same(&self, formula: &Formula) -> bool {
        match formula {
            Formula::Column(column) => matches!(self.of(column), Output::Kept),
            Formula::IsNull(inner) => self.keeps_null(inner),
            Formula::Call(name, parts) if matches!(name.as_str(), "num_nulls" | "num_nonnulls") => {
                parts.iter().all(|part| self.keeps_null(part))
            }
            Formula::Call(name, parts) if is_length(name) && parts.len() == 1 => match self.text(&parts[0]) {
                Some((_, gives)) => gives.length == Length::Kept,
                None => self.is_same(&parts[0]),
            },
            Formula::Operator(minus, sides) if minus == "-" && sides.len() == 2 => {
                let (left, right) = (self.group(&sides[0]), self.group(&sides[1]));
                (left.is_some() && left == right) || sides.iter().all(|side| self.is_same(side))
            }
            other => other.parts().into_iter().all(|part| self.is_same(part)),
        }
    }

    /// Whether an expression is NULL exactly where it was.
    pub(super) fn keeps_null(&self, formula: &Formula) -> bool {
        match formula.column() {
            Some(column) => match self.of(column) {
                Output::Kept => true,
                Output::Unknown => false,
                Output::Masked(_, gives) => !gives.null,
            },
            None => self.is_same(formula),
        }
    }

    /// What a masked scalar column gives, conversions between texts around it taken off.
    pub(super) fn column(&self, formula: &Formula) -> Option<(&'a ColumnPlan, Gives)> {
        match self.of(formula.column()?) {
            Output::Masked(plan, gives) if !matches!(plan.facts.ty.kind, Kind::Array(_) | Kind::Range(_)) => {
                Some((plan, gives))
            }
            _ => None,
        }
    }

    /// What a masked text column gives.
    pub(super) fn text(&self, formula: &Formula) -> Option<(&'a ColumnPlan, Gives)> {
        self.column(formula).filter(|(plan, _)| plan.facts.ty.kind == Kind::Text)
    }

    /// The columns with which an expression moves: a shifted column, or one with something constant added.
    pub(in crate::plan) fn group(&self, formula: &Formula) -> Option<Group> {
        match formula {
            Formula::Operator(sign, sides) if matches!(sign.as_str(), "+" | "-") && sides.len() == 2 => {
                if !self.is_same(&sides[1]) {
                    return None;
                }
                self.group(&sides[0])
            }
            Formula::Column(column) => {
                let Output::Masked(plan, gives) = self.of(column) else { return None };
                let per = plan.per.filter(|_| gives.order == Order::Moved)?;
                let (mask, params, domain) = (plan.mask.name, plan.params.to_string(), plan.domain.clone());
                // A range moves like its bounds.
                let bound = plan.facts.ty.kind.scalar();
                let ty = if mask == "date_shift" { bound.to_string() } else { plan.facts.ty.sql.clone() };
                Some(Group { mask, params, domain, per, ty })
            }
            _ => None,
        }
    }
}

/// Whether a mask gives different outputs for different inputs. One that can, does in a column that is unique by itself.
pub(in crate::plan) fn is_injective(plan: &ColumnPlan) -> bool {
    match plan.mask.promises.unique {
        Uniqueness::Yes => true,
        Uniqueness::Option => plan.params.unique || plan.facts.unique,
        Uniqueness::No => false,
    }
}

/// Whether the several masks of a column give different outputs for different inputs in rows that say the same about
/// which of them it is.
pub(in crate::plan) fn are_injective(plan: &ColumnPlan, switch: &Switch) -> bool {
    let unique = |mask: &MaskDef, params: &Params, facts: &ColumnFacts| match mask.promises.unique {
        Uniqueness::Yes => true,
        Uniqueness::Option => params.unique || facts.unique,
        Uniqueness::No => false,
    };
    let mut cases = switch.cases.iter();
    cases.all(|case| unique(case.mask, &case.params, &case.facts)) && (!switch.otherwise || is_injective(plan))
}

/// Whether a mask looks at nothing but the value.
pub(super) fn goes_by_value(plan: &ColumnPlan) -> bool {
    plan.mask.promises.deterministic && (plan.per.is_none() || plan.mask.promises.per == PerUse::No)
}

/// Whether a function counts the characters of a text.
pub(super) fn is_length(name: &str) -> bool {
    matches!(name, "length" | "char_length" | "character_length")
}
