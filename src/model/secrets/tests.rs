//! Every spelling that a value may be given on its way, undone by nobody but the scrubber.

use proptest::prelude::*;
use serde_json::json;

use super::*;

fn secrets(values: &[(&str, &str)]) -> Secrets {
    Secrets::new(values.iter().map(|(name, value)| ((*name).to_owned(), Zeroizing::new((*value).to_owned()))))
}

const STANDARD: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const URL: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

fn base64(bytes: &[u8], alphabet: &[u8; 64], padded: bool) -> String {
    let mut text = String::new();
    for group in bytes.chunks(3) {
        let word = group.iter().fold(0_u32, |word, byte| word << 8 | u32::from(*byte)) << (8 * (3 - group.len()));
        for place in 0..=group.len() {
            text.push(char::from(alphabet[(word >> (18 - 6 * place) & 63) as usize]));
        }
        text.push_str(if padded { &"=="[..3 - group.len()] } else { "" });
    }
    text
}

/// The characters of a base64 text that a value alone decides, after so many bytes.
fn core(value: &str, before: usize, alphabet: &[u8; 64]) -> String {
    let text = base64(&[vec![0; before], value.as_bytes().to_vec()].concat(), alphabet, false);
    let (first, whole) = ((before * 8).div_ceil(6), (before + value.len()) * 8 / 6);
    text[first..whole].to_owned()
}

fn escaped(value: &str, which: impl Fn(char) -> Option<String>) -> String {
    value.chars().map(|c| which(c).unwrap_or_else(|| c.to_string())).collect()
}

fn json_escape(c: char, lower: bool) -> String {
    let mut units = [0; 2];
    let hex = |unit: &u16| if lower { format!("\\u{unit:04x}") } else { format!("\\u{unit:04X}") };
    c.encode_utf16(&mut units).iter().map(hex).collect()
}

fn json_short(c: char) -> Option<String> {
    let short = match c {
        '"' => "\\\"",
        '\\' => "\\\\",
        '\n' => "\\n",
        '\r' => "\\r",
        '\t' => "\\t",
        _ => return None,
    };
    Some(short.to_owned())
}

fn html_escape(c: char) -> Option<String> {
    let named = match c {
        '&' => "&amp;",
        '<' => "&lt;",
        '>' => "&gt;",
        '"' => "&quot;",
        '\'' => "&#39;",
        _ => return None,
    };
    Some(named.to_owned())
}

fn percents(c: char, lower: bool) -> String {
    let mut bytes = [0; 4];
    let hex = |byte: u8| if lower { format!("%{byte:02x}") } else { format!("%{byte:02X}") };
    c.encode_utf8(&mut bytes).bytes().map(hex).collect()
}

fn unreserved(c: char) -> bool {
    c.is_ascii_alphanumeric() || "-_.~".contains(c)
}

/// A value as some program may spell it. Each choice decides one more thing.
fn spelled(value: &str, form: u8, choices: &[u8]) -> String {
    let choice = |place: usize| choices.get(place).copied().unwrap_or(0);
    let lower = choice(0) % 2 == 0;
    let some = |c: char| choice(c as usize % 8 + 1) % 3 == 0;
    match form % 6 {
        0 => value.to_owned(),
        1 => {
            let bytes = [&b"\x01\xff:"[..usize::from(choice(1) % 4)], value.as_bytes(), b"@x"].concat();
            let bytes = &bytes[..bytes.len() - usize::from(choice(2) % 3)];
            let text = base64(bytes, if lower { STANDARD } else { URL }, choice(3) % 2 == 0);
            // As MIME breaks it.
            let lines: Vec<_> = text.as_bytes().chunks(if choice(4) % 2 == 0 { 8 } else { 999 }).collect();
            String::from_utf8(lines.join(&b"\r\n"[..])).unwrap()
        }
        2 => escaped(value, |c| (!unreserved(c) || some(c)).then(|| percents(c, lower))),
        3 => escaped(value, |c| if c == ' ' { Some("+".into()) } else { (!unreserved(c)).then(|| percents(c, lower)) }),
        4 => escaped(value, |c| {
            let coded = (!c.is_ascii() && choice(9) % 2 == 0) || c.is_control() || some(c);
            json_short(c).or_else(|| coded.then(|| json_escape(c, lower)))
        }),
        _ => escaped(value, |c| {
            let number = if lower { format!("&#{};", c as u32) } else { format!("&#x{:X};", c as u32) };
            if some(c) { Some(number) } else { html_escape(c) }
        }),
    }
}

