//! What tests of masks need: a column, a key, and texts through a mask.

use std::sync::Arc;

use arrow::array::{ArrayRef, AsArray, StringViewArray};

use super::{Built, ColumnFacts, Input, MaskDef, Params};
use crate::diagnostic::{Diagnostic, Span};
use crate::key::{DomainKey, RootKey};
use crate::node::Value;
use crate::schema::{Kind, TableName, Type};

/// The key of examples: bytes 0x00 to 0x1f, domain `example`.
pub(super) fn example_key() -> DomainKey {
    let mut key = [0; 32];
    for (byte, number) in key.iter_mut().zip(0..) {
        *byte = number;
    }
    RootKey::new(key).domain("example")
}

/// A text column.
pub(super) fn column(max_chars: Option<u32>, unique: bool) -> ColumnFacts {
    ColumnFacts {
        column: TableName::new("public", "people").column("name"),
        ty: Type {
            sql: max_chars.map_or("text".to_owned(), |max| format!("character varying({max})")),
            max_chars,
            ..Kind::Text.into()
        },
        not_null: false,
        unique,
        max_chars,
        folds: false,
        whole_digits: None,
        domain_kinds: vec![Kind::Text],
        per: None,
    }
}

/// Texts through a mask whose parameters are given as `name: a b` (a list of words), as a flow map in braces, or empty.
pub(super) fn mask_texts(def: &MaskDef, params: &str, facts: &ColumnFacts, texts: &[String]) -> Vec<String> {
    let input: ArrayRef = Arc::new(StringViewArray::from_iter_values(texts));
    mask_array(def, params, facts, &input, None).as_string_view().iter().map(|text| text.unwrap().to_owned()).collect()
}

/// An array through a mask.
pub(super) fn mask_array(
    def: &MaskDef,
    params: &str,
    facts: &ColumnFacts,
    value: &ArrayRef,
    per: Option<&ArrayRef>,
) -> ArrayRef {
    let params = read_params(def, params).unwrap();
    assert_eq!((def.check)(&params, facts), []);
    match (def.build)(&params, facts, &example_key()) {
        Built::Mask(mask) => mask.apply(Input { value, per }).unwrap(),
        _ => panic!("{} looks at values", def.name),
    }
}

/// Reads parameters given as [`mask_texts`] takes them.
pub(super) fn read_params(def: &MaskDef, params: &str) -> Result<Params, Vec<Diagnostic>> {
    if params.starts_with('{') {
        let Value::Map(entries) = crate::node::parse(params)?.value else { panic!("{params} is no map") };
        return Params::read(def.name, def.params, &entries, Span::default());
    }
    let entries: Vec<_> = params
        .split_once(": ")
        .map(|(name, words)| crate::node::Entry {
            key: name.to_owned(),
            key_span: Span::default(),
            node: crate::node::Node {
                span: Span::default(),
                value: match words.split_once(' ') {
                    None => crate::node::Node::text(words).value,
                    Some(_) => crate::node::Value::List(words.split(' ').map(crate::node::Node::text).collect()),
                },
            },
        })
        .into_iter()
        .collect();
    Params::read(def.name, def.params, &entries, Span::default())
}
