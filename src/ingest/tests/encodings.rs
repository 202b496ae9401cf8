//! Bytes to text: what is detected, what is refused, and that nothing is replaced.

use super::super::{Encoding, Error, Options, Warning};
use super::{Table, read_with, refusal};

fn plain(bytes: &[u8]) -> Table {
    read_with(bytes, &Options::default()).expect("a sound table")
}

fn stated(encoding: &str) -> Options {
    Options { encoding: Some(encoding.parse().expect("a label")), ..Options::default() }
}

fn utf16(text: &str, unit: fn(u16) -> [u8; 2]) -> Vec<u8> {
    text.encode_utf16().flat_map(unit).collect()
}

#[test]
fn a_mark_is_no_part_of_the_first_name() {
    for marks in ["\u{feff}", "\u{feff}\u{feff}"] {
        let table = plain(format!("{marks}\"näme\",b\nö,1\n").as_bytes());
        assert_eq!(table.columns, ["näme", "b"]);
        assert!(table.dialect.starts_with("utf-8, comma"), "{}", table.dialect);
    }
}

#[test]
fn utf16_with_and_without_a_mark() {
    let text = "name;amount\nJosé 😀;1\n李;2\n";
    for (label, unit) in [("utf-16le", u16::to_le_bytes as fn(u16) -> [u8; 2]), ("utf-16be", u16::to_be_bytes)] {
        let marked = plain(&utf16(&format!("\u{feff}{text}"), unit));
        assert_eq!(marked.cells(), [["José 😀", "1"], ["李", "2"]]);
        assert_eq!((marked.dialect.as_str(), marked.warnings.len()), (&*format!("{label}, semicolon, 2 columns"), 0));
        let bare = plain(&utf16(text, unit));
        assert_eq!(bare.rows, marked.rows);
        assert!(bare.warnings[0].to_string().contains(label));
    }
}

#[test]
fn windows_1252_is_the_last_guess() {
    let table = plain(b"name,price\nA,1\nCaf\xe9 \x80,2\n");
    assert_eq!(table.cells()[1], ["Café €", "2"]);
    assert_eq!(table.dialect, "windows-1252, comma, 2 columns");
    assert_eq!(table.warnings[0].line(), Some(3));
}

#[test]
fn windows_1252_may_show_only_far_down() {
    let mut bytes = b"name,price\n".to_vec();
    for _ in 0..100_000 {
        bytes.extend_from_slice(b"Cafe,2\r\n");
    }
    bytes.extend_from_slice(b"Caf\xe9,3\nna\xefve,4\n");
    let table = plain(&bytes);
    assert_eq!(table.rows[100_000], (100_002, vec!["Café".to_owned(), "3".to_owned()]));
    assert_eq!(table.cells()[100_001], ["naïve", "4"]);
    assert!(table.dialect.starts_with("windows-1252"), "{}", table.dialect);
    assert_eq!(table.warnings, [Warning::Windows1252 { line: 100_002, likely: None }]);
}

#[test]
fn damaged_utf8_is_not_taken_for_another_encoding() {
    let mut bytes = "name,city\nJosé,Köln\nZoë,Århus\n".as_bytes().to_vec();
    bytes.extend_from_slice(b"Caf\xe9,x\n");
    let (message, hint) = refusal(&bytes, &Options::default());
    assert_eq!(message, "t.csv:4: bytes that are not UTF-8 in a file that otherwise is");
    assert!(hint.contains("--encoding windows-1252"), "{hint}");
    let table = read_with(&bytes, &stated("windows-1252")).expect("every byte is something");
    assert_eq!(table.cells()[2], ["Café", "x"]);
}

#[test]
fn damage_before_the_first_sound_character_is_damage_too() {
    let mut bytes = b"name,city\n".to_vec();
    bytes.extend(std::iter::repeat_n(*b"Anna,Rome\n", 60_000).flatten());
    bytes.extend_from_slice(b"Caf\xe9,x\n");
    bytes.extend(std::iter::repeat_n("José,Köln\n".as_bytes(), 60_000).flatten());
    let error = read_with(&bytes, &Options::default()).expect_err("damage");
    assert!(matches!(error, Error::DamagedUtf8 { line: 60_002, .. }), "{error}");
}

#[test]
fn as_many_sound_characters_as_foreign_bytes_are_not_windows_1252() {
    let message = refusal(b"a,b\nCaf\xe9,1\nJos\xc3\xa9,2\n", &Options::default()).0;
    assert_eq!(message, "t.csv:2: bytes that are not UTF-8 in a file that otherwise is");
}

#[test]
fn a_stated_encoding_is_kept_to() {
    let (message, hint) = refusal(b"a,b\nx,1\nCaf\xe9,2\n", &stated("utf-8"));
    assert_eq!(message, "t.csv:3: bytes that are not utf-8");
    assert!(hint.contains("--encoding"), "{hint}");
    let (message, _) = refusal(b"a,b\n\x81\xff,1\n", &stated("shift_jis"));
    assert_eq!(message, "t.csv:2: bytes that are not shift_jis");
    let table = read_with(b"a,b\n\x83e\x83X\x83g,1\n", &stated("shift_jis")).expect("sound");
    assert_eq!(table.cells(), [["テスト", "1"]]);
}

#[test]
fn a_cut_character_at_the_end_is_damage() {
    let mut bytes = utf16("a,b\n1,2", u16::to_le_bytes);
    bytes.pop();
    assert_eq!(refusal(&bytes, &stated("utf-16le")).0, "t.csv:2: bytes that are not utf-16le");
    let mut bytes = "a,b\nö,é\nü,é".as_bytes().to_vec();
    bytes.pop();
    assert!(refusal(&bytes, &Options::default()).0.starts_with("t.csv:3: bytes that are not UTF-8"));
}

#[test]
fn labels_parse_to_the_encodings_that_have_a_name_here() {
    assert_eq!("UTF8".parse(), Ok(Encoding::Utf8));
    assert_eq!("latin1".parse(), Ok(Encoding::Windows1252));
    assert_eq!("utf-16".parse(), Ok(Encoding::Utf16Le));
    assert!("klingon".parse::<Encoding>().is_err());
}
