//! From words to an expression, by operator precedence (PostgreSQL's lexical structure, table "Operator Precedence").

use super::Formula;
use super::tokens::Token;

/// Expressions nest no deeper than this in any sane schema.
const DEEPEST: usize = 100;

/// How strongly operators bind, weakest first.
const OR: u8 = 1;
const AND: u8 = 2;
const NOT: u8 = 3;
const IS: u8 = 4;
const COMPARED: u8 = 5;
const WITHIN: u8 = 6;
const OTHER: u8 = 7;
const SUM: u8 = 8;
const PRODUCT: u8 = 9;
const POWER: u8 = 10;
const ZONE: u8 = 11;
const SIGNED: u8 = 12;

/// Words that are functions without parentheses.
const BARE_CALLS: &[&str] = &[
    "current_catalog",
    "current_date",
    "current_role",
    "current_schema",
    "current_time",
    "current_timestamp",
    "current_user",
    "localtime",
    "localtimestamp",
    "session_user",
    "user",
];

/// Words that begin no operand.
const RESERVED: &[&str] = &[
    "and", "or", "not", "is", "in", "like", "ilike", "between", "when", "then", "else", "end", "from", "for", "select",
    "exists", "collate", "as",
];

/// Reads all tokens as one expression.
pub(super) fn parse(tokens: &[Token]) -> Option<Formula> {
    let mut reader = Reader { tokens, at: 0, depth: 0 };
    let formula = reader.expression(OR)?;
    (reader.at == tokens.len()).then_some(formula)
}

struct Reader<'t> {
    tokens: &'t [Token],
    at: usize,
    depth: usize,
}

