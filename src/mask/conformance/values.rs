//! Values for the laws, as PostgreSQL prints them: plain ones with much to tell apart, ugly ones, distinct ones. Made by a
//! fixed generator, so a law that fails fails again.

use std::collections::BTreeSet;

use crate::mask::draw::Draw;
use crate::schema::Kind;

/// What everyday columns hold, different in nearly every row.
pub(super) fn plain(kind: &Kind, labels: &[String], count: usize) -> Vec<String> {
    let mut draw = Draw::new([5; 16]);
    (0..count).map(|row| one(kind, labels, row, &mut draw)).collect()
}

/// Different values, as keys are: so close together that a mask which loses anything lets two of them meet.
pub(super) fn distinct(kind: &Kind, count: usize) -> Vec<String> {
    let number = |row: usize| match kind {
        // All that fit, a thousand negative ones among them.
        Kind::Int2 | Kind::Int4 | Kind::Int8 => (row as i64 - 1000).to_string(),
        Kind::Uuid => format!("a0eebc99-9c0b-4ef8-bb6d-{row:012x}"),
        Kind::Inet => format!("10.1.{}.{}", row / 256, row % 256),
        Kind::Macaddr => format!("08:00:2b:00:{:02x}:{:02x}", row / 256, row % 256),
        _ => close(row),
    };
    match kind {
        Kind::Text | Kind::Int2 | Kind::Int4 | Kind::Int8 | Kind::Uuid | Kind::Inet | Kind::Macaddr => {
            (0..count).map(number).collect()
        }
        _ => plain(kind, &[], count).into_iter().collect::<BTreeSet<String>>().into_iter().collect(),
    }
}

/// A text that differs from its neighbours in one place, of the families that text masks are for.
fn close(row: usize) -> String {
    let number = row / 8;
    let letter = |place: u32| char::from(b'a' + (number / 26usize.pow(place) % 26) as u8);
    match row % 8 {
        // All numbers of four digits, as far as they come.
        0 => format!("{number:04}"),
        // All words of three letters, as far as they come.
        1 => format!("{}{}{}", letter(0), letter(1), letter(2)),
        2 => format!("user{number}@shop.example"),
        3 => format!("+49 30 2345{number:04}"),
        4 => format!("10.1.{}.{}", number / 256, number % 256),
        5 => format!("https://shop.example/orders/{number}"),
        6 => format!("sk_live_51H8x{number:06}abcdefghijklmnop"),
        _ => format!("customer {number}"),
    }
}

/// What nobody expects, and every table holds.
pub(super) fn ugly(kind: &Kind, labels: &[String]) -> Vec<String> {
    let texts: &[&str] = match kind {
        Kind::Text => &[
            "",
            " ",
            "a",
            "-",
            "--",
            "0",
            "N/A",
            "null",
            "\\N",
            "tab\there",
            "line\r\nbreak",
            "ʼn",
            "é",
            "e\u{301}",
            "ﬃ",
            "İstanbul",
            "ǅ",
            "ß",
            "日本語",
            "עברית",
            "\u{202e}rtl",
            "\u{feff}bom",
            "👩‍👩‍👧",
            "٣٤٥",
            "½",
            "ⅷ",
            "@",
            "a@",
            "@b.c",
            "a@b",
            "\"quoted local\"@example.com",
            "+",
            "++49 30",
            "00000000000000000000000000000000000000000000000000",
            "99999999999999999999999999999999999999999999999999",
            "http://",
            "https://[::1]:8080/a?b#c",
            "300.300.300.300",
            "::",
            "  padded  ",
            "O'Neil; DROP TABLE users",
            "$2b$12$abc",
            "{\"a\":1}",
        ],
        Kind::Int2 => &["0", "1", "-1", "32767", "-32768"],
        Kind::Int4 => &["0", "1", "-1", "2147483647", "-2147483648"],
        Kind::Int8 => &["0", "1", "-1", "9223372036854775807", "-9223372036854775808"],
        Kind::Numeric => &[
            "0",
            "0.00",
            "-0.01",
            "NaN",
            "Infinity",
            "-Infinity",
            "0.000000000000000000000000000001",
            "123456789012345678901234567890123456789012345678901234567890.123456789",
        ],
        Kind::Float4 => &["0", "-0", "NaN", "Infinity", "-Infinity", "3.4028235e38", "1e-45"],
        Kind::Float8 => &["0", "-0", "NaN", "Infinity", "-Infinity", "1.7976931348623157e308", "5e-324"],
        Kind::Bool => &["t", "f"],
        Kind::Date => &["infinity", "-infinity", "4714-11-24 BC", "5874897-12-31", "1970-01-01", "0001-01-01"],
        Kind::Timestamp => &["infinity", "-infinity", "4714-11-24 00:00:00 BC", "1970-01-01 00:00:00"],
        Kind::TimestampTz => &["infinity", "-infinity", "4714-11-24 00:00:00+00 BC", "1970-01-01 00:00:00+00"],
        Kind::Time => &["00:00:00", "24:00:00", "23:59:59.999999"],
        Kind::Interval => &["0 mons 0 days 00:00:00", "14 mons -3 days 04:05:06.7"],
        Kind::Uuid => &["00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff"],
        Kind::Bytea => &["\\x", "\\x00"],
        Kind::Inet => &["0.0.0.0", "255.255.255.255/8", "::", "::ffff:1.2.3.4", "fe80::1/64"],
        Kind::Cidr => &["0.0.0.0/0", "10.0.0.0/8", "::/0", "2001:db8::/32"],
        Kind::Macaddr => &["00:00:00:00:00:00", "ff:ff:ff:ff:ff:ff"],
        Kind::Json | Kind::Jsonb => &["null", "{}", "[]", "\"\"", "0", "{\"a\": [1, null, {\"b\": \"c\"}]}"],
        Kind::Xml => &["<a/>", "text"],
        Kind::Enum => return labels.to_vec(),
        Kind::Array(_) | Kind::Range(_) | Kind::Other => &[],
    };
    texts.iter().map(|text| (*text).to_owned()).collect()
}

