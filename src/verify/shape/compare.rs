//! How far two sides are apart, and whether that is too far for what the mask says of itself.

use super::{Shapes, Side};
use crate::plan::{ColumnPlan, Expected, Shape, TablePlan};
use crate::report::ColumnShape;

/// A column of fewer rows has no shape to speak of.
const FEW: u64 = 200;

/// Compares the columns of a table. Gives what is told of each, and what is beyond the rule file's bounds, one line each.
pub(in super::super) fn compare(
    shapes: &Shapes,
    table: &TablePlan,
    bounds: &Shape,
) -> (Vec<Option<ColumnShape>>, Vec<String>) {
    let mut beyond = Vec::new();
    let told = table.columns.iter().zip(&shapes.columns).map(|(plan, sides)| {
        let [production, staging] = &**sides.as_ref()?;
        let shape = apart(production, staging);
        if production.rows >= FEW {
            beyond.extend(judge(plan, &shape, bounds));
        }
        Some(shape)
    });
    (told.collect(), beyond)
}

/// Both sides in numbers that tell no value.
fn apart(production: &Side, staging: &Side) -> ColumnShape {
    let sides = [production, staging];
    let both = |of: fn(&Side) -> Option<f64>| Some([of(production)?, of(staging)?].map(rounded));
    ColumnShape {
        rows: production.rows,
        nulls: sides.map(|side| rounded(side.nulls as f64 / side.rows.max(1) as f64)),
        distinct: sides.map(|side| side.distinct.count().round() as u64),
        top: both(|side| side.top.share()),
        length: both(|side| side.lengths.quantiles([0.5]).map(|[middle]| middle)),
        longest: both(|side| side.lengths.quantiles([0.95]).map(|[long]| long)),
        moved: moved(production, staging).map(rounded),
    }
}

/// How far the quarters of the numbers moved at the most, in production's middle half.
fn moved(production: &Side, staging: &Side) -> Option<f64> {
    let [was, is] = [production, staging].map(|side| side.numbers.quantiles([0.25, 0.5, 0.75]));
    let (was, is) = was.zip(is)?;
    let half = was[2] - was[0];
    let most = was.iter().zip(is).map(|(was, is)| (is - was).abs()).fold(0.0, f64::max);
    (half > 0.0).then_some(most / half)
}

/// Four digits after the point say enough.
fn rounded(number: f64) -> f64 {
    (number * 10_000.0).round() / 10_000.0
}

fn judge(plan: &ColumnPlan, shape: &ColumnShape, bounds: &Shape) -> Vec<String> {
    let Expected { nulls, distinct, length, numbers } = plan.expected();
    let mut beyond = Vec::new();
    let mut tell = |what: String| {
        beyond.push(format!("{}: `{}` changes its shape: {what}", plan.facts.column, plan.mask.name));
    };
    let percent = |share: f64| format!("{:.1}%", 100.0 * share);
    if nulls && (shape.nulls[0] - shape.nulls[1]).abs() > bounds.nulls {
        tell(format!("{} NULL instead of {}", percent(shape.nulls[1]), percent(shape.nulls[0])));
    }
    let [was, is] = shape.distinct;
    if distinct && (is as f64) < was as f64 * (1.0 - bounds.distinct) {
        tell(format!("about {is} different values instead of {was}"));
    }
    if let Some([was, is]) = shape.top.filter(|_| distinct)
        && is - was > bounds.top
    {
        tell(format!("the most frequent value is in {} of the rows instead of {}", percent(is), percent(was)));
    }
    for (what, pair) in [("half of the texts have up to", shape.length), ("19 of 20 texts have up to", shape.longest)] {
        if let Some([was, is]) = pair.filter(|_| length)
            && (is - was).abs() > bounds.length * was.max(8.0)
        {
            tell(format!("{what} {is} bytes instead of {was}"));
        }
    }
    if let Some(moved) = shape.moved.filter(|moved| numbers && *moved > bounds.numbers) {
        tell(format!("numbers moved by {} of their middle half", percent(moved)));
    }
    beyond
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::{ArrayRef, Int32Array, StringViewArray};

    use super::*;
    use crate::batch::Seen;

    fn shape(value: ArrayRef, output: ArrayRef) -> ColumnShape {
        let mut units = [Shapes::new(1), Shapes::new(1)];
        let half = value.len() / 2;
        for (unit, from) in units.iter_mut().zip([0, half]) {
            let (value, output) = (value.slice(from, half), output.slice(from, half));
            unit.look(0, Seen { value: &value, output: &output, places: None });
        }
        let [mut all, other] = units;
        all.join(other);
        let [production, staging] = &**all.columns[0].as_ref().unwrap();
        apart(production, staging)
    }

    #[test]
    fn what_differs_is_seen() {
        let rows = 4000;
        let numbers = |f: fn(i32) -> Option<i32>| -> ArrayRef { Arc::new(Int32Array::from_iter((0..rows).map(f))) };
        let told = shape(numbers(|n| (n % 10 > 0).then_some(n)), numbers(|n| (n % 2 > 0).then_some(n + 1000)));
        assert_eq!(told.nulls, [0.1, 0.5]);
        assert!((told.moved.unwrap() - 0.5).abs() < 0.1, "{told:?}");
        let texts =
            |f: fn(i32) -> String| -> ArrayRef { Arc::new(StringViewArray::from_iter_values((0..rows).map(f))) };
        let told = shape(texts(|n| format!("{n:08}")), texts(|n| format!("{}", n % 5)));
        assert_eq!((told.length, told.longest), (Some([8.0, 1.0]), Some([8.0, 1.0])));
        assert!(told.distinct[0] > 3500 && told.distinct[1] == 5, "{told:?}");
        let top = told.top.unwrap();
        assert!(top[0] < 0.01 && (top[1] - 0.2).abs() < 0.02, "{told:?}");
    }
}
