//! No row is ever loaded that is not what the file says.

use super::super::{Escape, Options, Quote, Ragged};
use super::{read, read_with, refusal};

fn default() -> Options {
    Options::default()
}

fn reject() -> Options {
    Options { ragged: Ragged::Reject, ..Options::default() }
}

#[test]
fn text_after_a_closing_quote_names_its_line_and_cell() {
    let text = b"a,b\n1,2\n3,\"x\ny\"z\n4,5\n";
    let (message, hint) = refusal(text, &default());
    assert_eq!(message, "t.csv:4: text follows the closing quote of field 2");
    assert!(hint.contains("--ragged reject --rejects FILE") && hint.contains("--quote none"), "{hint}");
    let table = read_with(text, &reject()).expect("set aside");
    assert_eq!(table.lines(), [2, 5]);
    let reason = "text follows the closing quote of field 2".to_owned();
    assert_eq!(table.rejects, [(3, reason, "3,\"x\ny\"z".to_owned())]);
}

#[test]
fn a_backslash_before_the_quote_changes_the_advice() {
    let (_, hint) = refusal(b"a,b\n1,\"C:\\\" d\"\n2,3\n4,\"x\"y\n", &default());
    assert!(hint.contains("--escape backslash"), "{hint}");
}

#[test]
fn an_unterminated_quote_names_the_line_where_it_opens() {
    let text = b"a,b\n1,2\n3,\"x\n4,5\n6,7\n";
    for options in [default(), reject()] {
        let (message, hint) = refusal(text, &options);
        assert_eq!(message, "t.csv:3: the quote that opens field 2 is never closed");
        assert!(hint.contains("--quote none"), "{hint}");
    }
    let options = Options { quote: Some(Quote::Absent), ..default() };
    let table = read_with(text, &options).expect("quotes are text");
    assert_eq!(table.cells()[1], ["3", "\"x"]);
}

#[test]
fn nul_bytes_are_damage() {
    let text = b"a,b\n1,2\n3,\0\n";
    assert_eq!(refusal(text, &default()).0, "t.csv:3: a NUL byte");
    let options = Options { quote: Some(Quote::Absent), ..default() };
    assert_eq!(refusal(text, &options).0, "t.csv:3: a NUL byte");
    assert_eq!(read_with(text, &reject()).expect("set aside").rejects[0].0, 3);
    assert_eq!(refusal(b"a,b\0\n1,2\n", &reject()).0, "t.csv:1: a NUL byte");
}

#[test]
fn ragged_rows_stop_are_filled_or_are_set_aside() {
    let text = b"a,b,c\n1,2,3\n4,5\n6,7,8,9\n1,2,3\n";
    let (message, hint) = refusal(text, &default());
    assert_eq!(message, "t.csv:3: 2 fields, the header has 3");
    assert!(hint.contains("--ragged pad") && hint.contains("--rejects FILE"), "{hint}");
    let pad = Options { ragged: Ragged::Pad, ..default() };
    assert_eq!(refusal(text, &pad).0, "t.csv:4: 4 fields, the header has 3");
    let table = read_with(b"a,b,c\n1,2,3\n4\n", &pad).expect("filled");
    assert_eq!(table.cells(), [["1", "2", "3"], ["4", "", ""]]);
    let table = read_with(text, &reject()).expect("set aside");
    assert_eq!(table.lines(), [2, 5]);
    assert_eq!(table.rejects.iter().map(|reject| reject.0).collect::<Vec<_>>(), [3, 4]);
}

#[test]
fn a_quote_within_a_bare_cell_is_text() {
    let table = read("part,size\npipe,5\" wide\n\"a\"\"b\",\"\"\nc,x\"\"\n");
    assert_eq!(table.cells(), [["pipe", "5\" wide"], ["a\"b", ""], ["c", "x\"\""]]);
}

#[test]
fn a_quote_after_a_space_gets_a_word() {
    let table = read("a,b\n1, \"x\"\n2, \"y\"\n");
    assert_eq!(table.cells(), [["1", " \"x\""], ["2", " \"y\""]]);
    assert!(table.warnings[0].to_string().contains("line 2: 2 quotes after a space"), "{:?}", table.warnings);
}

#[test]
fn a_dropped_backslash_gets_a_word() {
    let options = Options { escape: Some(Escape::Backslash), ..default() };
    let table = read_with(b"a,b\n1,\"x\\\"y\\\\z\"\n2,\"C:\\dir\"\n", &options).expect("sound");
    assert_eq!(table.cells(), [["1", "x\"y\\z"], ["2", "C:dir"]]);
    assert!(table.warnings[0].to_string().starts_with("line 3: a backslash before"), "{:?}", table.warnings);
}

#[test]
fn one_bad_row_does_not_change_the_delimiter() {
    let mut text = "id;note;amount\n".to_owned();
    for row in 0..40 {
        text.push_str(&format!("{row};one, two, three;{row},50\n"));
    }
    let (message, _) = refusal(format!("{text}7;\"x\"y;1\n").as_bytes(), &default());
    assert_eq!(message, "t.csv:42: text follows the closing quote of field 2");
    let (message, _) = refusal(format!("{text}7;x\n").as_bytes(), &default());
    assert_eq!(message, "t.csv:42: 2 fields, the header has 3");
}

#[test]
fn two_stray_quotes_that_swallow_rows_get_a_word() {
    let table = read("a,b,c,d\n1,\"x,y,z\n2,x,y,z\n3,x\",y,z\n4,\"well,\nwell\",y,z\n");
    assert_eq!(table.lines(), [2, 5]);
    assert_eq!(table.warnings.len(), 1, "{:?}", table.warnings);
    assert!(table.warnings[0].to_string().starts_with("line 2: a quoted cell that may hold whole rows"));
}
