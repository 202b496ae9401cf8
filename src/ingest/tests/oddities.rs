//! Small files named for what is odd about them.

use super::super::{Headers, Options, Warning};
use super::{read, read_with, refusal};

fn default() -> Options {
    Options::default()
}

#[test]
fn dialects_are_told_as_they_are_found() {
    let cases = [
        ("a,b\n1,2\n", "utf-8, comma, 2 columns"),
        ("a;b\r\n1,5;2,5\r\n", "utf-8, semicolon, 2 columns"),
        ("a\tb\n1\tx y\n", "utf-8, tab, 2 columns"),
        ("a|b\n1|x, y\n", "utf-8, pipe, 2 columns"),
        ("name\nAda\n", "utf-8, comma, 1 column"),
        ("a,b\r1,2\r3,4", "utf-8, comma, 2 columns, cr line ends"),
        ("a,b\r\n1,2\n3,4\r5,6", "utf-8, comma, 2 columns, mixed line ends"),
        ("a,b\n'1,5','2'\n'x','y'\n", "utf-8, comma, 2 columns, single quotes"),
        ("a,b\n1,\"say \\\"hi\\\", you\"\n2,x\n", "utf-8, comma, 2 columns, backslash escapes"),
        ("sep=;\na;b\n1;2\n", "utf-8, semicolon, 2 columns, 1 line skipped"),
        ("1,2.5\n3,4.5\n5,6.5\n", "utf-8, comma, 2 columns, no header"),
    ];
    for (text, dialect) in cases {
        assert_eq!(read(text).dialect, dialect, "{text:?}");
    }
}

#[test]
fn an_apostrophe_is_not_a_quote() {
    let table = read("name,note\nO'Neil,'tis fine\n'n Roll,it's\nRock,it was 'so' good\n");
    assert_eq!(table.cells()[0], ["O'Neil", "'tis fine"]);
    let table = read("name,note\nAda,'N/A'\nBob,fine\nCy,fine\nDi,fine\n");
    assert_eq!(table.cells()[0], ["Ada", "'N/A'"]);
}

#[test]
fn prose_with_commas_does_not_beat_a_consistent_semicolon() {
    let text = "id;remark\n1;Well, yes, of course\n2;No, never\n3;One, two, three, four\n4;plain\n";
    let table = read(text);
    assert_eq!(table.columns, ["id", "remark"]);
    assert_eq!(table.cells()[0], ["1", "Well, yes, of course"]);
    let table = read("id|tags|city\n1|a,b,c|Rome\n2|d,e,f|Oslo\n");
    assert_eq!(table.columns, ["id", "tags", "city"]);
}

#[test]
fn sep_is_honoured_and_no_row() {
    for text in ["sep=|\na|b\n1|x;y\n", "\"SEP=|\"\r\na|b\r\n1|x;y\r\n", "\u{feff}sep=|\na|b\n1|x;y\n"] {
        let table = read(text);
        assert_eq!(table.columns, ["a", "b"]);
        assert_eq!(table.rows, [(3, vec!["1".to_owned(), "x;y".to_owned()])]);
    }
    let options = Options { delimiter: Some(b','), ..default() };
    let table = read_with(b"sep=;\na;b,c\n1,2\n", &options).expect("stated wins");
    assert_eq!(table.columns, ["a;b", "c"]);
}

#[test]
fn a_preamble_is_skipped_with_a_word() {
    let cases = [
        "Quarterly report\nprinted on 2026-11-20\n\nname,city,amount\nAda,London,1\nBob,Oslo,2\n",
        "Quarterly report,,\n,,\nfor Ada,,\nname,city,amount\nAda,London,1\nBob,Oslo,2\n",
    ];
    for text in cases {
        let table = read(text);
        assert_eq!(table.columns, ["name", "city", "amount"], "{text}");
        assert_eq!(table.lines(), [5, 6]);
        assert_eq!(table.warnings, [Warning::Preamble { lines: 3, table: 4 }]);
        assert!(table.dialect.ends_with("3 lines skipped"));
    }
}

#[test]
fn a_short_header_is_not_a_preamble() {
    let (message, _) = refusal(b"a,b\nr1,1,2\nr2,3,4\nr3,5,6\n", &default());
    assert_eq!(message, "t.csv:2: 3 fields, the header has 2");
    let (message, _) = refusal(b"name\nDoe, John\nRoe, Jane\n", &default());
    assert_eq!(message, "t.csv:2: 2 fields, the header has 1");
    let (message, hint) = refusal(b"name\nAda,1\nBob,2\n", &default());
    assert_eq!(message, "t.csv:2: 2 fields, the header has 1");
    assert!(hint.contains("--skip-lines N"), "{hint}");
}

