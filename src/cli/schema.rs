//! `bauta schema`: the JSON Schema (draft-07, which YAML language servers read) of rule files, for completion and
//! mistakes while one types. Made from the masks' own list and the reader's tables of keys; what only a database or the
//! whole file can tell is left to `bauta check`.
//!
//! The language takes every scalar as text, while YAML tools see numbers and truth values: both forms are let through.

use clap::Args;
use serde_json::{Map, Value, json};

use super::output;
use crate::class::CLASSES;
use crate::class::profile::PROFILES;
use crate::failure::Failure;
use crate::mask::{MASKS, MaskDef, ParamDef, ParamKind, PerUse, Uniqueness};
use crate::rules::LONGEST_OWNER;
use crate::rules::keys::{self, Keys};

/// Prints the JSON Schema of rule files, for editors
#[derive(Args)]
pub(super) struct Schema;

impl Schema {
    pub(super) fn run(self) -> Result<(), Failure> {
        output::result(serde_json::to_string_pretty(&document()).unwrap_or_default())
    }
}

fn document() -> Value {
    let mut file = closed(properties(&keys::FILE, file_key));
    file["$schema"] = json!("http://json-schema.org/draft-07/schema#");
    file["title"] = json!("bauta rule file");
    file["required"] = json!(["version", "tables"]);
    file["definitions"] = json!({
        "text": {"type": ["string", "number", "boolean"]},
        "owner": {"type": ["string", "number", "boolean"], "pattern": "\\S", "maxLength": LONGEST_OWNER},
        "texts": {"anyOf": [reference("text"), {"type": "array", "items": reference("text")}]},
        "mask": {"anyOf": masks().map(|def| json!({
            "const": def.name,
            "description": format!("{}\n\n{}", def.summary, def.manual),
        })).collect::<Vec<_>>()},
        "class": {"anyOf": CLASSES.iter().map(|class| json!({
            "const": class.name,
            "description": format!("masked by `{}` unless the rule or `classes:` says otherwise", class.mask),
        })).collect::<Vec<_>>()},
        "table": closed(properties(&keys::TABLE, table_key)),
        "column": column(),
        "class_rule": class_rule(),
        "reference": {
            "type": "object",
            "properties": properties(&keys::REFERENCE, reference_key),
            "additionalProperties": false,
            "required": ["from", "to"],
        },
        "environment": closed(properties(&keys::ENVIRONMENT, environment_key)),
        "exception": needing_all(properties(&keys::EXCEPTION, exception_key)),
        "exempt": {
            "type": "object",
            "properties": properties(&keys::EXEMPT, exception_key),
            "additionalProperties": false,
            "required": ["where", "why", "expires"],
        },
    });
    file
}

/// All masks that a rule names; a keep is written as one.
fn masks() -> impl Iterator<Item = &'static &'static MaskDef> {
    MASKS.iter().filter(|def| def.name != "keep")
}

fn file_key(name: &str) -> Option<Value> {
    Some(match name {
        "version" => json!({"enum": [1, "1"]}),
        "name" => reference("text"),
        "owner" => reference("owner"),
        "unlisted" => json!({"enum": ["fail", "mask"]}),
        "classes" => {
            let rules = CLASSES.iter().map(|class| (class.name.to_owned(), reference("class_rule"))).collect();
            closed(rules)
        }
        "profile" => {
            let profile = json!({"anyOf": PROFILES.iter().map(|profile| json!({
                "const": profile.name,
                "description": profile.summary,
            })).collect::<Vec<_>>()});
            json!({"anyOf": [profile, {"type": "array", "items": profile, "uniqueItems": true}]})
        }
        "references" => json!({"type": "array", "items": reference("reference")}),
        "tables" => map_of(reference("table")),
        "after_load" => reference("texts"),
        "shape" => closed(properties(&keys::SHAPE, shape_key)),
        "mirror" => closed(properties(&keys::MIRROR, mirror_key)),
        "environments" => map_of(reference("environment")),
        "exceptions" => json!({"type": "array", "items": reference("exception")}),
        _ => return None,
    })
}

fn table_key(name: &str) -> Option<Value> {
    Some(match name {
        "rows" => reference("text"),
        "owner" => reference("owner"),
        "columns" => map_of(reference("column")),
        "keep" => json!({"anyOf": [reference("text"), map_of(filled())]}),
        "cut" => reference("texts"),
        "exempt" => reference("exempt"),
        _ => return None,
    })
}

/// A list of one or more, or one text.
fn filled() -> Value {
    json!({"anyOf": [reference("text"), {"type": "array", "items": reference("text"), "minItems": 1}]})
}

fn column_key(name: &str) -> Option<Value> {
    Some(match name {
        "mask" => reference("mask"),
        "class" => reference("class"),
        "keep" | "domain" | "per" => reference("text"),
        "owner" => reference("owner"),
        "unique" => truth(),
        _ => return None,
    })
}

