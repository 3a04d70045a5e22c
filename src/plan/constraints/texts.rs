//! What patterns and constants come to for masked texts.

use super::language::Language;
use super::truth::Truth;
use crate::mask::{Gives, Length};
use crate::plan::ColumnPlan;

/// Whether a pattern operator holds between a text and a pattern; `None` where only the server knows.
pub(super) fn matches(sign: &str, text: &str, pattern: &str) -> Option<bool> {
    let (language, denied) = language(sign, pattern)?;
    Some(language.includes(&Language::text(text)?)? != denied)
}

/// What a pattern operator comes to for a masked text.
pub(super) fn pattern(plan: &ColumnPlan, gives: &Gives, sign: &str, pattern: &str) -> Truth {
    let Some((language, denied)) = language(sign, pattern) else { return Truth::UNKNOWN };
    let found = if plan.mask.promises.keeps_format {
        // `digits` leaves the letters of a value that holds a digit.
        let digits_only = plan.mask.name == "digits" && language.needs_digit() == Some(true);
        if language.goes_by_sort(!digits_only) { Truth::SAME } else { Truth::ANY }
    } else {
        let Some(form) = gives.form.and_then(Language::whole) else { return Truth::UNKNOWN };
        match (language.includes(&form), language.meets(&form)) {
            (Some(true), _) => Truth::UNFALSE,
            (_, Some(false)) => Truth::UNFALSE.not(),
            _ => Truth::UNKNOWN,
        }
    };
    if denied { found.not() } else { found }
}

/// Whether everything that a mask gives matches a regular expression.
pub(super) fn is_within(gives: &Gives, pattern: &str) -> bool {
    let form = gives.form.and_then(Language::whole);
    let language = Language::found(pattern, false);
    form.zip(language).is_some_and(|(form, language)| language.includes(&form) == Some(true))
}

/// The texts for which an operator holds, or, if the second is true, does not.
fn language(sign: &str, pattern: &str) -> Option<(Language, bool)> {
    let (sign, denied) = match sign.strip_prefix('!') {
        Some(sign) => (sign, true),
        None => (sign, false),
    };
    let language = match sign {
        "~" => Language::found(pattern, false),
        "~*" => Language::found(pattern, true),
        "~~" => Language::like(pattern, false),
        "~~*" => Language::like(pattern, true),
        _ => None,
    };
    Some((language?, denied))
}

/// Whether a masked text may become a constant.
pub(super) fn can_be(gives: &Gives, constant: &str) -> bool {
    let chars = constant.chars().count();
    let fits = match gives.length {
        Length::Kept => true,
        Length::Between(least, most) => chars >= least as usize && most.is_none_or(|most| chars <= most as usize),
    };
    let form = || Language::whole(gives.form?)?.includes(&Language::text(constant)?);
    !gives.vast && fits && form() != Some(false)
}
