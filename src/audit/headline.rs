//! The register in a few sentences: what a person who signs it signs, what to look at first, who has signed.

use super::findings::grouped;
use super::{Coverage, Register, Weight};

/// What happens to people's columns, and how much of it deserves a second look.
pub(super) fn said(register: &Register) -> String {
    let Coverage { columns, personal, personal_kept, .. } = register.coverage;
    let about = match (personal, columns) {
        (1, _) => format!("1 of {} columns holds what is about persons", grouped(columns)),
        _ => format!("{} of {} columns hold what is about persons", grouped(personal), grouped(columns)),
    };
    let kept = match (personal, personal_kept) {
        (0, _) => String::new(),
        (_, 0) => "; none of them is kept".to_owned(),
        (_, 1) => "; 1 of them is kept, by an exception".to_owned(),
        (_, many) => format!("; {many} of them are kept, by exceptions"),
    };
    let found = &register.findings;
    let high = found.iter().filter(|one| one.weight == Weight::High).count();
    let look = match (found.len(), high) {
        (0, _) => "Nothing was found that deserves a second look".to_owned(),
        (1, 0) => "1 thing deserves a second look".to_owned(),
        (all, 0) => format!("{all} things deserve a second look"),
        (1, _) => "1 thing deserves a second look, and weighs heavily".to_owned(),
        (all, 1) => format!("{all} things deserve a second look, 1 of which weighs heavily"),
        (all, high) => format!("{all} things deserve a second look, {high} of which weigh heavily"),
    };
    format!("{about}{kept}. {look}.")
}

/// Who has signed what; then how to, where nobody has.
pub(super) fn signed(register: &Register) -> String {
    let signed = &register.signed;
    let mut text = match &signed.by {
        Some(names) if !names.is_empty() => {
            format!("Approved as it stands here by {}.", names.join(", "))
        }
        Some(_) => "Approved by nobody.".to_owned(),
        None if signed.unchecked == 1 => {
            "1 approval lies beside the rules, and nobody checked it: name the approvers with `--approvers`.".to_owned()
        }
        None if signed.unchecked > 1 => format!(
            "{} approvals lie beside the rules, and nobody checked them: name the approvers with `--approvers`.",
            signed.unchecked
        ),
        None => "No approval lies beside the rules.".to_owned(),
    };
    for why in &signed.refused {
        text += &format!(" Does not count: {why}.");
    }
    if signed.by.iter().flatten().next().is_none() && signed.unchecked == 0 {
        text += &format!(
            " Who runs `bauta approve {} --key FILE` signs what the rules say and the schema snapshot{}.",
            register.file,
            match register.scripts.len() {
                0 => String::new(),
                1 => ", and the script".to_owned(),
                many => format!(", and the {many} scripts"),
            }
        );
    }
    text
}