fn reference_key(name: &str) -> Option<Value> {
    Some(match name {
        "from" | "to" => json!({"type": "string"}),
        "where" => {
            json!({"type": "object", "additionalProperties": filled(), "minProperties": 1, "maxProperties": 1})
        }
        _ => return None,
    })
}

fn exception_key(name: &str) -> Option<Value> {
    Some(match name {
        "allow" => json!({"enum": ["keep"]}),
        "column" | "why" => json!({"type": "string"}),
        "where" => reference("text"),
        "most" => json!({"anyOf": [{"type": "integer", "minimum": 1}, {"type": "string", "pattern": "^[1-9][0-9]*$"}]}),
        "expires" => json!({"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"}),
        _ => return None,
    })
}

/// A map in which no key may be missing.
fn needing_all(properties: Map<String, Value>) -> Value {
    let names: Vec<String> = properties.keys().cloned().collect();
    let mut map = closed(properties);
    map["required"] = json!(names);
    map
}

fn shape_key(name: &str) -> Option<Value> {
    Some(match name {
        "beyond" => json!({"enum": ["warn", "fail"]}),
        _ => json!({"type": "string", "pattern": "^[0-9]+(\\.[0-9]+)?%$"}),
    })
}

fn mirror_key(name: &str) -> Option<Value> {
    Some(match name {
        "roles" => map_of(reference("text")),
        "comments" => json!({"enum": ["keep", "drop"]}),
        "large_objects" => json!({"enum": ["none"]}),
        _ => return None,
    })
}

fn environment_key(name: &str) -> Option<Value> {
    matches!(name, "subset" | "rows").then(|| map_of(reference("text")))
}

/// A column's rule: a mask's name, or a map; which keys the map may have depends on the mask that it names.
fn column() -> Value {
    let of_mask = |def: &&MaskDef| {
        let mut keys = properties(&keys::COLUMN, column_key);
        keys.remove("keep");
        if def.promises.per == PerUse::No {
            keys.remove("per");
        }
        if def.promises.unique == Uniqueness::No {
            keys["unique"]["enum"] = json!([false, "false"]);
        }
        rule_of(def, keys)
    };
    let mut rules: Vec<Value> = masks().map(of_mask).collect();
    rules.push(json!({
        "if": {"required": ["keep"]},
        "then": {"properties": properties(&keys::KEEP, column_key), "additionalProperties": false},
    }));
    let mut alone = properties(&keys::COLUMN, column_key);
    alone.retain(|name, _| name != "mask" && name != "keep");
    rules.push(json!({
        "if": {"not": {"anyOf": [{"required": ["mask"]}, {"required": ["keep"]}]}},
        "then": {"properties": alone, "additionalProperties": false, "required": ["class"]},
    }));
    named_or(properties(&keys::COLUMN, column_key), rules, None)
}

/// A class's rule: a mask's name, or a map with the mask and its parameters.
fn class_rule() -> Value {
    let keys = || properties(&keys::CLASS, column_key);
    named_or(keys(), masks().map(|def| rule_of(def, keys())).collect(), Some("mask"))
}

/// What stands beside `mask: NAME`.
fn rule_of(def: &MaskDef, mut keys: Map<String, Value>) -> Value {
    keys.extend(def.params.iter().map(|param| (param.name.to_owned(), of_param(param))));
    let needed = def.params.iter().filter(|param| param.required).map(|param| param.name);
    json!({
        "if": {"properties": {"mask": {"const": def.name}}, "required": ["mask"]},
        "then": {"properties": keys, "additionalProperties": false, "required": needed.collect::<Vec<_>>()},
    })
}

/// A mask that needs no parameter by its name alone, or a map. Both are told apart by type, so that editors blame the
/// right place.
fn named_or(properties: Map<String, Value>, rules: Vec<Value>, required: Option<&str>) -> Value {
    let plain = masks().filter(|def| !def.params.iter().any(|param| param.required));
    json!({
        "if": {"type": "object"},
        "then": {"properties": properties, "required": Vec::from_iter(required), "allOf": rules},
        "else": {"anyOf": plain.map(|def| json!({"const": def.name, "description": def.summary})).collect::<Vec<_>>()},
    })
}

fn of_param(param: &ParamDef) -> Value {
    let number = |pattern: &str| json!({"anyOf": [{"type": "integer"}, {"type": "string", "pattern": pattern}]});
    let one_or_more = |one: Value| json!({"anyOf": [one, {"type": "array", "items": one, "minItems": 1}]});
    let mut shape = match param.kind {
        ParamKind::Text => reference("text"),
        ParamKind::Choice(words) => json!({"enum": words}),
        ParamKind::Bool => truth(),
        ParamKind::Integer => number("^[+-]?[0-9]+$"),
        ParamKind::Range => json!({"type": "string", "pattern": r"^\s*[+-]?[0-9]+\s*\.\.\s*[+-]?[0-9]+\s*$"}),
        ParamKind::Integers => one_or_more(number("^[+-]?[0-9]+$")),
        ParamKind::Duration => json!({"type": "string", "pattern": r"^\+?[0-9]+[smhdw]$"}),
        ParamKind::Share => json!({"type": "string", "pattern": r"^\+?[0-9.]+([eE][+-]?[0-9]+)?\s*%$"}),
        ParamKind::Texts => one_or_more(reference("text")),
        ParamKind::Choices(words) => one_or_more(json!({"enum": words})),
        ParamKind::Weights => {
            let weight = json!({"anyOf": [{"type": "number", "exclusiveMinimum": 0}, {"type": "string"}]});
            json!({"type": "object", "additionalProperties": weight, "minProperties": 1})
        }
    };
    shape = described(shape, &format!("{} ({})", param.summary, param.kind));
    if let Some(default) = param.default {
        shape["default"] = json!(default);
    }
    shape
}