#[test]
fn stated_lines_are_skipped_exactly() {
    let options = Options { skip_lines: Some(3), ..default() };
    let table = read_with(b"x\r\n\ry,\"\na,b\n1,2\n", &options).expect("sound");
    assert_eq!((table.columns.len(), table.lines()), (2, vec![5]));
    let (message, hint) = refusal(b"a,b\n1,2\n", &options);
    assert_eq!(message, "`t.csv` has 2 lines, and 3 were to be skipped");
    assert!(hint.contains("--skip-lines"));
    let options = Options { skip_lines: Some(0), ..default() };
    assert!(refusal(b"Title\nname,b,c\nAda,1,2\nBob,1,2\n", &options).0.contains("t.csv:2: 3 fields"));
}

#[test]
fn comments_are_skipped_when_the_character_is_stated() {
    let options = Options { comment: Some(b'#'), ..default() };
    for end in ["\n", "\r", "\r\n"] {
        let text = ["# a \" note", "a,b", "1,2", "#3,4", "5,#6", "# end"].join(end);
        let table = read_with(text.as_bytes(), &options).expect("sound");
        assert_eq!(table.cells(), [["1", "2"], ["5", "#6"]]);
        assert_eq!(table.lines(), [3, 5]);
    }
    assert_eq!(read("#,b\n#1,2\n").columns, ["#", "b"]);
}

#[test]
fn a_missing_header_is_plain_or_it_is_there() {
    let table = read("Ada,1985-01-02,12\nBob,1990-03-04,7\nCy,2001-05-06,9\n");
    assert_eq!(table.columns, ["column_1", "column_2", "column_3"]);
    assert_eq!((table.rows.len(), table.warnings.as_slice()), (3, &[Warning::NoHeader { line: 1 }][..]));
    let table = read("country,2019,2020\nItaly,5,6\nNorway,7,8\n");
    assert_eq!(table.columns, ["country", "2019", "2020"]);
    assert_eq!(table.warnings, [Warning::HeaderInDoubt { line: 1 }]);
    let table = read("name,city\nAda,London\n");
    assert_eq!((table.rows.len(), table.warnings.len()), (1, 0));
    let stated = |headers| Options { headers, ..default() };
    assert_eq!(read_with(b"a,b\n1,2\n", &stated(Headers::Absent)).expect("sound").rows.len(), 2);
    assert_eq!(read_with(b"1,2\n3,4\n", &stated(Headers::Present)).expect("sound").columns, ["1", "2"]);
}

#[test]
fn blank_lines_are_skipped_with_a_word() {
    let table = read("\n\na,b\n1,2\n\n\r\n3,4\n\n");
    assert_eq!(table.lines(), [4, 7]);
    assert_eq!(table.warnings, [Warning::BlankLines { line: 5, count: 2 }]);
    let table = read("name\nAda\n\n\"\"\nBob\n\n");
    assert_eq!(table.cells(), [["Ada"], [""], ["Bob"]]);
    assert_eq!(table.warnings, [Warning::BlankLines { line: 3, count: 2 }]);
}

#[test]
fn a_delimiter_at_every_end_makes_a_column() {
    let table = read("a,b,\n1,2,\n3,4,\n");
    assert_eq!(table.columns, ["a", "b", "column_3"]);
    assert_eq!(table.warnings[0].to_string(), "line 1: column 3 has no name, called `column_3`");
}

#[test]
fn header_only_is_a_table_and_empty_is_not() {
    assert_eq!(read("a,b").rows.len(), 0);
    assert_eq!(read("a,b\r\n\r\n").columns, ["a", "b"]);
    for text in [&b""[..], b"\n\r\n", b"\xef\xbb\xbf", b"\xef\xbb\xbf\n"] {
        assert_eq!(refusal(text, &default()).0, "`t.csv` is empty: it has no header and no rows");
    }
}

#[test]
fn the_last_record_needs_no_end() {
    for text in ["a,b\n1,\"x\"", "a,b\n1,\"x\"\n", "a,b\r\n1,x\r", "a,b\n1,x\n\n\n"] {
        assert_eq!(read(text).cells(), [["1", "x"]], "{text:?}");
    }
    assert_eq!(read("a,b\n1,").cells(), [["1", ""]]);
}

#[test]
fn more_columns_than_a_table_has_are_refused() {
    let wide = |columns: usize| vec!["c"; columns].join(",") + "\n";
    assert_eq!(read(&wide(1_999)).columns[1_998], "c_1999");
    assert_eq!(refusal(wide(2_000).as_bytes(), &default()).0, "t.csv:1: 2000 columns, a table has 1999 at most");
}

#[test]
fn a_very_long_cell_is_a_cell() {
    let long = "x".repeat(5_000_000);
    let table = read(&format!("a,b\n1,\"{long}\n{long}\"\n2,y\n"));
    assert_eq!(table.rows[0].1[1].len(), 10_000_001);
    assert_eq!(table.lines(), [2, 4]);
}

#[test]
fn options_that_contradict_each_other_are_refused() {
    let same = Options { delimiter: Some(b'#'), comment: Some(b'#'), ..default() };
    assert_eq!(refusal(b"a,b\n", &same).0, "the comment character cannot be `#`, which is the delimiter");
    let foreign = Options { delimiter: Some(0xe9), ..default() };
    assert_eq!(refusal(b"a,b\n", &foreign).0, "the delimiter cannot be a byte outside ASCII");
}
