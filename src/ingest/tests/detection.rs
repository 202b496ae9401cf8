//! Files that made other sniffers go wrong, or would.

use super::read;

#[track_caller]
fn found(text: &str, dialect: &str, columns: &[&str]) {
    let table = read(text);
    assert_eq!(table.dialect, dialect, "{text}");
    assert_eq!(table.columns, columns, "{text}");
}

fn rows(count: usize, row: impl Fn(usize) -> String) -> String {
    (0..count).map(row).collect()
}

#[test]
fn a_list_in_every_row_is_one_cell() {
    let text = "id,tags\n".to_owned() + &rows(50, |n| format!("{n},a;b;c\n"));
    found(&text, "utf-8, comma, 2 columns", &["id", "tags"]);
    let text = "id;path\n".to_owned() + &rows(50, |n| format!("{n};a|b|c|d\n"));
    found(&text, "utf-8, semicolon, 2 columns", &["id", "path"]);
    let text = "id\tnames\n".to_owned() + &rows(50, |n| format!("{n}\tDoe, John\n"));
    found(&text, "utf-8, tab, 2 columns", &["id", "names"]);
}

#[test]
fn decimal_commas_do_not_hide_a_semicolon() {
    let text = "datum;wert;mehr\n".to_owned() + &rows(50, |n| format!("2020-01-{:02};{n},5;{n},25\n", n % 28 + 1));
    found(&text, "utf-8, semicolon, 3 columns", &["datum", "wert", "mehr"]);
    let text = rows(50, |n| format!("{n},5;{n},25\n"));
    found(&text, "utf-8, semicolon, 2 columns, no header", &["column_1", "column_2"]);
}

#[test]
fn addresses_and_times_are_not_delimited() {
    let text = "url,when,who\n".to_owned()
        + &rows(20, |n| format!("http://example.org/?a={n}|b;c,2020-01-02 10:{n:02}:00,\"Doe; John | {n}\"\n"));
    found(&text, "utf-8, comma, 3 columns", &["url", "when", "who"]);
}

#[test]
fn empty_cells_and_one_semicolon() {
    let text = "a,b,c,d\n".to_owned() + &rows(20, |_| ",,,x; y\n".to_owned());
    found(&text, "utf-8, comma, 4 columns", &["a", "b", "c", "d"]);
}

#[test]
fn quoted_cells_argue_for_their_delimiter() {
    let text = "k;v\n".to_owned() + &rows(10, |n| format!("\"a,{n}\";\"x, y\nz;\"\n"));
    found(&text, "utf-8, semicolon, 2 columns", &["k", "v"]);
    let text = "k\tv\n".to_owned() + &rows(10, |n| format!("'a\t{n}'\t'it''s'\n"));
    found(&text, "utf-8, tab, 2 columns, single quotes", &["k", "v"]);
}

#[test]
fn a_title_over_two_columns() {
    found("Phone list\nname,phone\nAda,123\nBob,456\n", "utf-8, comma, 2 columns, 1 line skipped", &["name", "phone"]);
    found("Names\n\nfirst,last\nAda,L\nBob,M\n", "utf-8, comma, 2 columns, 2 lines skipped", &["first", "last"]);
}

#[test]
fn pairs_over_a_wide_table() {
    let text = "Created by:;Ada\nDate:;2026-11-20\n\nname;city;job;amount\n".to_owned()
        + &rows(10, |n| format!("Bob;Oslo;cook;{n}\n"));
    found(&text, "utf-8, semicolon, 4 columns, 3 lines skipped", &["name", "city", "job", "amount"]);
}

#[test]
fn a_series_beside_a_name_is_a_header() {
    found("name,1,2,3\nAda,5,6,7\nBob,1,1,1\n", "utf-8, comma, 4 columns", &["name", "1", "2", "3"]);
    found("land,1/22/20,1/23/20\nOslo,5,6\nRome,1,1\n", "utf-8, comma, 3 columns", &["land", "1/22/20", "1/23/20"]);
}

#[test]
fn one_column_of_anything() {
    found("name\nAda\nBob\n", "utf-8, comma, 1 column", &["name"]);
    found("mail\na@b.org\nc@d.org\n", "utf-8, comma, 1 column", &["mail"]);
    found("note\n\"well, yes\"\n\"a; b\"\n", "utf-8, comma, 1 column", &["note"]);
}