/// What must not be in a scrubbed text: told without the scrubber's help.
fn spellings(value: &str) -> Vec<String> {
    let mut all: Vec<_> = (0..3).flat_map(|before| [STANDARD, URL].map(|abc| core(value, before, abc))).collect();
    all.push(value.to_owned());
    all.push(serde_json::to_string(value).unwrap().trim_matches('"').to_owned());
    for lower in [true, false] {
        all.push(escaped(value, |c| (!unreserved(c)).then(|| percents(c, lower))));
        all.push(escaped(value, |c| Some(percents(c, lower))));
        all.push(escaped(value, |c| json_short(c).or_else(|| (!c.is_ascii()).then(|| json_escape(c, lower)))));
        all.push(escaped(value, |c| Some(json_escape(c, lower))));
    }
    all.push(escaped(value, html_escape));
    all
}

fn value() -> impl Strategy<Value = String> {
    let canary = prop::sample::select(vec![
        "hunter2-canary",
        "pa\"ss'wo\\rd",
        "line one\nline two\n",
        "50%+50% & <more>",
        "schlüssel-é-鍵-🔑",
        r#"{"key":"v\u00e9","n":[1,2]}"#,
        "abcabc",
        "canary",
        "two words here",
        "//++//++",
    ]);
    prop_oneof![canary.prop_map(str::to_owned), "[ -~é\n\t鍵🔑]{6,30}"]
        .prop_filter("a value has six bytes in it", |value| value.trim().len() >= SHORTEST_VALUE)
}

/// What stands around a value. A backslash before an escape would be one with it.
const NOISE: &str = "[a-z0-9 .,:;=/'\"<>{}ü\n]{0,12}";

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn no_form_of_any_value_is_left(
        values in prop::collection::vec(value(), 1..4),
        pieces in prop::collection::vec(
            (NOISE, any::<prop::sample::Index>(), any::<u8>(), prop::collection::vec(any::<u8>(), 10), any::<Option<u8>>()),
            1..5,
        ),
        end in NOISE,
    ) {
        let named: Vec<_> = values.iter().map(|value| ("a", value.as_str())).collect();
        let secrets = secrets(&named);
        let mut text = String::new();
        for (noise, which, form, choices, outer) in &pieces {
            let inner = spelled(which.get(&values[..]).as_str(), *form, choices);
            let outer = outer.map(|form| spelled(&inner, form, &choices[3..])).unwrap_or(inner);
            text.extend([noise.as_str(), outer.as_str()]);
        }
        text.push_str(&end);
        let clean = secrets.scrub(&text);
        for value in &values {
            for spelling in spellings(value) {
                prop_assert!(!clean.contains(&spelling), "{spelling:?} is in {clean:?}, of {text:?}");
            }
        }
        prop_assert!(clean.contains("[secret:a]") || clean.contains(MASK), "{clean:?}");
        prop_assert!(secrets.found_in(&text).is_some());
        prop_assert_eq!(secrets.found_in(&clean), None);
        prop_assert!(matches!(secrets.scrub(&clean), Cow::Borrowed(_)));
    }

    #[test]
    fn what_holds_no_value_stays(text in "[ -~é\n\\\\%&+]{0,200}") {
        let secrets = secrets(&[("a", "鍵鍵鍵"), ("b", "\u{1}\u{2}\u{3}\u{4}\u{5}\u{6}")]);
        prop_assert!(matches!(secrets.scrub(&text), Cow::Borrowed(_)));
    }

    #[test]
    fn any_text_can_be_scrubbed(text in "\\PC{0,80}|[\\\\u&#x;%+dD8-9a-fA-F0-9é]{0,80}", value in value()) {
        let secrets = secrets(&[("a", &value)]);
        let clean = secrets.scrub(&text).into_owned();
        prop_assert_eq!(secrets.scrub(&clean), clean.as_str());
    }
}

