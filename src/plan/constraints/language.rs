//! Sets of texts: those that a pattern of a CHECK matches, and those that a mask gives. Enough of PostgreSQL's regular
//! expressions and LIKE to say whether all of one are in the other; what is not known here is `None`, not a guess.
//!
//! Inclusion is decided by walking both automata at once (Hopcroft, Motwani, Ullman, "Introduction to Automata Theory",
//! section 4.3: the product construction), symbol by symbol: ASCII, and one symbol for everything else.

use std::collections::BTreeSet;

/// ASCII characters, then all others as one.
const SYMBOLS: usize = 129;
/// The symbol of characters that are not ASCII.
const OTHER: usize = 128;
/// States of an automaton, and pairs of sets of them, beyond which nobody knows.
const MOST: usize = 2_000;

/// Symbols that may stand in one place.
type Set = [bool; SYMBOLS];

/// A regular expression.
#[derive(Clone, Debug)]
enum Node {
    /// One of these symbols.
    One(Box<Set>),
    /// One after another.
    All(Vec<Node>),
    /// One of these.
    Either(Vec<Node>),
    /// So many times, if there is a most.
    Times(Box<Node>, usize, Option<usize>),
}

/// The texts that a pattern matches as a whole.
#[derive(Clone, Debug)]
pub(super) struct Language(Node);

impl Language {
    /// The texts in which a regular expression finds something.
    pub(super) fn found(pattern: &str, any_case: bool) -> Option<Self> {
        let chars: Vec<char> = pattern.chars().collect();
        // `***` and `(?` begin what is read in another way.
        if pattern.starts_with("***") || pattern.contains("(?") {
            return None;
        }
        let mut reader = Reader { chars: &chars, at: 0, any_case };
        let mut branches = Vec::new();
        loop {
            let begins = reader.takes('^');
            let mut parts = if begins { Vec::new() } else { vec![anything()] };
            parts.extend(reader.sequence()?);
            if !reader.takes('$') {
                parts.push(anything());
            }
            branches.push(Node::All(parts));
            if !reader.takes('|') {
                break;
            }
        }
        (reader.at == chars.len()).then_some(Self(Node::Either(branches)))
    }

    /// The texts that a regular expression matches as a whole.
    pub(super) fn whole(pattern: &str) -> Option<Self> {
        Self::found(&format!("^({pattern})$"), false)
    }

    /// The texts that are LIKE a pattern.
    pub(super) fn like(pattern: &str, any_case: bool) -> Option<Self> {
        let mut parts = Vec::new();
        let mut chars = pattern.chars();
        while let Some(c) = chars.next() {
            parts.push(match c {
                '%' => anything(),
                '_' => Node::One(Box::new([true; SYMBOLS])),
                '\\' => literal(chars.next()?, any_case)?,
                _ => literal(c, any_case)?,
            });
        }
        Some(Self(Node::All(parts)))
    }

    /// One text.
    pub(super) fn text(text: &str) -> Option<Self> {
        text.chars().map(|c| literal(c, false)).collect::<Option<_>>().map(|parts| Self(Node::All(parts)))
    }

    /// Whether all texts of another are in this one; `None` where it takes too long to tell.
    pub(super) fn includes(&self, other: &Language) -> Option<bool> {
        self.walk(other, |ours, theirs| theirs && !ours).map(|found| !found)
    }

    /// Whether a text stays in it, or out of it, when its digits become other digits and, if `letters`, its letters other
    /// letters of their case: every place takes all digits, capitals, small letters, or none of them.
    pub(super) fn goes_by_sort(&self, letters: bool) -> bool {
        let mut sorts = vec!['0'..='9'];
        if letters {
            sorts.extend(['A'..='Z', 'a'..='z']);
        }
        self.0.sets().into_iter().all(|set| {
            sorts.iter().all(|sort| {
                let taken = sort.clone().filter(|c| set[*c as usize]).count();
                taken == 0 || taken == sort.clone().count()
            })
        })
    }

    /// Whether the two have a text in common; `None` where it takes too long to tell.
    pub(super) fn meets(&self, other: &Language) -> Option<bool> {
        self.walk(other, |ours, theirs| ours && theirs)
    }

    /// Whether every text in it holds a digit.
    pub(super) fn needs_digit(&self) -> Option<bool> {
        let mut none = [true; SYMBOLS];
        none[usize::from(b'0')..=usize::from(b'9')].fill(false);
        let without = Language(Node::Times(Box::new(Node::One(Box::new(none))), 0, None));
        self.meets(&without).map(|meets| !meets)
    }

