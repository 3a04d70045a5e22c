//! What `text` keeps and what it destroys, in many scripts.

use std::collections::BTreeSet;

use super::*;
use crate::mask::tried::{column, mask_texts};

/// Texts of many scripts and shapes.
const TEXTS: &[&str] = &[
    "A Astounding Epistle of a Database Administrator And a Explorer who must Find a Car in Ancient China",
    "Called on Monday; she'd rather be called AFTER noon - or not at all!\r\n\tKind regards,\nBob",
    "Die Kundin wünscht Rückruf. Straße aufgerissen, bitte über den Hof; Schlüssel beim Nachbarn (2. Stock).",
    "La cliente n'est pas là l'après-midi ; passer avant midi, s'il vous plaît. C'était déjà noté.",
    "El señor no está en casa por la tarde, ¿puede venir mañana por la mañana? ¡Gracias!",
    "Il cliente non è in casa, perché lavora. Lasciare il pacco dalla vicina del piano terra.",
    "O cliente não está em casa à tarde; deixar a encomenda na portaria do prédio, por favor.",
    "De klant is overdag niet thuis, graag bij de buren afgeven of na zes uur bellen.",
    "Klientka nie jest w domu, proszę dzwonić później albo zostawić paczkę u sąsiadów.",
    "Клиентка просит перезвонить после обеда. ОЧЕНЬ важно! Оставить посылку у соседей на втором этаже.",
    "Η πελάτισσα ζητάει να την καλέσετε το απόγευμα, γιατί το πρωί εργάζεται στο νοσοκομείο.",
    "الزبونة تطلب الاتصال بها بعد الظهر، لأنها تعمل في المستشفى صباحا.",
    "הלקוחה מבקשת שיתקשרו אליה אחרי הצהריים, כי בבוקר היא עובדת בבית החולים.",
    "ग्राहक दोपहर के बाद बुलाना चाहते हैं, क्योंकि सुबह वे अस्पताल में काम करते हैं।",
    "고객이 오후에 전화해 달라고 합니다. 아침에는 병원에서 일하기 때문입니다.",
    "お客様は午後に電話してほしいそうです。ケーキは箱に入れてください。",
    "请下午打电话,她上午在医院工作。包裹放在门口就可以了,谢谢!",
    "ลูกค้าขอให้โทรกลับตอนบ่าย เพราะตอนเช้าทำงานที่โรงพยาบาล",
    "Հաճախորդը խնդրում է զանգահարել կեսօրից հետո",
    "e\u{301}te\u{301} cafe\u{301} de\u{301}ja\u{300} vu",
    "𝓙𝓸𝓱𝓷 was here 👩‍👩‍👧💥 twice",
    "mixed: iPhone電話 на русском und Deutsch 한국어",
    "Order 4711 from 2024-05-12, EUR 1.299,00; card 4111 1111 1111 1111; tel +49 (30) 123-4567",
    "<p class=\"note\">Bold &amp; <b>brave</b></p>",
    "{\"name\": \"Anna\", \"tags\": [\"vip\", null]}",
    "see https://www.acme.com/people/anna?x=1, or mail (anna.lee@acme.co.uk)!",
];

fn words(text: &str) -> BTreeSet<String> {
    let letters = |word: &&str| word.chars().nth(2).is_some() && word.chars().any(char::is_alphabetic);
    text.split(|c: char| !c.is_alphanumeric()).filter(letters).map(str::to_lowercase).collect()
}

/// What is written around a reserved domain.
const STATED: [&str; 8] = ["example", "com", "org", "net", "https", "http", "www", "000"];

fn assert_masked(input: &str, output: &str, max: Option<u32>) {
    assert_ne!(input, output);
    assert!(!output.is_empty());
    assert!(output.chars().count() <= max.map_or(usize::MAX, |max| max as usize), "{output}");
    let both: Vec<String> =
        words(input).intersection(&words(output)).filter(|word| !STATED.contains(&word.as_str())).cloned().collect();
    assert!(both.is_empty(), "{both:?} of {input} in {output}");
}

