//! As much of PostgreSQL's CREATE statements as the cases use, as a schema, so that a case is SQL that a person can read
//! (and psql can run) and needs no server. What it does not know is a panic, not a guess.

use bauta::schema::{
    Check, Column, ForeignKey, Kind, Schema, Sequence, Size, Table, TableName, Type, Unique, UniquePart,
};

/// Reads statements.
pub(crate) fn schema(sql: &str) -> Schema {
    let mut reader = Reader { schema: Schema::default(), enums: Vec::new(), domains: Vec::new() };
    let tokens = tokens(sql);
    for statement in tokens.split(|token| token == ";").filter(|statement| !statement.is_empty()) {
        reader.statement(&mut Words { words: statement, at: 0 });
    }
    reader.schema.tables.sort_by(|a, b| a.name.cmp(&b.name));
    reader.schema.sequences.sort_by(|a, b| a.name.cmp(&b.name));
    reader.schema
}

/// Words, quoted names (with their quotes), numbers and signs; comments left out.
fn tokens(sql: &str) -> Vec<String> {
    let mut tokens = Vec::new();
    for line in sql.lines() {
        let line = line.split("--").next().unwrap();
        let mut rest = line.trim_start();
        while let Some(first) = rest.chars().next() {
            let end = match first {
                '"' | '\'' => rest[1..].find(first).expect("a closed quote") + 2,
                ':' if rest.starts_with("::") => 2,
                _ if "<>=!~|&@-+".contains(first) => {
                    rest.find(|c| !"<>=!~|&@*".contains(c)).filter(|end| *end > 0).unwrap_or(1)
                }
                _ if first.is_alphanumeric() || first == '_' => {
                    rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len())
                }
                _ => first.len_utf8(),
            };
            tokens.push(rest[..end].to_owned());
            rest = rest[end..].trim_start();
        }
    }
    tokens
}

struct Words<'a> {
    words: &'a [String],
    at: usize,
}

impl Words<'_> {
    fn peek(&self) -> &str {
        self.words.get(self.at).map_or("", String::as_str)
    }

    fn next(&mut self) -> String {
        let word = self.peek().to_owned();
        self.at += 1;
        word
    }

    /// Takes these words if they stand here.
    fn takes(&mut self, words: &str) -> bool {
        let words: Vec<&str> = words.split(' ').collect();
        let stand = words
            .iter()
            .enumerate()
            .all(|(index, word)| self.words.get(self.at + index).is_some_and(|here| here.eq_ignore_ascii_case(word)));
        self.at += if stand { words.len() } else { 0 };
        stand
    }

    fn expects(&mut self, words: &str) {
        assert!(self.takes(words), "expected {words} before {:?}", &self.words[self.at.min(self.words.len())..]);
    }

    fn name(&mut self) -> String {
        self.next().trim_matches('"').to_owned()
    }

    fn table(&mut self) -> TableName {
        let first = self.name();
        if self.takes(".") { TableName::new(first, self.name()) } else { TableName::new("public", first) }
    }

    fn names(&mut self) -> Vec<String> {
        self.expects("(");
        let mut names = Vec::new();
        loop {
            names.push(self.name());
            if self.takes(")") {
                return names;
            }
            self.expects(",");
        }
    }

    /// What stands between parentheses, as text.
    fn inside(&mut self) -> String {
        self.expects("(");
        let mut depth = 1;
        let mut words = Vec::new();
        loop {
            let word = self.next();
            match word.as_str() {
                "(" => depth += 1,
                ")" => depth -= 1,
                "" => panic!("a parenthesis is not closed"),
                _ => {}
            }
            if depth == 0 {
                return words.join(" ");
            }
            words.push(word);
        }
    }

    fn rest(&mut self) -> String {
        let rest = self.words[self.at..].join(" ");
        self.at = self.words.len();
        rest
    }
}

/// The parts of a key and their operators, `=` left out.
fn parts(keys: &str) -> Vec<UniquePart> {
    let mut depth = 0;
    let split = |c: char| {
        depth += i32::from(c == '(') - i32::from(c == ')');
        c == ',' && depth == 0
    };
    let part = |text: &str| match text.trim().split_once(" with ") {
        None => {
            // A collation that makes different texts equal.
            let (sql, folds) = text.trim().strip_suffix(" collate any_case").map_or((text, false), |sql| (sql, true));
            UniquePart { sql: sql.trim().to_owned(), operator: None, folds }
        }
        Some((sql, operator)) => {
            let operator = Some(operator.trim().to_owned()).filter(|operator| operator != "=");
            UniquePart { sql: sql.trim().to_owned(), operator, folds: false }
        }
    };
    keys.split(split).map(part).collect()
}

