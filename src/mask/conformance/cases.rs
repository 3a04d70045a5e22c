//! What the laws are tried on: every mask on every kind it takes, with every way to write its parameters that its own
//! examples know; and the way of values in and out.

use std::collections::BTreeSet;

use arrow::array::{Array, ArrayRef, new_null_array};
use bytes::Bytes;

use super::values::{plain, ugly};
use crate::batch::{Batch, Cell, Cells, Encoding, Sealed};
use crate::diagnostic::Span;
use crate::key::{DomainKey, RootKey};
use crate::mask::literal::KINDS;
use crate::mask::{
    Built, ColumnFacts, ColumnMask, Input, MASKS, MaskDef, MaskError, Params, Promise, TableMask, Uniqueness, lift,
};
use crate::node::Value;
use crate::postgres::copy::{Encoder, open};
use crate::schema::{Kind, TableName, Type};

/// A mask on a column.
pub(super) struct Case {
    pub(super) def: &'static MaskDef,
    pub(super) params: Params,
    pub(super) facts: ColumnFacts,
    pub(super) written: String,
}

impl Case {
    /// Builds the case, or `None` where the mask's check finds a problem.
    pub(super) fn new(def: &'static MaskDef, written: &str, unique: bool, facts: ColumnFacts) -> Option<Self> {
        let mut params = read(def, written)?;
        params.unique = unique;
        let case = Self { def, params, facts: ColumnFacts { unique, ..facts }, written: written.to_owned() };
        (case.def.check)(&case.params, &case.facts).is_empty().then_some(case)
    }

    pub(super) fn kind(&self) -> &Kind {
        self.facts.ty.kind.scalar()
    }

    pub(super) fn build(&self, key: &DomainKey) -> Built {
        (self.def.build)(&self.params, &self.facts, key)
    }

    /// Masks an array; `None` for `keep`.
    pub(super) fn apply(&self, key: &DomainKey, value: &ArrayRef) -> Option<Result<ArrayRef, MaskError>> {
        self.apply_per(key, value, None)
    }

    pub(super) fn apply_per(
        &self,
        key: &DomainKey,
        value: &ArrayRef,
        per: Option<&ArrayRef>,
    ) -> Option<Result<ArrayRef, MaskError>> {
        match self.build(key) {
            Built::Keep => None,
            Built::Blind(mask) => {
                Some(mask.apply(Input { value: &new_null_array(value.data_type(), value.len()), per }))
            }
            Built::Mask(mask) => Some(lift::apply(mask.as_ref(), Input { value, per })),
        }
    }

    pub(super) fn looks(&self) -> bool {
        matches!(self.build(&key(1)), Built::Mask(_))
    }

    /// Those of the values that the mask takes, each tried alone where it does not take them all.
    pub(super) fn taken(&self, values: Vec<String>) -> Vec<String> {
        let Built::Mask(mask) = self.build(&key(1)) else { return values };
        let all = array_of(&self.facts.ty, &values);
        if lift::apply(mask.as_ref(), Input { value: &all, per: None }).is_ok() {
            return values;
        }
        let takes = |value: &String| {
            let value = array(&self.facts.ty, &[Some(value)]);
            lift::apply(mask.as_ref(), Input { value: &value, per: None }).is_ok()
        };
        values.into_iter().filter(takes).collect()
    }

    /// Plain and ugly values that the mask takes, as an array without NULL.
    pub(super) fn sample(&self, count: usize) -> ArrayRef {
        let mut values = plain(self.kind(), &self.facts.ty.labels, count);
        values.extend(ugly(self.kind(), &self.facts.ty.labels));
        array_of(&self.facts.ty, &self.taken(values))
    }

    /// A broken law, with the mask and the column it broke on.
    pub(super) fn broken(&self, law: &str) -> String {
        let unique = if self.params.unique { ", unique" } else { "" };
        let length = self.facts.max_chars.map_or(String::new(), |max| format!("({max})"));
        format!("mask `{}` {} on {}{length}{unique}: {law}", self.def.name, self.written, self.facts.ty.kind)
    }
}

pub(super) fn key(byte: u8) -> DomainKey {
    RootKey::new([byte; 32]).domain("conformance")
}

