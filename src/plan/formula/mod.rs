//! SQL expressions as the server prints those of CHECK constraints, indexes and their conditions, read as far as plans
//! ask: which columns, which constants, how they are compared. What is not read is opaque, never guessed at.

mod elided;
mod parse;
mod tokens;

use std::collections::BTreeSet;

pub(super) use elided::elided;

/// An expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Formula {
    /// A column; `VALUE` of a domain is the column `value`.
    Column(String),
    /// A constant, as PostgreSQL reads it as text; its type is a [`Formula::Cast`] around it.
    Constant(String),
    /// NULL.
    Null,
    /// A call, the name without `pg_catalog`, in lower case; also what is written in other ways (`case`, `extract`).
    Call(String, Vec<Formula>),
    /// A conversion, with the type as written.
    Cast(Box<Formula>, String),
    /// An operator with one or two sides, such as `=`, `||`, `~*`; `like` is `~~`.
    Operator(String, Vec<Formula>),
    /// All of these.
    And(Vec<Formula>),
    /// One of these.
    Or(Vec<Formula>),
    /// Not this.
    Not(Box<Formula>),
    /// `x IS NULL`.
    IsNull(Box<Formula>),
    /// `x op ANY (array)`, and `IN`.
    Any(String, Box<Formula>, Box<Formula>),
    /// `x op ALL (array)`, and `NOT IN`.
    All(String, Box<Formula>, Box<Formula>),
    /// `ARRAY[...]`, `ROW(...)`.
    List(Vec<Formula>),
}

impl Formula {
    /// Reads an expression; `None` where it holds something that is not known here.
    pub(super) fn read(text: &str) -> Option<Formula> {
        parse::parse(&tokens::tokens(text)?)
    }

    /// The names of all columns in it.
    pub(super) fn columns(&self) -> BTreeSet<&str> {
        let mut found = BTreeSet::new();
        self.visit(&mut |part| {
            if let Formula::Column(name) = part {
                found.insert(name.as_str());
            }
        });
        found
    }

    /// Calls a function with this and everything inside.
    fn visit<'f>(&'f self, each: &mut impl FnMut(&'f Formula)) {
        each(self);
        self.parts().into_iter().for_each(|part| part.visit(each));
    }

    /// The same with another name for a column.
    pub(super) fn renamed(self, from: &str, to: &str) -> Formula {
        let all = |parts: Vec<Formula>| parts.into_iter().map(|part| part.renamed(from, to)).collect();
        let one = |part: Box<Formula>| Box::new(part.renamed(from, to));
        match self {
            Formula::Column(name) if name == from => Formula::Column(to.to_owned()),
            Formula::Column(_) | Formula::Constant(_) | Formula::Null => self,
            Formula::Call(name, parts) => Formula::Call(name, all(parts)),
            Formula::Operator(name, parts) => Formula::Operator(name, all(parts)),
            Formula::And(parts) => Formula::And(all(parts)),
            Formula::Or(parts) => Formula::Or(all(parts)),
            Formula::List(parts) => Formula::List(all(parts)),
            Formula::Cast(inner, ty) => Formula::Cast(one(inner), ty),
            Formula::Not(inner) => Formula::Not(one(inner)),
            Formula::IsNull(inner) => Formula::IsNull(one(inner)),
            Formula::Any(name, left, right) => Formula::Any(name, one(left), one(right)),
            Formula::All(name, left, right) => Formula::All(name, one(left), one(right)),
        }
    }

    /// What it is made of.
    pub(super) fn parts(&self) -> Vec<&Formula> {
        match self {
            Formula::Column(_) | Formula::Constant(_) | Formula::Null => Vec::new(),
            Formula::Call(_, parts) | Formula::Operator(_, parts) => parts.iter().collect(),
            Formula::And(parts) | Formula::Or(parts) | Formula::List(parts) => parts.iter().collect(),
            Formula::Cast(inner, _) | Formula::Not(inner) | Formula::IsNull(inner) => vec![inner],
            Formula::Any(_, left, right) | Formula::All(_, left, right) => vec![left, right],
        }
    }

    /// A constant, conversions around it taken off, a minus before a number included.
    pub(super) fn constant(&self) -> Option<String> {
        match self {
            Formula::Constant(text) => Some(text.clone()),
            Formula::Cast(inner, _) => inner.constant(),
            Formula::Operator(minus, sides) if minus == "-" && sides.len() == 1 => {
                sides[0].constant().filter(|text| text.parse::<f64>().is_ok()).map(|text| format!("-{text}"))
            }
            _ => None,
        }
    }