    /// Whether some text of the other is what is looked for, which is told whether it is in ours and in theirs.
    fn walk(&self, other: &Language, sought: impl Fn(bool, bool) -> bool) -> Option<bool> {
        let (ours, theirs) = (Automaton::new(&self.0)?, Automaton::new(&other.0)?);
        let start = (theirs.start(), ours.start());
        let mut seen = BTreeSet::from([start.clone()]);
        let mut open = vec![start];
        while let Some((their, our)) = open.pop() {
            if sought(ours.ends(&our), theirs.ends(&their)) {
                return Some(true);
            }
            for symbol in 0..SYMBOLS {
                let next = theirs.step(&their, symbol);
                if next.is_empty() {
                    continue;
                }
                let pair = (next, ours.step(&our, symbol));
                if seen.insert(pair.clone()) {
                    open.push(pair);
                }
            }
            if seen.len() > MOST {
                return None;
            }
        }
        Some(false)
    }
}

impl Node {
    fn sets(&self) -> Vec<&Set> {
        match self {
            Node::One(set) => vec![set],
            Node::All(parts) | Node::Either(parts) => parts.iter().flat_map(Node::sets).collect(),
            Node::Times(inner, ..) => inner.sets(),
        }
    }
}

fn anything() -> Node {
    Node::Times(Box::new(Node::One(Box::new([true; SYMBOLS]))), 0, None)
}

/// One character; `None` for one that is not ASCII.
fn literal(c: char, any_case: bool) -> Option<Node> {
    let mut set = [false; SYMBOLS];
    add(&mut set, c, c, any_case)?;
    Some(Node::One(Box::new(set)))
}

/// Adds characters from the first to the last.
fn add(set: &mut Set, first: char, last: char, any_case: bool) -> Option<()> {
    if !first.is_ascii() || !last.is_ascii() || first > last {
        return None;
    }
    for c in first..=last {
        set[c as usize] = true;
        if any_case {
            set[c.to_ascii_lowercase() as usize] = true;
            set[c.to_ascii_uppercase() as usize] = true;
        }
    }
    Some(())
}

struct Reader<'p> {
    chars: &'p [char],
    at: usize,
    any_case: bool,
}