/// The keys of a place that this version reads, each with its shape and what it is for. A key without a shape would take
/// anything: a test refuses that.
fn properties(keys: &Keys, shape: fn(&str) -> Option<Value>) -> Map<String, Value> {
    let known = keys.keys.iter().filter(|key| !key.later);
    known.map(|key| (key.name.to_owned(), described(shape(key.name).unwrap_or(json!({})), key.summary))).collect()
}

/// Draft-07 ignores what stands beside `$ref`: it goes one level down.
fn described(shape: Value, summary: &str) -> Value {
    let mut shape = if shape.get("$ref").is_some() { json!({"allOf": [shape]}) } else { shape };
    shape["description"] = json!(summary);
    shape
}

fn closed(properties: Map<String, Value>) -> Value {
    json!({"type": "object", "properties": properties, "additionalProperties": false})
}

fn map_of(what: Value) -> Value {
    json!({"type": "object", "additionalProperties": what})
}

fn truth() -> Value {
    json!({"enum": [true, false, "true", "false"]})
}

fn reference(name: &str) -> Value {
    json!({"$ref": format!("#/definitions/{name}")})
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What an editor is told of a key.
    type Describe = fn(&str) -> Option<Value>;

    /// Walks all objects of a schema.
    fn walk(at: &Value, visit: &mut impl FnMut(&Map<String, Value>)) {
        match at {
            Value::Object(map) => {
                visit(map);
                map.values().for_each(|value| walk(value, visit));
            }
            Value::Array(items) => items.iter().for_each(|value| walk(value, visit)),
            _ => {}
        }
    }

    #[test]
    fn every_reference_has_its_definition_and_every_definition_is_used() {
        let schema = document();
        let mut used = Vec::new();
        walk(&schema, &mut |map| {
            if let Some(Value::String(to)) = map.get("$ref") {
                assert_eq!(map.len(), 1, "draft-07 ignores what stands beside {to}");
                used.push(to.strip_prefix("#/definitions/").unwrap().to_owned());
            }
        });
        used.sort();
        used.dedup();
        let mut known: Vec<String> = schema["definitions"].as_object().unwrap().keys().cloned().collect();
        known.sort();
        assert_eq!(used, known);
    }

    #[test]
    fn every_key_of_the_reader_is_known_with_a_shape() {
        let places: [(&Keys, Describe); 11] = [
            (&keys::SHAPE, shape_key),
            (&keys::EXCEPTION, exception_key),
            (&keys::EXEMPT, exception_key),
            (&keys::FILE, file_key),
            (&keys::TABLE, table_key),
            (&keys::COLUMN, column_key),
            (&keys::KEEP, column_key),
            (&keys::CLASS, column_key),
            (&keys::REFERENCE, reference_key),
            (&keys::MIRROR, mirror_key),
            (&keys::ENVIRONMENT, environment_key),
        ];
        for (keys, shape) in places {
            for key in keys.keys {
                assert_eq!(shape(key.name).is_some(), !key.later, "{}: {}", keys.place, key.name);
            }
        }
        let schema = document();
        for name in keys::FILE.names() {
            assert!(schema["properties"][name]["description"].is_string(), "{name}");
        }
    }

    #[test]
    fn every_mask_and_parameter_stands_in_both_kinds_of_rule() {
        let schema = document();
        for place in ["column", "class_rule"] {
            let rules = schema["definitions"][place]["then"]["allOf"].as_array().unwrap();
            for def in masks() {
                let rule = rules.iter().find(|rule| rule["if"]["properties"]["mask"]["const"] == def.name).unwrap();
                for param in def.params {
                    assert!(
                        rule["then"]["properties"][param.name]["description"].is_string(),
                        "{} {}",
                        def.name,
                        param.name
                    );
                    let required = rule["then"]["required"].as_array().unwrap().contains(&json!(param.name));
                    assert_eq!(required, param.required, "{} {}", def.name, param.name);
                }
                assert_eq!(rule["then"]["additionalProperties"], json!(false), "{}", def.name);
            }
        }
        let names = schema["definitions"]["mask"]["anyOf"].as_array().unwrap();
        assert_eq!(names.len(), MASKS.len() - 1, "all but `keep`");
    }

    #[test]
    fn every_class_is_known() {
        let schema = document();
        for class in CLASSES {
            assert!(schema["properties"]["classes"]["properties"][class.name].is_object(), "{}", class.name);
        }
    }
}