    /// The constants of a list, or of an array's text such as `{a,b}`.
    pub(super) fn constants(&self) -> Option<Vec<String>> {
        match self {
            Formula::List(items) => items.iter().map(Formula::constant).collect(),
            Formula::Cast(inner, _) => inner.constants(),
            Formula::Constant(text) => {
                let inside = text.strip_prefix('{')?.strip_suffix('}')?;
                // Quoted elements are rare, and need not be read.
                let plain = !inside.contains(['"', '{', '\\']);
                plain.then(|| inside.split(',').filter(|item| !item.is_empty()).map(str::to_owned).collect())
            }
            _ => None,
        }
    }

    /// The column that this is, conversions between texts that change nothing taken off.
    pub(super) fn column(&self) -> Option<&str> {
        match self {
            Formula::Column(name) => Some(name),
            Formula::Cast(inner, ty) if matches!(ty.as_str(), "text" | "character varying" | "citext") => {
                inner.column()
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Formula {
        Formula::read(text).unwrap_or_else(|| panic!("{text} is not read"))
    }

    #[test]
    fn operators_bind_as_the_server_says() {
        for (one, other) in [
            ("a = 1 OR b = 2 AND NOT c", "((a = 1) OR ((b = 2) AND (NOT c)))"),
            ("a + b * 2 > 3", "((a + (b * 2)) > 3)"),
            ("a || b = 'x'", "((a || b) = 'x')"),
            ("a IS NOT NULL AND b", "((a IS NOT NULL) AND b)"),
            ("-a::int > 1", "((- (a)::int) > 1)"),
            ("x between 1 and 5 and y", "(((x >= 1) AND (x <= 5)) AND y)"),
            ("x in ('a', 'b')", "(x = ANY (ARRAY['a', 'b']))"),
            ("x not like 'a%'", "(x !~~ 'a%')"),
            ("pg_catalog.lower(x) = 'a'", "(lower(x) = 'a')"),
        ] {
            assert_eq!(read(one), read(other), "{one}");
        }
    }

    #[test]
    fn what_the_server_prints_is_read() {
        for (text, columns) in [
            ("((status)::text = ANY ((ARRAY['a'::character varying, 'b'::character varying])::text[]))", "status"),
            ("((price > (0)::numeric) AND (price <= '100'::numeric(10,2)))", "price"),
            ("(EXTRACT(year FROM day) > (2000)::numeric)", "day"),
            ("(POSITION(('@'::text) IN (email)) > 1)", "email"),
            ("(TRIM(BOTH FROM name) <> ''::text)", "name"),
            ("(SUBSTRING(code FROM 1 FOR 2) = 'AB'::text)", "code"),
            ("CASE WHEN a THEN (b > 0) ELSE (c IS NULL) END", "a b c"),
            ("((data ->> 'k'::text) IS NOT NULL)", "data"),
            ("(at < ('now'::text)::timestamp(3) without time zone)", "at"),
            ("((at AT TIME ZONE 'UTC'::text) < now())", "at"),
            ("(name = (\"other Name\" COLLATE \"C\"))", "name other Name"),
            ("((tags)[1] IS DISTINCT FROM ''::text)", "tags"),
            ("(day <= CURRENT_DATE)", "day"),
            ("(num_nonnulls(a, b) = 1)", "a b"),
            ("ROW(a, b) = ROW(c, d)", "a b c d"),
            ("(length('it''s'::text) < VALUE)", "value"),
            ("((p).x > 0)", "p"),
            ("x::double precision[] = '{}'::double precision[]", "x"),
        ] {
            let columns: Vec<&str> = columns.splitn(if columns.contains("other") { 2 } else { 9 }, ' ').collect();
            assert_eq!(read(text).columns().into_iter().collect::<Vec<_>>(), columns, "{text}");
        }
        for text in ["", "a =", "(a", "a)", "a b", "CASE WHEN a", "(SELECT 1)", "a, b", "EXISTS (x)"] {
            assert_eq!(Formula::read(text), None, "{text}");
        }
    }

    #[test]
    fn constants_lose_their_types() {
        assert_eq!(read("'-5'::integer").constant().as_deref(), Some("-5"));
        assert_eq!(read("(- 5.0)").constant().as_deref(), Some("-5.0"));
        assert_eq!(read("lower('A')").constant(), None);
        let some = |items: &[&str]| Some(items.iter().map(|item| (*item).to_owned()).collect::<Vec<_>>());
        assert_eq!(read("(ARRAY['a'::text, 'b'::text])::text[]").constants(), some(&["a", "b"]));
        assert_eq!(read("'{1,2}'::integer[]").constants(), some(&["1", "2"]));
    }
}
