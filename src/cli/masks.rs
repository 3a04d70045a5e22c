//! `bauta masks`: the catalogue, walked from the one list.

mod tried;

use std::fmt::Write as _;

use clap::Args;
use serde_json::json;

use super::{Common, Format, output};
use crate::diagnostic::nearest;
use crate::failure::Failure;
use crate::mask::{self, Accepts, Equal, MASKS, MaskDef, PerUse, Uniqueness};

/// Lists all masks, or prints one mask's manual
#[derive(Args)]
pub(super) struct Masks {
    /// A mask's name
    name: Option<String>,
    /// Mask this value, as PostgreSQL prints it, with the key of the examples (32 bytes from 00 to 1f)
    #[arg(long = "try", value_name = "VALUE", requires = "name", allow_hyphen_values = true)]
    tried: Option<String>,
    /// The type of the value to try, such as date, jsonb or inet [default: text]
    #[arg(long = "type", value_name = "TYPE", requires = "tried")]
    of: Option<String>,
    /// Parameters of the mask to try, as a rule file writes them: '{within: 1w}'
    #[arg(long, value_name = "MAP", requires = "tried")]
    params: Option<String>,
}

impl Masks {
    pub(super) fn run(self, common: &Common) -> Result<(), Failure> {
        let Some(name) = self.name else {
            return output::result(list(common.format));
        };
        let def = mask::find(&name).ok_or_else(|| {
            let failure = Failure::usage(format!("there is no mask `{name}`"));
            match nearest(&name, MASKS.iter().map(|def| def.name)) {
                Some(near) => failure.remedy(format!("did you mean `{near}`?")),
                None => failure.remedy("`bauta masks` lists them all"),
            }
        })?;
        if let Some(value) = &self.tried {
            let shown = tried::show(def, self.of.as_deref(), self.params.as_deref(), value)?;
            return output::result(match common.format {
                Format::Json => json!({"mask": def.name, "input": value, "output": shown}).to_string(),
                _ => shown.unwrap_or_else(|| "NULL".to_owned()),
            });
        }
        output::result(match common.format {
            Format::Json => as_json(def).to_string(),
            _ => manual(def),
        })
    }
}

fn list(format: Format) -> String {
    match format {
        Format::Json => json!(MASKS.iter().map(|def| as_json(def)).collect::<Vec<_>>()).to_string(),
        Format::Markdown => markdown(),
        Format::Text | Format::Html | Format::Sarif => {
            let width = MASKS.iter().map(|def| def.name.len()).max().unwrap_or_default();
            let line = |def: &&MaskDef| format!("{:width$}  {:6}  {}", def.name, unique(def), def.summary);
            let lines: Vec<String> = MASKS.iter().map(line).collect();
            let total = MASKS.len();
            format!(
                "{:width$}  unique  what it does\n{}\n\n{total} masks; `bauta masks NAME` prints a manual",
                "mask",
                lines.join("\n")
            )
        }
    }
}

/// The README's table.
pub(crate) fn markdown() -> String {
    let mut table = "| mask | what it does | takes | parameters | unique |\n|---|---|---|---|---|".to_owned();
    for def in MASKS {
        let params: Vec<String> = def.params.iter().map(|param| format!("`{}`", param.name)).collect();
        // Writing to a String cannot fail.
        let _ = write!(
            table,
            "\n| `{}` | {} | {} | {} | {} |",
            def.name,
            def.summary,
            accepts(def.accepts),
            params.join(", "),
            unique(def)
        );
    }
    table
}

fn unique(def: &MaskDef) -> &'static str {
    match def.promises.unique {
        Uniqueness::Yes => "yes",
        Uniqueness::Option => "option",
        Uniqueness::No => "",
    }
}

fn accepts(accepts: Accepts) -> String {
    match accepts {
        Accepts::Any => "any type".to_owned(),
        Accepts::Scalars(kinds) => kinds.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "),
        Accepts::ScalarsAndRanges(kinds) => {
            format!("{}, ranges of them", kinds.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "))
        }
    }
}

fn promises(def: &MaskDef) -> Vec<&'static str> {
    let promises = def.promises;
    let mut said = Vec::new();
    if promises.deterministic {
        said.push("equal inputs give equal outputs");
    }
    match promises.unique {
        Uniqueness::Yes => said.push("different inputs give different outputs"),
        Uniqueness::Option => said.push("different inputs give different outputs where the rule says `unique: true`"),
        Uniqueness::No => {}
    }
    match promises.equal {
        Equal::Never => said.push("never returns its input"),
        Equal::Chance => said.push("returns its input only as often as chance gives"),
        Equal::Any => {}
    }
    if promises.keeps_length {
        said.push("keeps the length");
    }
    if promises.keeps_format {
        said.push("keeps the format");
    }
    if promises.per == PerUse::Option {
        said.push("takes `per:`");
    }
    said
}

fn manual(def: &MaskDef) -> String {
    let mut text = format!("{}: {}\n\n{}\n\ntakes: {}", def.name, def.summary, def.manual, accepts(def.accepts));
    // Writing to a String cannot fail.
    let _ = write!(
        text,
        "\npromises: {}\neffect: {}: {}\nstill shows: {}",
        promises(def).join("; "),
        def.effect.word(),
        def.effect.meaning(),
        def.leaves
    );
    for param in def.params {
        let default = param.default.map(|value| format!(" (default {value})")).unwrap_or_default();
        let need = if param.required { " (required)" } else { "" };
        let _ = write!(text, "\n  {}: {}{need}{default}\n      {}", param.name, param.kind, param.summary);
    }
    for example in def.examples {
        let _ = write!(text, "\n\n  $ {}\n  {}", tried::command(def, example), example.output);
    }
    text
}

fn as_json(def: &MaskDef) -> serde_json::Value {
    let param = |param: &mask::ParamDef| {
        json!({
            "name": param.name,
            "type": param.kind.to_string(),
            "default": param.default,
            "required": param.required,
            "summary": param.summary,
        })
    };
    let example = |example: &mask::Example| {
        json!({
            "type": example.kind.to_string(),
            "params": example.params,
            "input": example.input,
            "output": example.output,
            "command": tried::command(def, example),
        })
    };
    json!({
        "name": def.name,
        "summary": def.summary,
        "manual": def.manual,
        "takes": accepts(def.accepts),
        "promises": promises(def),
        "effect": def.effect,
        "leaves": def.leaves,
        "params": def.params.iter().map(param).collect::<Vec<_>>(),
        "examples": def.examples.iter().map(example).collect::<Vec<_>>(),
    })
}
