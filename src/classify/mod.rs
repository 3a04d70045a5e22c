//! What a column probably holds, from the names of its table and itself, and its type. A guess proposes and warns; it
//! never decides.

use crate::schema::{Kind, Type};

mod checksums;
mod dictionary;
mod formats;
mod hints;
mod nouns;
mod profile;
mod score;
mod shapes;
mod survey;
mod words;

pub use profile::{LONGEST, Profile, Profiler};
pub use shapes::Shape;
pub use survey::{Facts, Survey, Verdict, survey};
use words::{ABOUT, ORGANIZATIONS, PERSONS, TELLING, TELLING_OF_PERSONS, lists};

/// The class that names and type speak for; `None` where they say nothing.
pub fn guess(table: &str, column: &str, ty: &Type) -> Option<&'static str> {
    let kind = ty.kind.scalar();
    let words = split(column);
    if let Some(class) = named(&words, kind) {
        return Some(class);
    }
    let table = split(table);
    let is = |list: &str| table.iter().any(|word| lists(list, word));
    if is(PERSONS) && !is(ORGANIZATIONS) { of_persons(&words, kind) } else { None }
}

/// The words of a name, lower case, without accents, numbers and the `s` of a plural: `userEmails2` is `user`, `email`.
pub fn words(name: &str) -> Vec<String> {
    split(name)
}

/// The class that the words of a name speak for in any table.
fn named(words: &[String], kind: &Kind) -> Option<&'static str> {
    if let [.., last] = words
        && words.len() > 1
        && lists(ABOUT, last)
        && !is_telling(&words[words.len() - 2..].concat())
    {
        return None;
    }
    let told = |exact: bool| {
        let holds = |telling: &str| if exact { holds(words, telling) } else { ends_in(words, telling) };
        TELLING.iter().find(|(class, telling)| fits(class, kind) && telling.split_ascii_whitespace().any(holds))
    };
    told(true).or_else(|| told(false)).map(|(class, _)| *class)
}

/// The class that the words of a name speak for in a table of persons.
fn of_persons(words: &[String], kind: &Kind) -> Option<&'static str> {
    let joined = words.concat();
    let mut all = TELLING_OF_PERSONS.iter();
    let told = all.find(|(class, telling)| fits(class, kind) && lists(telling, &joined));
    told.map(|(class, _)| *class)
}

/// Whether a word is written together with what comes before it, as in German: `rechnungsadresse`; or with what only says
/// that it is a number: `nationalidnumber`.
fn ends_in(words: &[String], telling: &str) -> bool {
    const NUMBERS: &str = "no nr num number nummer numero numer code value text";
    let starts = |word: &String| word.strip_prefix(telling).is_some_and(|rest| lists(NUMBERS, rest));
    let ends = |word: &String| telling.len() >= 6 && word.len() > telling.len() + 2 && word.ends_with(telling);
    telling.len() >= 5 && words.iter().any(|word| starts(word) || ends(word))
}

/// Whether a joined piece of a name speaks for a class by itself, such as `userid`.
fn is_telling(piece: &str) -> bool {
    TELLING.iter().any(|(_, telling)| lists(telling, piece))
}

/// Whether some neighbouring words, written together, are these: `first_name` and `FirstName` hold `firstname`.
fn holds(words: &[String], telling: &str) -> bool {
    (0..words.len()).any(|start| {
        let mut rest = telling;
        for word in &words[start..] {
            match rest.strip_prefix(word.as_str()) {
                Some("") => return true,
                Some(more) => rest = more,
                None => break,
            }
        }
        false
    })
}

/// Whether a class can be held by a kind at all: a date named `email_sent` holds no e-mail.
fn fits(class: &str, kind: &Kind) -> bool {
    let whole = matches!(kind, Kind::Int2 | Kind::Int4 | Kind::Int8 | Kind::Numeric);
    match class {
        "person.birth_date" => matches!(kind, Kind::Date | Kind::Timestamp | Kind::TimestampTz | Kind::Text),
        "financial.income" | "person.age" => whole || matches!(kind, Kind::Text | Kind::Float4 | Kind::Float8),
        "location.coordinates" => {
            whole || matches!(kind, Kind::Text | Kind::Float4 | Kind::Float8 | Kind::Bytea | Kind::Other)
        }
        "financial.card_expiry" => whole || matches!(kind, Kind::Text | Kind::Date),
        "person.genetic" | "person.signature" => matches!(kind, Kind::Bytea | Kind::Text),
        "person.photo" | "person.biometric" => matches!(kind, Kind::Bytea | Kind::Text),
        "credential.password" | "credential.secret" => matches!(kind, Kind::Bytea | Kind::Text | Kind::Uuid),
        "device.ip" => matches!(kind, Kind::Inet | Kind::Cidr | Kind::Text),
        "device.id" => matches!(kind, Kind::Macaddr | Kind::Uuid | Kind::Text),
        "person.gender" | "person.job" | "person.religion" | "person.ethnicity" | "person.nationality" => {
            matches!(kind, Kind::Text | Kind::Enum)
        }
        "financial.account"
        | "financial.card"
        | "id.national"
        | "id.tax"
        | "id.document"
        | "contact.phone"
        | "contact.postcode"
        | "health.record"
        | "contact.fax"
        | "financial.card_code"
        | "health.insurance"
        | "id.license" => whole || *kind == Kind::Text,
        "id.customer" => whole || matches!(kind, Kind::Text | Kind::Uuid),
        "health.note" | "free_text" => matches!(kind, Kind::Text | Kind::Json | Kind::Jsonb),
        _ => *kind == Kind::Text,
    }
}

