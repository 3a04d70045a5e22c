//! What the measured columns hold: values of the kind that a mask is for, different in every row and the same in every
//! run.

use bauta::mask::Example;
use bauta::schema::Kind;

/// The value of a row, as PostgreSQL prints it. A text is what the mask is for, or a variation of its example.
pub(crate) fn one(mask: &str, example: &Example, row: usize) -> String {
    let mut noise = Noise(row as u64);
    let (number, name) = (row as u64, name(row));
    let (year, month, day) = (1930 + row / 336 % 90, 1 + row / 28 % 12, 1 + row % 28);
    let clock = format!("{:02}:{:02}:{:02}.{:06}", row / 3600 % 24, row / 60 % 60, row % 60, noise.below(1_000_000));
    match example.kind {
        Kind::Text => text(mask, example.input, &name, number, &mut noise),
        Kind::Int2 => (number as i64 - 4096).to_string(),
        Kind::Int4 => (number * 7_919).to_string(),
        Kind::Int8 => (number * 1_000_003).to_string(),
        // Keys are whole.
        Kind::Numeric if mask == "permute" => (number * 37).to_string(),
        Kind::Numeric | Kind::Float4 | Kind::Float8 => format!("{}.{:02}", number * 37, noise.below(100)),
        Kind::Bool => if row.is_multiple_of(2) { "t" } else { "f" }.to_owned(),
        Kind::Date => format!("{year}-{month:02}-{day:02}"),
        Kind::Timestamp => format!("{year}-{month:02}-{day:02} {clock}"),
        Kind::TimestampTz => format!("{year}-{month:02}-{day:02} {clock}+00"),
        Kind::Time => clock,
        Kind::Interval => format!("{} days {clock}", number % 400),
        Kind::Uuid => {
            let hex = noise.hex(32);
            format!("{}-{}-4{}-a{}-{}", &hex[..8], &hex[8..12], &hex[13..16], &hex[17..20], &hex[20..])
        }
        Kind::Bytea => format!("\\x{}", noise.hex(32)),
        Kind::Inet => address(number),
        Kind::Cidr => format!("10.{}.{}.0/24", number / 256, number % 256),
        Kind::Macaddr => format!("08:00:2b:00:{:02x}:{:02x}", number / 256, number % 256),
        Kind::Json | Kind::Jsonb => format!("{{\"name\": \"{name}\", \"age\": {}}}", noise.below(100)),
        Kind::Xml => format!("<name>{name}</name>"),
        // Labels are few, and a list or a range of an example says more than one made up.
        Kind::Enum => "new".to_owned(),
        Kind::Array(_) | Kind::Range(_) | Kind::Other => example.input.to_owned(),
    }
}

fn text(mask: &str, example: &str, name: &str, number: u64, noise: &mut Noise) -> String {
    let other = self::name(noise.below(20_000) as usize);
    let lower = name.to_lowercase();
    match mask {
        "city" | "first_name" | "last_name" => name.to_owned(),
        "company" => format!("{name} {other} GmbH"),
        "email" => format!("{lower}.{}{}@mail{}.example", other.to_lowercase(), number % 1000, number % 40),
        "ip" => address(number),
        "password" => format!("$2y$12${}", noise.word(53)),
        "person_name" => format!("{name} {other}"),
        "phone" => format!("+49 30 {:07}", 1_000_003 * number % 10_000_000),
        "postcode" => format!("{:05}", 10_000 + number),
        "secret" => format!("sk_live_{}", noise.word(24)),
        "street" => format!("{name}strasse {}", 1 + noise.below(200)),
        "text" => format!("{name} called about order {number} and asked for a refund"),
        "url" => format!("https://www.shop.example/{lower}/{number}?ref={}", other.to_lowercase()),
        "username" => format!("{lower}{}", number % 100),
        _ => varied(example, number, noise),
    }
}

/// The example with other digits and letters of ASCII in their places, and the row's number behind it.
fn varied(example: &str, number: u64, noise: &mut Noise) -> String {
    let other = |char: char| match char {
        '0'..='9' => char::from(b'0' + noise.below(10) as u8),
        'a'..='z' => char::from(b'a' + noise.below(26) as u8),
        'A'..='Z' => char::from(b'A' + noise.below(26) as u8),
        _ => char,
    };
    let text: String = example.chars().map(other).collect();
    format!("{text}{number}")
}

/// A name of two to four syllables, another one for every number below 41,000.
fn name(number: usize) -> String {
    const SYLLABLES: [&str; 14] =
        ["ba", "ke", "li", "mo", "nu", "ra", "se", "ti", "vo", "xu", "dan", "fer", "gol", "min"];
    let (mut rest, mut name) = (number + SYLLABLES.len(), String::new());
    while rest > 0 {
        name.push_str(SYLLABLES[rest % SYLLABLES.len()]);
        rest /= SYLLABLES.len();
    }
    name[..1].to_uppercase() + &name[1..]
}

fn address(number: u64) -> String {
    format!("84.{}.{}.{}", number % 200, number / 256, number % 256)
}

/// Numbers that look random: SplitMix64 (Steele, Lea and Flood, OOPSLA 2014).
struct Noise(u64);

impl Noise {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit
    }

    fn hex(&mut self, digits: usize) -> String {
        (0..digits).map(|_| char::from(b"0123456789abcdef"[self.below(16) as usize])).collect()
    }

    /// Letters and digits.
    fn word(&mut self, length: usize) -> String {
        const SIGNS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
        (0..length).map(|_| char::from(SIGNS[self.below(SIGNS.len() as u64) as usize])).collect()
    }
}
