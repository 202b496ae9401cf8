//! The forms in which a value could be left lying, made here without any of the tool's own code.

use std::fmt::Write as _;

const STANDARD: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const URL: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// A piece of a long value that would give it away.
const PIECE: usize = 24;

/// What a value alone decides of its base64 after so many other bytes.
fn base64(value: &[u8], before: usize, alphabet: &[u8; 64]) -> Vec<u8> {
    let bytes = [&[0; 2][..before], value].concat();
    let bits: Vec<u8> = bytes.iter().flat_map(|byte| (0..8).rev().map(move |bit| byte >> bit & 1)).collect();
    let text: Vec<u8> =
        bits.chunks_exact(6).map(|six| alphabet[six.iter().fold(0, |n, bit| n << 1 | usize::from(*bit))]).collect();
    text[(before * 8).div_ceil(6)..].to_vec()
}

fn percent(value: &str, keeps: impl Fn(u8) -> bool, plus: bool) -> Vec<u8> {
    let mut out = String::new();
    for byte in value.bytes() {
        match byte {
            b' ' if plus => out.push('+'),
            byte if keeps(byte) => out.push(char::from(byte)),
            byte => write!(out, "%{byte:02X}").unwrap(),
        }
    }
    out.into_bytes()
}

fn html(value: &str) -> Vec<u8> {
    let escaped = value.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    escaped.replace('"', "&quot;").replace('\'', "&#39;").into_bytes()
}

/// Each at least six bytes long, so that it is found only where it was written.
pub(crate) fn all(value: &str) -> Vec<Vec<u8>> {
    let trimmed = value.trim();
    let json = |text: &str| serde_json::to_string(text).unwrap().trim_matches('"').to_owned();
    let unreserved = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    let mut forms = vec![
        value.as_bytes().to_vec(),
        trimmed.as_bytes().to_vec(),
        json(trimmed).into_bytes(),
        // JSON within JSON.
        json(&json(trimmed)).into_bytes(),
        html(trimmed),
        percent(trimmed, unreserved, false),
        percent(trimmed, unreserved, true),
        percent(trimmed, |_| false, false),
        trimmed.bytes().map(|byte| format!("{byte:02x}")).collect::<String>().into_bytes(),
    ];
    for alphabet in [STANDARD, URL] {
        forms.extend((0..3).map(|before| base64(trimmed.as_bytes(), before, alphabet)));
    }
    // Lines are told one by one, and what is long may be cut: its beginning and its end would be enough.
    forms.extend(trimmed.lines().map(|line| line.as_bytes().to_vec()));
    if trimmed.len() > 2 * PIECE && trimmed.is_ascii() {
        forms.push(trimmed.as_bytes()[..PIECE].to_vec());
        forms.push(trimmed.as_bytes()[trimmed.len() - PIECE..].to_vec());
        forms.push(base64(&trimmed.as_bytes()[..PIECE], 0, STANDARD));
    }
    forms.sort();
    forms.dedup();
    assert!(forms.iter().all(|form| form.len() >= 6), "{value}");
    forms
}

#[test]
fn the_forms_are_forms() {
    let forms = all("first-canary");
    for form in ["first-canary", "Zmlyc3QtY2FuYXJ5", "%66%69%72%73%74%2D", "66697273742d"] {
        assert!(forms.iter().any(|known| known.starts_with(form.as_bytes())), "{form}");
    }
    assert!(all("a \"b\" canary").contains(&br#"a \\\"b\\\" canary"#.to_vec()));
}