fn one(kind: &Kind, labels: &[String], row: usize, draw: &mut Draw) -> String {
    let (year, month, day) = (1920 + draw.below(110), 1 + draw.below(12), 1 + draw.below(28));
    let (hour, minute, second) = (draw.below(24), draw.below(60), draw.below(60));
    let clock = format!("{hour:02}:{minute:02}:{second:02}.{:06}", draw.below(1_000_000));
    let signed = |number: u64| format!("{}{number}", if row.is_multiple_of(7) { "-" } else { "" });
    match kind {
        Kind::Text => text(row, draw),
        Kind::Int2 => signed(draw.below(32_767)),
        Kind::Int4 => signed(draw.below(2_147_483_647)),
        Kind::Int8 => signed(draw.below(1 << 62)),
        // Prices, and numbers that are keys.
        Kind::Numeric => match draw.below(8) {
            0 => signed(1000 + draw.below(1_000_000_000)),
            _ => format!("{}.{:02}", signed(1000 + draw.below(1_000_000_000)), draw.below(100)),
        },
        Kind::Float4 => format!("{}.{}", signed(draw.below(10_000)), 1 + draw.below(99)),
        Kind::Float8 => format!("{}.{}", signed(draw.below(10_000_000)), 1 + draw.below(999_999)),
        Kind::Bool => if draw.chance(0.5) { "t" } else { "f" }.to_owned(),
        Kind::Date => format!("{year}-{month:02}-{day:02}"),
        Kind::Timestamp => format!("{year}-{month:02}-{day:02} {clock}"),
        Kind::TimestampTz => format!("{year}-{month:02}-{day:02} {clock}+00"),
        Kind::Time => clock,
        Kind::Interval => format!("{} mons {} days {clock}", draw.below(40), draw.below(400)),
        Kind::Uuid => {
            let hex = hex(draw, 32);
            format!("{}-{}-4{}-a{}-{}", &hex[..8], &hex[8..12], &hex[13..16], &hex[17..20], &hex[20..])
        }
        Kind::Bytea => format!("\\x{}", hex(draw, 32)),
        Kind::Inet => match row % 3 {
            0 => ipv6(draw),
            _ => ipv4(draw),
        },
        Kind::Cidr => format!("{}.{}.{}.0/24", 1 + draw.below(223), draw.below(256), draw.below(256)),
        Kind::Macaddr => {
            let hex = hex(draw, 12);
            let pairs: Vec<&str> = (0..6).map(|at| &hex[at * 2..at * 2 + 2]).collect();
            pairs.join(":")
        }
        Kind::Json | Kind::Jsonb => format!("{{\"name\": \"{}\", \"age\": {}}}", word(draw), draw.below(100)),
        Kind::Xml => format!("<name>{}</name>", word(draw)),
        Kind::Enum => draw.pick(labels).clone(),
        Kind::Array(_) | Kind::Range(_) | Kind::Other => String::new(),
    }
}

/// Names, addresses, numbers, codes and sentences in turn: a mask takes those that it is for.
fn text(row: usize, draw: &mut Draw) -> String {
    let number = draw.below(1_000_000_000);
    match row % 12 {
        0 => format!("{} {}", title(draw), title(draw)),
        1 => format!("{}.{}{}@{}.com", word(draw), word(draw), draw.below(1000), word(draw)),
        2 => format!("+49 30 {:08}", draw.below(100_000_000)),
        3 => format!("(212) 555-{:04}-{}", draw.below(10_000), draw.below(1000)),
        4 => ipv4(draw),
        5 => format!("https://{}.com/{}/{}?q={}", word(draw), word(draw), draw.below(100_000), word(draw)),
        6 => format!("{}-{:03}-{number}", word(draw).to_uppercase(), draw.below(1000)),
        7 => hex(draw, 40),
        8 => format!("{} {} called about the {} on {}, no answer", title(draw), title(draw), word(draw), number),
        9 => format!("{}{}", word(draw), draw.below(100_000)),
        10 => format!("Österstraße {} {}, {}", draw.below(400), title(draw), number),
        _ => number.to_string(),
    }
}

fn word(draw: &mut Draw) -> String {
    const SYLLABLES: &[&str] =
        &["ba", "ke", "li", "mo", "nu", "ra", "se", "ti", "vo", "xu", "dan", "fer", "gol", "min"];
    (0..2 + draw.below(3)).map(|_| draw.word(SYLLABLES)).collect()
}

fn title(draw: &mut Draw) -> String {
    let word = word(draw);
    word[..1].to_uppercase() + &word[1..]
}

fn hex(draw: &mut Draw, digits: usize) -> String {
    (0..digits).map(|_| char::from(b"0123456789abcdef"[draw.below(16) as usize])).collect()
}

fn ipv4(draw: &mut Draw) -> String {
    format!("{}.{}.{}.{}", 1 + draw.below(222), draw.below(256), draw.below(256), draw.below(256))
}

fn ipv6(draw: &mut Draw) -> String {
    let group = hex(draw, 16);
    format!("2a01:{}:{}:{}:{}::1", &group[..4], &group[4..8], &group[8..12], &group[12..])
}