#[test]
fn each_form_has_its_label_in_its_place() {
    let secrets = secrets(&[("crm", "tok\"en é")]);
    let value = "tok\"en é";
    let mut count = 0;
    for (text, expected) in [
        (format!("<{value}>"), "<[secret:crm]>"),
        (format!(r#"{{"t":{}}}"#, serde_json::to_string(value).unwrap()), r#"{"t":"[secret:crm]"}"#),
        (r#"{"t":"tok\"en \u00e9"}"#.into(), r#"{"t":"[secret:crm]"}"#),
        (r#"{"t":"tok\"en \u00E9!"}"#.into(), r#"{"t":"[secret:crm]!"}"#),
        (r#"{"t":"{\"u\":\"tok\\\"en \\u00e9\"}"}"#.into(), r#"{"t":"{\"u\":\"[secret:crm]\"}"}"#),
        ("?a=1&t=tok%22en%20%C3%A9&b=2".into(), "?a=1&t=[secret:crm]&b=2"),
        ("?t=tok%22en+%c3%a9".into(), "?t=[secret:crm]"),
        ("<a title=\"tok&quot;en é\">".into(), "<a title=\"[secret:crm]\">"),
        ("tok&#34;en&#x20;&#233;.".into(), "[secret:crm]."),
        (format!("Basic {}", base64(value.as_bytes(), STANDARD, true)), "Basic [secret:crm]"),
        (format!("{{{}}}", base64(value.as_bytes(), URL, false)), "{[secret:crm]}"),
    ] {
        assert_eq!(secrets.scrub(&text), expected, "{text}");
        count += 1;
    }
    assert_eq!(count, 11);
    // What shares a character with the value goes with it.
    let basic = base64(format!("m:{value}!").as_bytes(), STANDARD, true);
    assert_eq!(secrets.scrub(&basic), "bT[secret:crm]h");
}

#[test]
fn the_longest_gives_its_name_and_nothing_is_left_over() {
    let secrets = secrets(&[("short", "abcdef"), ("long", "abcdef-abcdef"), ("other", "defghij")]);
    assert_eq!(secrets.scrub("abcdef abcdef-abcdef"), "[secret:short] [secret:long]");
    // They overlap: no part of either stays.
    assert_eq!(secrets.scrub("<abcdefghij>"), "<[secret:other]>");
    assert_eq!(secrets.scrub("abcdefabcdef"), "[secret:short][secret:short]");
    assert_eq!(self::secrets(&[("a", "aaaaaa")]).scrub("aaaaaaaaa!"), "[secret:a]!");
}

#[test]
fn a_label_that_would_be_a_value_is_none() {
    let secrets = secrets(&[("secret", "secret"), ("star", "******"), ("glue", "]tail]")]);
    assert_eq!(secrets.scrub("a secret is told"), "a [***:***] is told");
    assert_eq!(secrets.found_in(&secrets.scrub("secretsecret]tail]")), None);
}

#[test]
fn what_is_trimmed_on_its_way_is_found() {
    let secrets = secrets(&[("key", "  padded-key\n")]);
    assert_eq!(secrets.scrub("Authorization: padded-key;"), "Authorization: [secret:key];");
    assert_eq!(secrets.scrub("<  padded-key\n>"), "<[secret:key]>");
}

#[test]
fn values_are_asked_for_by_name_and_shown_by_nobody() {
    let secrets = secrets(&[("Token", "abcdef"), ("pin", "1234")]);
    assert_eq!(
        (secrets.value("token"), secrets.value("pin"), secrets.value("x")),
        (Some("abcdef"), Some("1234"), None)
    );
    assert_eq!(format!("{secrets:?}"), r#"["Token", "pin"]"#);
    assert_eq!(secrets.scrub("1234"), "1234", "too short to be told from other text");
    assert!(Secrets::default().is_empty() && Secrets::default().found_in("abcdef").is_none());
}

#[test]
fn values_of_json_are_scrubbed_to_the_last() {
    let secrets = secrets(&[("n", "123456"), ("t", "a\"b\nc😀")]);
    let mut value = json!({ "a": [1234567, 12, "a\"b\nc😀", null, true], "123456": { "b": "x a\"b\nc😀" } });
    secrets.scrub_value(&mut value);
    let clean = json!({ "a": ["[secret:n]7", 12, "[secret:t]", null, true], "[secret:n]": { "b": "x [secret:t]" } });
    assert_eq!(value.to_string(), clean.to_string(), "in the same order too");
}

#[test]
fn what_is_left_of_a_value_where_a_text_was_cut_is_found() {
    let value = "sk-0123456789-\"quoted\"-and-long-enough";
    let secrets = secrets(&[("key", value)]);
    let long = "so long ".repeat(30);
    let mut found = 0;
    for length in PIECE..value.len() {
        let piece = &value[..length];
        let json = serde_json::to_string(&format!("a {value}")).unwrap();
        let encoded = base64(format!("user:{value}").as_bytes(), STANDARD, true);
        let percent: String = value.bytes().map(|byte| format!("%{byte:02X}")).collect();
        for text in [
            format!("{long}{piece}"),
            format!("see {piece}…"),
            format!("see {piece}... and more"),
            long.clone() + &json[..json.len() - 2 - (value.len() - length)],
            format!("{long}Basic {}", &encoded[..(5 + length).div_ceil(3) * 4]),
            long.clone() + &percent[..length * 3 + length % 3],
        ] {
            let clean = secrets.scrub(&text);
            assert!(clean.contains("[secret:key]"), "{text} is {clean}");
            assert!(!clean.contains("sk-012") && !clean.contains("%73%6B") && !clean.contains("c2stMDEy"), "{clean}");
            found += 1;
        }
    }
    assert_eq!(found, 6 * (value.len() - PIECE));
    // A word that begins like one, or goes on in another way, is no secret.
    let short = format!("{long}sk-01234567");
    for text in ["sk-0123456789-", &short, "sk-0123456789-b and so on", "sk-0123456789-\"quoted and more"] {
        assert_eq!(secrets.scrub(text), text);
    }
}

#[test]
fn a_value_of_many_lines_is_found_line_by_line() {
    let value = "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0B\r\nAQEFAASCBKcwggSjAgEAAoIB\nQ==\n-----END PRIVATE KEY-----\n";
    let secrets = secrets(&[("pem", value), ("two", "first of two lines\nsecond of two lines")]);
    for (text, clean) in [
        ("x MIIEvQIBADANBgkqhkiG9w0B y", "x [secret:pem] y"),
        ("first of two lines second of two lines", "[secret:two] [secret:two]"),
        ("{\"a\":\"first of two lines\\nsecond of two lines\"}", "{\"a\":\"[secret:two]\"}"),
        ("-----BEGIN PRIVATE KEY----- Q==", "-----BEGIN PRIVATE KEY----- Q=="),
        (value, "[secret:pem]"),
    ] {
        assert_eq!(secrets.scrub(text), clean);
    }
}

#[test]
fn escapes_in_braces_are_undone() {
    let secrets = secrets(&[("key", "a\u{200b}b-secret")]);
    for text in ["a\\u{200b}b-secret", "a\\u{200B}b-secret", "\\u{61}\\u{00200b}b-secret"] {
        assert_eq!(secrets.scrub(text), "[secret:key]");
    }
    for text in ["a\\u{200bb-secret", "a\\u{}b-secret", "a\\u{ffffffff}b-secret", "\\u{"] {
        assert_eq!(secrets.scrub(text), text);
    }
}