#[test]
fn no_word_stays_and_the_length_does() {
    let inputs: Vec<String> = TEXTS.iter().map(|text| (*text).to_owned()).collect();
    for (input, output) in inputs.iter().zip(mask_texts(&TEXT, "", &column(None, false), &inputs)) {
        assert_masked(input, &output, None);
        let (a, b) = (input.chars().count(), output.chars().count());
        assert!(a.abs_diff(b) <= (a / 10).max(4), "{a} {b} {output}");
        if !input.contains('@') {
            let sorts =
                |text: &str| text.chars().filter(|c| c.is_ascii_punctuation() || c.is_whitespace()).collect::<String>();
            assert_eq!(sorts(input).replace('\'', ""), sorts(&output).replace('\'', ""), "{output}");
        }
    }
}

#[test]
fn capitals_lines_and_scripts_stay() {
    let inputs = ["Ein Satz, dann NOCH einer.\nZeile zwei", "Привет МИР", "日本語とカタカナ"].map(str::to_owned);
    let outputs = mask_texts(&TEXT, "", &column(None, false), &inputs);
    let sort = |text: &str| -> Vec<(bool, bool)> {
        let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
        words
            .map(|word| (word.starts_with(char::is_uppercase), word.chars().nth(1).is_some_and(char::is_uppercase)))
            .collect()
    };
    for (input, output) in inputs.iter().zip(&outputs) {
        assert_eq!(sort(input), sort(output), "{output}");
        assert_eq!(input.lines().count(), output.lines().count());
    }
    let scripts = |text: &str| text.chars().map(|c| c as u32 >> 6).map(|block| block >= 0x100).collect::<Vec<_>>();
    assert_eq!(scripts(&inputs[2]), scripts(&outputs[2]));
    assert!(outputs[1].chars().all(|c| c == ' ' || ('А'..='я').contains(&c)), "{}", outputs[1]);
}

#[test]
fn short_texts_and_short_columns() {
    let inputs: Vec<String> = [
        "a", "I", "ok", "é", "語", "ก", "7", "-", "💥", " ", "\u{301}", "\u{200F}", "No", "N/A", "a@b", "x://y", "...",
    ]
    .map(str::to_owned)
    .to_vec();
    for max in [1, 2, 3, 20] {
        let fitting: Vec<String> = inputs.iter().filter(|text| text.chars().count() <= max as usize).cloned().collect();
        for (input, output) in fitting.iter().zip(mask_texts(&TEXT, "", &column(Some(max), false), &fitting)) {
            assert_masked(input, &output, Some(max));
        }
    }
    // Columns of the domain may be shorter than this one.
    for max in [1, 5, 17, 60] {
        let inputs: Vec<String> = TEXTS.iter().map(|text| (*text).to_owned()).collect();
        for (input, output) in inputs.iter().zip(mask_texts(&TEXT, "", &column(Some(max), false), &inputs)) {
            assert_masked(input, &output, Some(max));
        }
    }
}

#[test]
fn texts_that_fill_their_column_still_do() {
    for text in TEXTS {
        let max = text.chars().count() as u32;
        let output = mask_texts(&TEXT, "", &column(Some(max), false), &[(*text).to_owned()]).remove(0);
        assert_masked(text, &output, Some(max));
        assert!(output.chars().count() + 16 >= max as usize, "{output}");
    }
}

#[test]
fn a_text_that_holds_every_word_gets_letters() {
    let all = format!("{} the and of", super::words::EN);
    let output = mask_texts(&TEXT, "", &column(None, false), std::slice::from_ref(&all)).remove(0);
    assert_masked(&all, &output, None);
}

#[test]
fn numbers_as_long_as_a_telephones_are_nobodys() {
    let output =
        mask_texts(&TEXT, "", &column(None, false), &["tel +49 (30) 123-4567 or 5551234".to_owned()]).remove(0);
    let digits: String = output.chars().filter(|c| c.is_ascii_digit()).collect();
    assert!(digits.starts_with("000") && digits[11..].starts_with("000"), "{output}");
}

#[test]
fn addresses_are_reserved() {
    let inputs = TEXTS[TEXTS.len() - 1].to_owned();
    let output = mask_texts(&TEXT, "", &column(None, false), &[inputs]).remove(0);
    let pattern = r"https://example\.(com|org|net)/[a-z]+, .* \([a-z]+@example\.(com|org|net)\)!$";
    assert!(regex_lite::Regex::new(pattern).unwrap().is_match(&output), "{output}");
}