pub(super) fn read(def: &MaskDef, written: &str) -> Option<Params> {
    let entries = match written {
        "" => Vec::new(),
        _ => match crate::node::parse(written).ok()?.value {
            Value::Map(entries) => entries,
            _ => return None,
        },
    };
    Params::read(def.name, def.params, &entries, Span::default()).ok()
}

pub(super) fn ty(kind: &Kind, max_chars: Option<u32>) -> Type {
    let labels: &[&str] = if *kind.scalar() == Kind::Enum { &["new", "on hold", "Gone", "ça va"] } else { &[] };
    Type {
        sql: max_chars.map_or_else(|| kind.to_string(), |max| format!("character varying({max})")),
        max_chars,
        labels: labels.iter().map(|label| (*label).to_owned()).collect(),
        ..kind.clone().into()
    }
}

pub(super) fn facts(kind: &Kind, max_chars: Option<u32>) -> ColumnFacts {
    ColumnFacts {
        column: TableName::new("public", "t").column("c"),
        ty: ty(kind, max_chars),
        not_null: false,
        unique: false,
        max_chars,
        folds: false,
        whole_digits: None,
        domain_kinds: vec![kind.scalar().clone()],
        per: None,
    }
}

/// How a mask's parameters may be written for a kind: not at all, as its examples have them, or as [`WIDER`] has them.
pub(super) fn written(def: &MaskDef, kind: &Kind) -> Vec<&'static str> {
    let mut written = BTreeSet::from([""]);
    written.extend(def.examples.iter().filter(|example| example.kind == kind).map(|example| example.params));
    if def.params.iter().any(|param| param.name == "small") {
        written.insert("{small: true}");
    }
    if read(def, "").is_none() {
        written.extend(def.examples.iter().map(|example| example.params));
    }
    written.retain(|written| read(def, written).is_some());
    written.into_iter().collect()
}

/// Every mask on every kind it takes, with every way to write its parameters.
pub(super) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for def in MASKS {
        for kind in KINDS.iter().filter(|kind| def.accepts.takes(kind)) {
            for written in written(def, kind) {
                cases.extend(Case::new(def, written, def.promises.unique == Uniqueness::Yes, facts(kind, None)));
                if def.promises.unique == Uniqueness::Option {
                    cases.extend(Case::new(def, written, true, facts(kind, None)));
                }
            }
        }
    }
    cases
}

/// Values as a column's array.
pub(super) fn array(ty: &Type, values: &[Option<&String>]) -> ArrayRef {
    let mut bytes = Vec::new();
    let mut cells = Vec::new();
    for value in values {
        cells.push(match value {
            None => Cell::NULL,
            Some(value) => {
                let start = u32::try_from(bytes.len()).unwrap();
                bytes.extend_from_slice(value.as_bytes());
                Cell::new(start, i32::try_from(value.len()).unwrap())
            }
        });
    }
    let sealed = Sealed::new(Bytes::from(bytes), cells, Encoding::Text);
    open(ty, &sealed).unwrap_or_else(|error| panic!("{} row {}: {}", ty.sql, error.row, error.reason))
}

pub(super) fn array_of(ty: &Type, values: &[String]) -> ArrayRef {
    array(ty, &values.iter().map(Some).collect::<Vec<_>>())
}

/// An array as the sink would write it.
pub(super) fn encoded(kind: &Kind, value: &ArrayRef, encoding: Encoding) -> Result<Vec<u8>, &'static str> {
    let rows = value.len();
    let keep = ColumnMask { built: Built::Keep, per: None, promise: Promise::nothing() };
    let cells = Cells { sealed: None, open: Some(value.clone()) };
    let Ok(batch) =
        TableMask::new(vec![keep]).unit().apply(Batch { rows, first_row: 1, columns: vec![cells] }, &mut ())
    else {
        return Err("keep failed");
    };
    let mut out = Vec::new();
    Encoder::new(vec![kind.clone()], encoding).encode(&batch, &mut out).map_err(|error| error.reason)?;
    Ok(out)
}

/// An array as PostgreSQL prints its values.
pub(super) fn printed(kind: &Kind, value: &ArrayRef) -> Vec<String> {
    let text = String::from_utf8(encoded(kind, value, Encoding::Text).unwrap()).unwrap();
    text.lines().map(|line| line.replace("\\\\", "\\")).collect()
}