/// A unique index or exclusion constraint, as the catalog would have it.
fn key(
    table: &Table,
    name: String,
    parts: Vec<UniquePart>,
    condition: Option<String>,
    nulls_equal: bool,
    what: &str,
) -> Unique {
    let known = |word: &&str| table.columns.iter().any(|column| column.name == *word);
    let named = |text: &str| text.split(' ').filter(known).map(str::to_owned).collect::<Vec<String>>();
    let mut columns: Vec<String> = parts.iter().flat_map(|part| named(&part.sql)).collect();
    let inside_of = |part: &&UniquePart| !known(&part.sql.as_str());
    let mut inside: Vec<String> = parts.iter().filter(inside_of).flat_map(|part| named(&part.sql)).collect();
    inside.extend(condition.iter().flat_map(|condition| named(condition)));
    for list in [&mut columns, &mut inside] {
        list.sort();
        list.dedup();
    }
    let folds = parts.iter().any(|part| part.folds);
    let plain = !folds && inside.is_empty() && condition.is_none() && !nulls_equal && what == "unique";
    let shown: Vec<String> = parts
        .iter()
        .map(|part| part.operator.as_ref().map_or(part.sql.clone(), |sign| format!("{} with {sign}", part.sql)))
        .collect();
    let condition_shown = condition.as_ref().map_or(String::new(), |sql| format!(" where {sql}"));
    let definition = (!plain).then(|| format!("{what} ({}){condition_shown}", shown.join(", ")));
    let parts = if plain { Vec::new() } else { parts };
    Unique { name, columns, primary: false, inside, definition, parts, condition, nulls_equal }
}

struct Reader {
    schema: Schema,
    enums: Vec<(String, Vec<String>)>,
    domains: Vec<(String, Type)>,
}

impl Reader {
    fn statement(&mut self, words: &mut Words<'_>) {
        if words.takes("create type") {
            let name = words.name();
            words.expects("as enum");
            let labels = words.names().iter().map(|label| label.trim_matches('\'').to_owned()).collect();
            self.enums.push((name, labels));
        } else if words.takes("create domain") {
            let name = words.name();
            words.expects("as");
            let mut ty = self.ty(words);
            while words.takes("check") {
                ty.checks.push(words.inside());
            }
            self.domains.push((name.clone(), Type { sql: name, ..ty }));
        } else if words.takes("create sequence") {
            let name = words.table();
            self.schema.sequences.push(Sequence { name, feeds: Vec::new() });
        } else if words.takes("create unique index") {
            let name = words.name();
            words.expects("on");
            let table = words.table();
            let keys = words.inside();
            let nulls_equal = words.takes("nulls not distinct");
            let condition = words.takes("where").then(|| words.rest());
            let parts = parts(&keys);
            let table = self.table(&table);
            table.unique.push(key(table, name, parts, condition, nulls_equal, "unique"));
        } else if words.takes("alter table") {
            let name = words.table();
            words.expects("add");
            let mut table = self.table(&name).clone();
            self.item(words, &mut table);
            *self.table(&name) = table;
        } else {
            words.expects("create table");
            self.create_table(words);
        }
        assert!(words.at >= words.words.len(), "not read: {:?}", &words.words[words.at..]);
    }

    fn table(&mut self, name: &TableName) -> &mut Table {
        self.schema.tables.iter_mut().find(|table| table.name == *name).expect("a table created before")
    }

    fn create_table(&mut self, words: &mut Words<'_>) {
        let mut table = Table {
            name: words.table(),
            columns: Vec::new(),
            parents: Vec::new(),
            partition_key: None,
            partition: false,
            unlogged: false,
            unique: Vec::new(),
            foreign_keys: Vec::new(),
            checks: Vec::new(),
            size: Size::default(),
        };
        if words.takes("partition of") {
            let parent = words.table();
            let whole = self.table(&parent).clone();
            table = Table { name: table.name, parents: vec![parent], partition: true, partition_key: None, ..whole };
        } else {
            words.expects("(");
            while !words.takes(")") {
                self.item(words, &mut table);
                words.takes(",");
            }
        }
        if words.takes("inherits") {
            let parent = TableName::new("public", words.names().remove(0));
            let mut columns = self.table(&parent).columns.clone();
            columns.append(&mut table.columns);
            table.columns = columns;
            table.parents = vec![parent];
        }
        if words.takes("partition by") {
            words.next();
            table.partition_key = Some(words.names());
        }
        self.schema.tables.push(table);
    }