impl Reader<'_> {
    fn peek(&self) -> Option<char> {
        self.chars.get(self.at).copied()
    }

    fn takes(&mut self, c: char) -> bool {
        let here = self.peek() == Some(c);
        self.at += usize::from(here);
        here
    }

    /// Branches inside parentheses.
    fn either(&mut self) -> Option<Node> {
        let mut branches = vec![Node::All(self.sequence()?)];
        while self.takes('|') {
            branches.push(Node::All(self.sequence()?));
        }
        Some(Node::Either(branches))
    }

    /// Parts up to `|`, `)`, a final `$` or the end.
    fn sequence(&mut self) -> Option<Vec<Node>> {
        let mut parts = Vec::new();
        loop {
            let part = match self.peek() {
                None | Some('|' | ')' | '$') => return Some(parts),
                Some('^' | '*' | '+' | '?' | '{') => return None,
                Some('(') => {
                    self.at += 1;
                    let inner = self.either()?;
                    self.takes(')').then_some(inner)?
                }
                Some('[') => self.bracket()?,
                Some('\\') => self.escape()?,
                Some('.') => {
                    self.at += 1;
                    Node::One(Box::new([true; SYMBOLS]))
                }
                Some(c) => {
                    self.at += 1;
                    literal(c, self.any_case)?
                }
            };
            let part = self.repeated(part)?;
            parts.push(part);
        }
    }

    fn repeated(&mut self, part: Node) -> Option<Node> {
        let (least, most) = match self.peek() {
            Some('*') => (0, None),
            Some('+') => (1, None),
            Some('?') => (0, Some(1)),
            Some('{') => {
                self.at += 1;
                let least = self.number()?;
                let most = if self.takes(',') { self.number() } else { Some(least) };
                if self.peek() != Some('}') || most.is_some_and(|most| most < least) {
                    return None;
                }
                (least, most)
            }
            _ => return Some(part),
        };
        self.at += 1;
        // What is greedy or not matches the same texts.
        self.takes('?');
        Some(Node::Times(Box::new(part), least, most))
    }

    fn number(&mut self) -> Option<usize> {
        let digits = self.chars[self.at..].iter().take_while(|c| c.is_ascii_digit()).count();
        let number: String = self.chars[self.at..self.at + digits].iter().collect();
        self.at += digits;
        // PostgreSQL's most (DUPMAX).
        number.parse().ok().filter(|number| *number <= 255)
    }

    fn escape(&mut self) -> Option<Node> {
        let c = *self.chars.get(self.at + 1)?;
        self.at += 2;
        match class(c) {
            Some(set) => Some(Node::One(Box::new(set))),
            None if c.is_ascii_alphanumeric() => None,
            None => literal(c, self.any_case),
        }
    }

    fn bracket(&mut self) -> Option<Node> {
        self.at += 1;
        let denied = self.takes('^');
        let mut set = [false; SYMBOLS];
        let start = self.at;
        loop {
            let c = self.peek()?;
            if c == ']' && self.at > start {
                self.at += 1;
                break;
            }
            // Classes, collating elements.
            if c == '[' && matches!(self.chars.get(self.at + 1), Some(':' | '.' | '=')) {
                let rest: String = self.chars[self.at..].iter().take(12).collect();
                let (name, letter) =
                    [("[:digit:]", 'd'), ("[:space:]", 's')].into_iter().find(|(name, _)| rest.starts_with(name))?;
                class(letter)?.iter().zip(&mut set).for_each(|(own, place)| *place |= own);
                self.at += name.len();
                continue;
            }
            self.at += 1;
            let first = match c {
                '\\' => {
                    let c = self.peek()?;
                    self.at += 1;
                    if let Some(own) = class(c) {
                        own.iter().zip(&mut set).for_each(|(own, place)| *place |= own);
                        continue;
                    }
                    (!c.is_ascii_alphanumeric()).then_some(c)?
                }
                _ => c,
            };
            let ranged = self.peek() == Some('-') && self.chars.get(self.at + 1).is_some_and(|c| *c != ']');
            let last = if ranged {
                self.at += 2;
                *self.chars.get(self.at - 1).filter(|c| **c != '\\' && **c != '[')?
            } else {
                first
            };
            add(&mut set, first, last, self.any_case)?;
        }
        if denied {
            set.iter_mut().for_each(|place| *place = !*place);
        }
        Some(Node::One(Box::new(set)))
    }
}

/// A class of characters by its letter. Letters that are not ASCII belong to `\w`, and to what `\d` and `\s` leave out.
fn class(letter: char) -> Option<Set> {
    let mut set = [false; SYMBOLS];
    match letter.to_ascii_lowercase() {
        'd' => add(&mut set, '0', '9', false)?,
        's' => {
            add(&mut set, '\t', '\r', false)?;
            add(&mut set, ' ', ' ', false)?;
        }
        'w' => {
            for (first, last) in [('0', '9'), ('A', 'Z'), ('a', 'z'), ('_', '_')] {
                add(&mut set, first, last, false)?;
            }
            set[OTHER] = true;
        }
        _ => return None,
    }
    if letter.is_ascii_uppercase() {
        set.iter_mut().for_each(|place| *place = !*place);
    }
    Some(set)
}

/// States with what leads from one to another. The first is the start, the second the end.
struct Automaton {
    steps: Vec<Vec<(Set, usize)>>,
    free: Vec<Vec<usize>>,
}

impl Automaton {
    fn new(node: &Node) -> Option<Self> {
        let mut made = Self { steps: vec![Vec::new(), Vec::new()], free: vec![Vec::new(), Vec::new()] };
        made.join(node, 0, 1)?;
        Some(made)
    }

    fn state(&mut self) -> Option<usize> {
        self.steps.push(Vec::new());
        self.free.push(Vec::new());
        (self.steps.len() < MOST).then_some(self.steps.len() - 1)
    }

    /// Leads from a state to another by a node's texts.
    fn join(&mut self, node: &Node, from: usize, to: usize) -> Option<()> {
        match node {
            Node::One(set) => self.steps[from].push((**set, to)),
            Node::All(parts) => {
                let mut at = from;
                for part in parts {
                    let next = self.state()?;
                    self.join(part, at, next)?;
                    at = next;
                }
                self.free[at].push(to);
            }
            Node::Either(parts) => parts.iter().try_for_each(|part| self.join(part, from, to))?,
            Node::Times(inner, least, most) => {
                let mut at = from;
                for _ in 0..*least {
                    let next = self.state()?;
                    self.join(inner, at, next)?;
                    at = next;
                }
                match most {
                    None => {
                        let again = self.state()?;
                        self.free[at].push(again);
                        let back = self.state()?;
                        self.join(inner, again, back)?;
                        self.free[back].push(again);
                        self.free[again].push(to);
                    }
                    Some(most) => {
                        for _ in *least..*most {
                            self.free[at].push(to);
                            let next = self.state()?;
                            self.join(inner, at, next)?;
                            at = next;
                        }
                        self.free[at].push(to);
                    }
                }
            }
        }
        Some(())
    }