/// The words of a name, lower case, without accents, numbers and the `s` of a plural: `userEmails2` is `user`, `email`.
fn split(name: &str) -> Vec<String> {
    let chars: Vec<char> = name.chars().collect();
    let mut words = vec![String::new()];
    for (at, &c) in chars.iter().enumerate() {
        let before_lower = at > 0 && chars[at - 1].is_lowercase();
        let after_lower = at > 0 && chars[at - 1].is_uppercase() && chars.get(at + 1).is_some_and(|c| c.is_lowercase());
        if !c.is_alphabetic() || (c.is_uppercase() && (before_lower || after_lower)) {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut().filter(|_| c.is_alphabetic()) {
            c.to_lowercase().for_each(|c| plain(c, word));
        }
    }
    words.retain(|word| !word.is_empty());
    for word in &mut words {
        if word.len() > 3 && word.ends_with('s') && !word.ends_with("ss") && !is_telling(word) && !lists(ABOUT, word) {
            word.pop();
        }
    }
    words
}

/// Writes a letter without its accent; German umlauts as two letters.
fn plain(c: char, out: &mut String) {
    out.push_str(match c {
        'ä' => "ae",
        'ö' => "oe",
        'ü' => "ue",
        'ß' => "ss",
        'à' | 'á' | 'â' | 'ã' | 'å' | 'ą' => "a",
        'ç' | 'ć' | 'č' => "c",
        'è' | 'é' | 'ê' | 'ë' | 'ę' => "e",
        'ì' | 'í' | 'î' | 'ï' => "i",
        'ł' => "l",
        'ñ' | 'ń' => "n",
        'ò' | 'ó' | 'ô' | 'õ' | 'ø' => "o",
        'ś' | 'š' => "s",
        'ù' | 'ú' | 'û' => "u",
        'ź' | 'ż' | 'ž' => "z",
        _ => {
            out.push(c);
            return;
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::class;

    #[test]
    fn names_and_types_speak_together() {
        for (name, kind, class) in [
            ("email", Kind::Text, Some("contact.email")),
            ("userEmail", Kind::Text, Some("contact.email")),
            ("emails", Kind::Array(Box::new(Kind::Text)), Some("contact.email")),
            ("email_address", Kind::Text, Some("contact.email")),
            ("billing_phone", Kind::Text, Some("contact.phone")),
            ("phone", Kind::Int8, Some("contact.phone")),
            ("FirstName", Kind::Text, Some("person.first_name")),
            ("firstname", Kind::Text, Some("person.first_name")),
            ("USER_AGENT", Kind::Text, Some("device.user_agent")),
            ("lastIPAddress", Kind::Inet, Some("device.ip")),
            ("last_ip", Kind::Inet, Some("device.ip")),
            ("mac_address", Kind::Macaddr, Some("device.id")),
            ("address_line_2", Kind::Text, Some("contact.address")),
            ("address2", Kind::Text, Some("contact.address")),
            ("user_id", Kind::Text, Some("person.username")),
            ("tax_id", Kind::Text, Some("id.tax")),
            ("birth_date", Kind::Date, Some("person.birth_date")),
            ("prénom", Kind::Text, Some("person.first_name")),
            ("Straße", Kind::Text, Some("contact.street")),
            ("código_postal", Kind::Text, Some("contact.postcode")),
            ("notes", Kind::Text, Some("free_text")),
            ("nationalidnumber", Kind::Text, Some("id.national")),
            ("rechnungsadresse", Kind::Text, Some("contact.address")),
            ("salary", Kind::Numeric, Some("financial.income")),
            ("email_sent", Kind::TimestampTz, None),
            ("email_status", Kind::Text, None),
            ("address_id", Kind::Uuid, None),
            ("address_id", Kind::Text, None),
            ("user_id", Kind::Int8, None),
            ("zip_file", Kind::Bytea, None),
            ("name", Kind::Text, None),
            ("ship_to", Kind::Text, None),
            ("description", Kind::Text, None),
            ("recipe", Kind::Text, None),
            ("", Kind::Text, None),
        ] {
            assert_eq!(guess("things", name, &kind.into()), class, "{name}");
        }
    }

    #[test]
    fn a_name_and_a_picture_are_a_persons_where_their_table_is() {
        assert_eq!(guess("employees", "photo", &Kind::Bytea.into()), Some("person.photo"));
        assert_eq!(guess("categories", "picture", &Kind::Bytea.into()), None);
        assert_eq!(guess("employees", "file_name", &Kind::Text.into()), None);
        for (table, class) in
            [("customers", Some("person.name")), ("app_users", Some("person.name")), ("products", None)]
        {
            assert_eq!(guess(table, "name", &Kind::Text.into()), class, "{table}");
        }
    }

    #[test]
    fn classes_that_are_guessed_exist_and_can_be_guessed() {
        for (class, telling) in TELLING {
            assert!(class::find(class).is_some(), "{class}");
            for one in telling.split_ascii_whitespace() {
                let plain = one.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
                assert!(plain && !one.is_empty(), "{one}");
            }
        }
        let mut all: Vec<&str> = TELLING.iter().flat_map(|(_, telling)| telling.split_ascii_whitespace()).collect();
        let count = all.len();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), count, "a word that speaks for two classes");
    }
}
