//! Parameters of one mask in two versions: which of them hide more, which less.

use super::Grade;
use crate::audit::Column;
use crate::mask::params::duration;

/// Kind, words, grade.
type Found = (&'static str, String, Grade);

/// What differs in the parameters of the same mask.
pub(super) fn compare(old: &Column, new: &Column) -> Vec<Found> {
    let names = old.parameters.keys().chain(new.parameters.keys().filter(|name| !old.parameters.contains_key(*name)));
    let mut found = Vec::new();
    for name in names {
        let (was, is) = (old.parameters.get(name), new.parameters.get(name));
        if was != is {
            let said = |value: Option<&String>| value.cloned().unwrap_or_else(|| "none".to_owned());
            let text = format!("{} {name}: {} -> {}", new.mask_name, said(was), said(is));
            found.push(("parameter", text, grade(name, was, is)));
        }
    }
    if old.one_to_one != new.one_to_one {
        let text = if new.one_to_one { "one to one now" } else { "not one to one any more" };
        // One to one is linkable by whoever has the key, and shows how many different values there are.
        let grade = Grade::less_left(old.one_to_one, new.one_to_one);
        found.push(("parameter", format!("{}: {text}", new.mask_name), grade));
    }
    found
}

fn grade(name: &str, was: Option<&String>, is: Option<&String>) -> Grade {
    let said = |value: Option<&String>| value.map(String::as_str).unwrap_or_default().to_owned();
    let (was, is) = (said(was), said(is));
    match name {
        "within" => match (duration(&was), duration(&is), share(&was), share(&is)) {
            (Some(was), Some(is), _, _) => Grade::more_hides(was, is),
            (_, _, Some(was), Some(is)) => Grade::more_hides(was, is),
            _ => Grade::Neutral,
        },
        "small" => Grade::less_left(was == "true", is == "true"),
        "range" => match (width(&was), width(&is)) {
            (Some(was), Some(is)) => Grade::more_hides(was, is),
            _ => Grade::Neutral,
        },
        // Numbers that stay as they are.
        "fixed" => Grade::less_left(count(&was), count(&is)),
        _ => Grade::Neutral,
    }
}

/// Ten-thousandths of a share such as `5%` or `2.5%`.
fn share(text: &str) -> Option<i64> {
    let percent: f64 = text.strip_suffix('%')?.trim().parse().ok()?;
    // A share is at most 1000%.
    Some((percent * 100.0).round() as i64)
}

/// Numbers in a range such as `1..900`.
fn width(text: &str) -> Option<i128> {
    let (low, high) = text.split_once("..")?;
    let (low, high): (i128, i128) = (low.trim().parse().ok()?, high.trim().parse().ok()?);
    Some(high - low)
}

/// Items of a list as a rule file writes it.
fn count(text: &str) -> usize {
    text.trim_matches(['[', ']']).split(',').filter(|item| !item.trim().is_empty()).count()
}