    fn start(&self) -> Vec<usize> {
        self.closed(BTreeSet::from([0]))
    }

    fn ends(&self, states: &[usize]) -> bool {
        states.contains(&1)
    }

    fn step(&self, states: &[usize], symbol: usize) -> Vec<usize> {
        let steps = states.iter().flat_map(|state| &self.steps[*state]);
        self.closed(steps.filter(|(set, _)| set[symbol]).map(|(_, to)| *to).collect())
    }

    /// With what is reached for free.
    fn closed(&self, mut states: BTreeSet<usize>) -> Vec<usize> {
        let mut open: Vec<usize> = states.iter().copied().collect();
        while let Some(state) = open.pop() {
            open.extend(self.free[state].iter().filter(|to| states.insert(**to)));
        }
        states.into_iter().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_as_the_server_says() {
        let found = |pattern: &str, text: &str| {
            Language::found(pattern, false).unwrap().includes(&Language::text(text).unwrap()).unwrap()
        };
        for (pattern, yes, no) in [
            (r"^\d{5}$", "12345", "1234"),
            ("^[A-Z]{2}-[0-9]{1,3}$", "AB-12", "AB-"),
            ("b+", "abba", "a"),
            ("^(a|bc)*$", "abca", "ab"),
            ("^[^@ ]+@[^@]+$", "a@b", "a b@c"),
            (r"^\+?[0-9 ()\-]+$", "+1 (2)", "x1"),
            ("^a$|^b", "bx", "ax"),
            ("^[]x-]$", "-", "y"),
            (r"^[\w.]+\S$", "a.b_c", "a b"),
            ("^$", "", "a"),
            ("^a.c?$", "ab", "a"),
        ] {
            assert!(found(pattern, yes) && !found(pattern, no), "{pattern}");
        }
        assert!(Language::found("^ab$", true).unwrap().includes(&Language::text("Ab").unwrap()).unwrap());
        let like = |pattern: &str, text: &str| {
            Language::like(pattern, false).unwrap().includes(&Language::text(text).unwrap()).unwrap()
        };
        assert!(like("%@_%", "a@b") && !like("%@_%", "a@") && like("a\\%", "a%") && !like("a\\%", "ab"));
        for unread in [r"\mword", "(?i)a", "a{300}", "é", "[[:alpha:]]", r"(a)\1", "***=a", "[a", "(a", "*a"] {
            assert!(Language::found(unread, false).is_none(), "{unread}");
        }
    }

    #[test]
    fn one_set_is_in_another() {
        let email = Language::whole(r"[a-z0-9]+(\.[a-z0-9]+)*@[a-z0-9]+(-[a-z]+)?\.(com|org)").unwrap();
        for (pattern, included) in [
            (r"^[^@]+@[^@]+\.[^@]+$", true),
            ("@", true),
            (r"^[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\.[A-Za-z]{2,}$", true),
            (r"^[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\.[A-Za-z]{2,4}$", true),
            (r"@acme\.com$", false),
            ("^.{5,40}$", false),
        ] {
            assert_eq!(Language::found(pattern, false).unwrap().includes(&email), Some(included), "{pattern}");
        }
    }

    #[test]
    fn places_take_all_of_a_sort_or_none() {
        for (pattern, digits, letters) in [
            ("^[A-Z]{2}[0-9]{4}$", true, true),
            ("^DE[0-9]{20}$", true, false),
            ("^1[0-9]{3}$", false, false),
            ("^[^@]+@", true, true),
            ("^[a-f0-9]+$", true, false),
        ] {
            let language = Language::found(pattern, false).unwrap();
            assert_eq!((language.goes_by_sort(false), language.goes_by_sort(true)), (digits, letters), "{pattern}");
        }
        let needs = |pattern: &str| Language::found(pattern, false).unwrap().needs_digit();
        assert_eq!(
            (needs("^DE[0-9]{20}$"), needs("^[A-Z0-9]+$"), needs("[0-9]")),
            (Some(true), Some(false), Some(true))
        );
    }
}