impl<'t> Reader<'t> {
    fn peek(&self) -> Option<&'t Token> {
        self.tokens.get(self.at)
    }

    fn is_sign(&self, sign: &str) -> bool {
        matches!(self.peek(), Some(Token::Sign(own)) if own == sign)
    }

    fn takes_sign(&mut self, sign: &str) -> bool {
        let here = self.is_sign(sign);
        self.at += usize::from(here);
        here
    }

    /// Takes these words if they stand here.
    fn takes(&mut self, words: &str) -> bool {
        let mut at = self.at;
        for word in words.split(' ') {
            match self.tokens.get(at) {
                Some(Token::Word(own)) if own == word => at += 1,
                _ => return false,
            }
        }
        self.at = at;
        true
    }

    fn expect(&mut self, sign: &str) -> Option<()> {
        self.takes_sign(sign).then_some(())
    }

    /// An expression whose operators all bind at least so strongly.
    fn expression(&mut self, least: u8) -> Option<Formula> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return None;
        }
        let mut left = self.operand()?;
        while let Some(next) = self.more(&left, least)? {
            left = next;
        }
        self.depth -= 1;
        Some(left)
    }

    /// What an operator behind `left` makes of it; `Some(None)` where there is none that binds so strongly.
    fn more(&mut self, left: &Formula, least: u8) -> Option<Option<Formula>> {
        let start = self.at;
        let left = left.clone();
        let Some(token) = self.peek() else { return Some(None) };
        let made = match token {
            Token::Sign(sign) if matches!(sign.as_str(), ")" | "]" | "," | "." | "::" | ":") => return Some(None),
            Token::Sign(sign) => {
                let strength = strength(sign);
                if strength < least {
                    return Some(None);
                }
                self.at += 1;
                let strict = strength + 1;
                if self.takes("any") {
                    Formula::Any(sign.clone(), Box::new(left), Box::new(self.in_parentheses()?))
                } else if self.takes("all") {
                    Formula::All(sign.clone(), Box::new(left), Box::new(self.in_parentheses()?))
                } else {
                    let sign = if sign == "!=" { "<>" } else { sign };
                    Formula::Operator(sign.to_owned(), vec![left, self.expression(strict)?])
                }
            }
            Token::Word(_) if least <= OR && self.takes("or") => joined(left, self.expression(AND)?, false),
            Token::Word(_) if least <= AND && self.takes("and") => joined(left, self.expression(NOT)?, true),
            Token::Word(_) if least <= IS && self.takes("is") => self.is(left)?,
            Token::Word(_) if least <= WITHIN => {
                let negated = self.takes("not");
                let Some(found) = self.within(left)? else {
                    self.at = start;
                    return Some(None);
                };
                if negated { negate(found) } else { found }
            }
            _ => return Some(None),
        };
        Some(Some(made))
    }

    fn is(&mut self, left: Formula) -> Option<Formula> {
        let negated = self.takes("not");
        let found = if self.takes("null") {
            Formula::IsNull(Box::new(left))
        } else if self.takes("distinct from") {
            Formula::Call("is distinct from".to_owned(), vec![left, self.expression(COMPARED)?])
        } else {
            let word = ["true", "false", "unknown"].into_iter().find(|word| self.takes(word))?;
            Formula::Call(format!("is {word}"), vec![left])
        };
        Some(if negated { Formula::Not(Box::new(found)) } else { found })
    }

    /// `IN`, `BETWEEN`, `LIKE` and `ILIKE`, as the server would print them.
    fn within(&mut self, left: Formula) -> Option<Option<Formula>> {
        let compared =
            |sign: &str, left: &Formula, right| Formula::Operator(sign.to_owned(), vec![left.clone(), right]);
        Some(Some(if self.takes("in") {
            self.expect("(")?;
            Formula::Any("=".to_owned(), Box::new(left), Box::new(Formula::List(self.list(")")?)))
        } else if self.takes("between") {
            let low = self.expression(OTHER)?;
            if !self.takes("and") {
                return None;
            }
            let high = self.expression(OTHER)?;
            Formula::And(vec![compared(">=", &left, low), compared("<=", &left, high)])
        } else if self.takes("like") {
            compared("~~", &left, self.expression(OTHER)?)
        } else if self.takes("ilike") {
            compared("~~*", &left, self.expression(OTHER)?)
        } else {
            return Some(None);
        }))
    }

    fn operand(&mut self) -> Option<Formula> {
        if self.takes("not") {
            return Some(Formula::Not(Box::new(self.expression(NOT)?)));
        }
        if let Some(Token::Sign(sign)) = self.peek()
            && !matches!(sign.as_str(), "(" | ")" | "[" | "]" | "," | "." | "::" | ":")
        {
            self.at += 1;
            let strength = if matches!(sign.as_str(), "-" | "+") { SIGNED } else { OTHER };
            return Some(Formula::Operator(sign.clone(), vec![self.expression(strength)?]));
        }
        let mut found = self.primary()?;
        loop {
            found = if self.takes_sign("::") {
                Formula::Cast(Box::new(found), self.type_name()?)
            } else if self.takes_sign("[") {
                let mut parts = vec![found];
                parts.push(self.expression(OR)?);
                if self.takes_sign(":") {
                    parts.push(self.expression(OR)?);
                }
                self.expect("]")?;
                Formula::Call("[]".to_owned(), parts)
            } else if self.takes_sign(".") {
                Formula::Call(format!(".{}", self.name()?), vec![found])
            } else if self.takes("collate") {
                let name = self.dotted()?;
                Formula::Call(format!("collate {name}"), vec![found])
            } else if self.takes("at time zone") {
                Formula::Call("timezone".to_owned(), vec![found, self.expression(ZONE + 1)?])
            } else {
                return Some(found);
            };
        }
    }

    fn primary(&mut self) -> Option<Formula> {
        let token = self.peek()?;
        self.at += 1;
        match token {
            Token::Text(text) | Token::Number(text) => Some(Formula::Constant(text.clone())),
            Token::Sign(sign) if sign == "(" => {
                let mut parts = self.list(")")?;
                if parts.len() == 1 { parts.pop() } else { Some(Formula::List(parts)) }
            }
            Token::Sign(_) => None,
            Token::Name(name) => self.named(name.clone(), true),
            Token::Word(word) => match word.as_str() {
                "null" => Some(Formula::Null),
                "true" | "false" => Some(Formula::Constant(word.clone())),
                "case" => self.case(),
                "array" if self.takes_sign("[") => Some(Formula::List(self.list("]")?)),
                "row" if self.takes_sign("(") => Some(Formula::List(self.list(")")?)),
                "cast" if self.takes_sign("(") => {
                    let inner = self.expression(OR)?;
                    let ty = if self.takes("as") { self.type_name()? } else { return None };
                    self.expect(")")?;
                    Some(Formula::Cast(Box::new(inner), ty))
                }
                word if BARE_CALLS.contains(&word) => Some(Formula::Call(word.to_owned(), Vec::new())),
                word if RESERVED.contains(&word) => None,
                word => self.named(word.to_owned(), false),
            },
        }
    }

    /// A column, a call, or a constant with its type before it.
    fn named(&mut self, name: String, quoted: bool) -> Option<Formula> {
        if !quoted && let Some(Token::Text(text)) = self.peek() {
            self.at += 1;
            return Some(Formula::Cast(Box::new(Formula::Constant(text.clone())), name));
        }
        let mut name = name;
        let mut dotted = false;
        while self.is_sign(".") {
            self.at += 1;
            let part = self.name()?;
            name = if name == "pg_catalog" { part } else { format!("{name}.{part}") };
            dotted = true;
        }
        if self.takes_sign("(") {
            return self.call(name);
        }
        // Expressions of one table name no other.
        (!dotted).then_some(Formula::Column(name))
    }

    /// The arguments of a call, behind its parenthesis; the forms with words in between included.
    fn call(&mut self, name: String) -> Option<Formula> {
        let mut name = name;
        let mut parts = Vec::new();
        if name == "extract" {
            parts.push(Formula::Constant(self.name()?));
            self.takes("from").then_some(())?;
        }
        if name == "trim" {
            name = "btrim".to_owned();
            for (word, meant) in [("leading", "ltrim"), ("trailing", "rtrim"), ("both", "btrim")] {
                if self.takes(word) {
                    name = meant.to_owned();
                }
            }
            if self.takes("from") {
                parts.push(self.expression(OR)?);
                self.expect(")")?;
                return Some(Formula::Call(name, parts));
            }
        }
        if self.takes_sign(")") {
            return Some(Formula::Call(name, parts));
        }
        let least = if name == "position" { OTHER } else { OR };
        loop {
            parts.push(self.expression(least)?);
            if self.takes_sign(")") {
                return Some(Formula::Call(name, parts));
            }
            let goes_on =
                self.takes_sign(",") || ["from", "for", "in", "placing"].into_iter().any(|word| self.takes(word));
            goes_on.then_some(())?;
        }
    }

    /// `CASE` as a call of everything in it.
    fn case(&mut self) -> Option<Formula> {
        let mut parts = Vec::new();
        while !self.takes("end") {
            let word = ["when", "then", "else"].into_iter().any(|word| self.takes(word));
            if !word && !parts.is_empty() {
                return None;
            }
            parts.push(self.expression(OR)?);
        }
        Some(Formula::Call("case".to_owned(), parts))
    }

    /// Expressions up to a closing sign.
    fn list(&mut self, close: &str) -> Option<Vec<Formula>> {
        let mut parts = Vec::new();
        if self.takes_sign(close) {
            return Some(parts);
        }
        loop {
            parts.push(self.expression(OR)?);
            if self.takes_sign(close) {
                return Some(parts);
            }
            self.expect(",")?;
        }
    }

    fn in_parentheses(&mut self) -> Option<Formula> {
        self.expect("(")?;
        let inner = self.expression(OR)?;
        self.expect(")")?;
        Some(inner)
    }

    fn name(&mut self) -> Option<String> {
        let token = self.peek()?;
        self.at += 1;
        match token {
            Token::Word(name) | Token::Name(name) => Some(name.clone()),
            _ => None,
        }
    }

    fn dotted(&mut self) -> Option<String> {
        let mut name = self.name()?;
        while self.takes_sign(".") {
            let part = self.name()?;
            name = if name == "pg_catalog" { part } else { format!("{name}.{part}") };
        }
        Some(name)
    }

    fn type_name(&mut self) -> Option<String> {
        let mut name = self.dotted()?;
        for more in ["varying", "precision"] {
            if self.takes(more) {
                name = format!("{name} {more}");
            }
        }
        if self.takes_sign("(") {
            let sizes: Option<Vec<String>> = self.list(")")?.iter().map(Formula::constant).collect();
            name = format!("{name}({})", sizes?.join(","));
        }
        for more in ["with time zone", "without time zone"] {
            if self.takes(more) {
                name = format!("{name} {more}");
            }
        }
        while self.is_sign("[") && self.tokens.get(self.at + 1) == Some(&Token::Sign("]".to_owned())) {
            self.at += 2;
            name.push_str("[]");
        }
        Some(name)
    }
}

fn strength(sign: &str) -> u8 {
    match sign {
        "<" | ">" | "=" | "<=" | ">=" | "<>" | "!=" => COMPARED,
        "+" | "-" => SUM,
        "*" | "/" | "%" => PRODUCT,
        "^" => POWER,
        _ => OTHER,
    }
}

/// Two sides of AND or OR as one list.
fn joined(left: Formula, right: Formula, and: bool) -> Formula {
    let mut parts = Vec::new();
    for side in [left, right] {
        match side {
            Formula::And(inner) if and => parts.extend(inner),
            Formula::Or(inner) if !and => parts.extend(inner),
            other => parts.push(other),
        }
    }
    if and { Formula::And(parts) } else { Formula::Or(parts) }
}

/// The opposite, as the server would print it.
fn negate(formula: Formula) -> Formula {
    match formula {
        Formula::Any(sign, left, right) if sign == "=" => Formula::All("<>".to_owned(), left, right),
        Formula::Operator(sign, sides) if sign.starts_with("~~") => Formula::Operator(format!("!{sign}"), sides),
        other => Formula::Not(Box::new(other)),
    }
}