    fn item(&mut self, words: &mut Words<'_>, table: &mut Table) {
        let own = table.name.name.clone();
        if words.takes("primary key") {
            let columns = words.names();
            for column in table.columns.iter_mut().filter(|column| columns.contains(&column.name)) {
                column.not_null = true;
            }
            table.unique.push(Unique { name: format!("{own}_pkey"), columns, primary: true, ..Unique::default() });
        } else if words.takes("unique") {
            let columns = words.names();
            let name = format!("{own}_{}_key", columns.join("_"));
            table.unique.push(Unique { name, columns, ..Unique::default() });
        } else if words.takes("exclude using gist") {
            let keys = words.inside();
            let condition = words.takes("where").then(|| words.inside());
            let name = format!("{own}_excl");
            table.unique.push(key(table, name, parts(&keys), condition, false, "EXCLUDE"));
        } else if words.takes("foreign key") {
            let columns = words.names();
            words.expects("references");
            let (to, to_columns) = (words.table(), words.names());
            let name = format!("{own}_{}_fkey", columns.join("_"));
            table.foreign_keys.push(ForeignKey { name, columns, to, to_columns });
        } else if words.takes("check") {
            let sql = words.inside();
            table.checks.push(Check { name: format!("{own}_check"), sql });
        } else {
            self.column(words, table);
        }
    }

    fn column(&mut self, words: &mut Words<'_>, table: &mut Table) {
        let own = table.name.name.clone();
        let name = words.name();
        let mut column = Column { name: name.clone(), ty: self.ty(words), not_null: false, generated: false };
        let columns = vec![name.clone()];
        let mut fed = false;
        loop {
            if words.takes("not null") {
                column.not_null = true;
            } else if words.takes("primary key") {
                column.not_null = true;
                let (name, columns) = (format!("{own}_pkey"), columns.clone());
                table.unique.push(Unique { name, columns, primary: true, ..Unique::default() });
            } else if words.takes("check") {
                let (name, sql) = (format!("{own}_{name}_check"), words.inside());
                table.checks.push(Check { name, sql });
            } else if words.takes("unique") {
                let name = format!("{own}_{name}_key");
                table.unique.push(Unique { name, columns: columns.clone(), ..Unique::default() });
            } else if words.takes("references") {
                let name = format!("{own}_{name}_fkey");
                let (to, to_columns) = (words.table(), words.names());
                table.foreign_keys.push(ForeignKey { name, columns: columns.clone(), to, to_columns });
            } else if words.takes("generated always as identity") {
                fed = true;
            } else if words.takes("generated always as") {
                words.inside();
                words.expects("stored");
                column.generated = true;
            } else {
                break;
            }
        }
        if fed {
            let sequence = TableName::new(&table.name.schema, format!("{own}_{name}_seq"));
            let feeds = vec![table.name.column(&name)];
            self.schema.sequences.push(Sequence { name: sequence, feeds });
        }
        table.columns.push(column);
    }

    fn ty(&self, words: &mut Words<'_>) -> Type {
        let word = words.name().to_lowercase();
        if let Some((_, ty)) = self.domains.iter().find(|(name, _)| *name == word) {
            return ty.clone();
        }
        let mut labels = Vec::new();
        let kind = match word.as_str() {
            "text" | "varchar" | "char" | "citext" => Kind::Text,
            "smallint" => Kind::Int2,
            "int" => Kind::Int4,
            "bigint" => Kind::Int8,
            "numeric" => Kind::Numeric,
            "real" => Kind::Float4,
            "bool" => Kind::Bool,
            "date" => Kind::Date,
            "timestamp" => Kind::Timestamp,
            "timestamptz" => Kind::TimestampTz,
            "uuid" => Kind::Uuid,
            "bytea" => Kind::Bytea,
            "inet" => Kind::Inet,
            "jsonb" => Kind::Jsonb,
            "point" => Kind::Other,
            "daterange" => Kind::Range(Box::new(Kind::Date)),
            "tsrange" => Kind::Range(Box::new(Kind::Timestamp)),
            _ => match self.enums.iter().find(|(name, _)| *name == word) {
                Some((_, own)) => {
                    labels.clone_from(own);
                    Kind::Enum
                }
                None => panic!("no type {word}"),
            },
        };
        let max_chars = (matches!(word.as_str(), "varchar" | "char") && words.peek() == "(")
            .then(|| words.inside().parse().unwrap());
        let sql = max_chars.map_or(word.clone(), |max: u32| format!("{word}({max})"));
        let array = words.takes("[ ]");
        let (kind, sql) = if array { (Kind::Array(Box::new(kind)), format!("{sql}[]")) } else { (kind, sql) };
        Type { sql, max_chars, padded: word == "char", folds: word == "citext", labels, ..kind.into() }
    }
}
