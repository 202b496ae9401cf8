//! Any plausible table, written in any dialect, comes back cell for cell with nothing stated.

use proptest::prelude::*;
use proptest::sample::select;

use super::super::Options;
use super::read_with;

/// A way to write a table.
#[derive(Debug, Clone)]
struct Style {
    delimiter: char,
    quote: char,
    backslash: bool,
    all_quoted: bool,
    end: &'static str,
    ends_last: bool,
    encoding: Bytes,
}

#[derive(Debug, Clone, Copy)]
enum Bytes {
    Utf8,
    Utf8Marked,
    Utf16Le,
    Utf16Be,
    Windows1252,
}

fn style() -> impl Strategy<Value = Style> {
    let encodings = vec![Bytes::Utf8, Bytes::Utf8Marked, Bytes::Utf16Le, Bytes::Utf16Be, Bytes::Windows1252];
    (
        select(vec![',', ';', '\t', '|']),
        select(vec!['"', '"', '\'']),
        prop::bool::weighted(0.25),
        any::<bool>(),
        select(vec!["\n", "\r\n", "\r"]),
        any::<bool>(),
        select(encodings),
    )
        .prop_map(|(delimiter, quote, backslash, all_quoted, end, ends_last, encoding)| Style {
            delimiter,
            quote,
            backslash,
            all_quoted,
            end,
            ends_last,
            encoding,
        })
}

/// Columns as tables have them; the first one is of numbers, so that a header can be told from data.
fn cell(column: usize) -> BoxedStrategy<String> {
    match column % 6 {
        0 => "[0-9]{1,6}".boxed(),
        1 => "[A-Z][a-zé]{1,8}( [A-Z][a-zöü]{1,8})?".boxed(),
        2 => "20[0-2][0-9]-0[1-9]-[12][0-9]".boxed(),
        3 => prop_oneof![3 => "[a-z]{1,9}( [a-zñ]{1,9}){0,4}", 1 => "[a-z]{2,5}[,;] [a-z]{2,5}", 1 => Just(String::new())].boxed(),
        4 => prop_oneof!["[a-z]{2,6}@[a-z]{2,6}\\.org", "\\+49[0-9]{9}", "-?[0-9]{1,3}\\.[0-9]{2}"].boxed(),
        _ => prop_oneof![4 => "[a-z ]{0,12}[a-z]", 1 => "[a-z]{1,4}(\n|\r\n|\"|'|\t|\\||;)[a-z]{1,6}", 1 => "\"[a-z]{1,5}\", '[a-z]{1,4}'"].boxed(),
    }
}

fn table() -> impl Strategy<Value = Vec<Vec<String>>> {
    (2_usize..8, 3_usize..12).prop_flat_map(|(columns, rows)| {
        let row: Vec<_> = (0..columns).map(cell).collect();
        prop::collection::vec(row, rows)
    })
}

fn header(columns: usize) -> Vec<String> {
    const NAMES: [&str; 7] = ["account", "Full name", "due_on", "notes", "contact", "free text", "größe"];
    NAMES.iter().take(columns).map(|name| (*name).to_owned()).collect()
}

fn write(rows: &[Vec<String>], style: &Style) -> Vec<u8> {
    let special =
        |c: char| c == style.delimiter || c == style.quote || c == '\n' || c == '\r' || (style.backslash && c == '\\');
    let cell = |cell: &String| {
        let edges = cell.starts_with(['"', '\'']) || cell.ends_with(['"', '\'']);
        if !style.all_quoted && !cell.contains(special) && !edges {
            return cell.clone();
        }
        let escaped: String = cell.chars().fold(String::new(), |mut text, c| {
            if c == style.quote {
                text.push(if style.backslash { '\\' } else { c });
            }
            text.push(c);
            text
        });
        format!("{0}{escaped}{0}", style.quote)
    };
    let record = |row: &Vec<String>| row.iter().map(cell).collect::<Vec<_>>().join(&style.delimiter.to_string());
    let mut text = rows.iter().map(record).collect::<Vec<_>>().join(style.end);
    if style.ends_last {
        text.push_str(style.end);
    }
    match style.encoding {
        Bytes::Utf8 => text.into_bytes(),
        Bytes::Utf8Marked => format!("\u{feff}{text}").into_bytes(),
        Bytes::Utf16Le => format!("\u{feff}{text}").encode_utf16().flat_map(u16::to_le_bytes).collect(),
        Bytes::Utf16Be => format!("\u{feff}{text}").encode_utf16().flat_map(u16::to_be_bytes).collect(),
        Bytes::Windows1252 => encoding_rs::WINDOWS_1252.encode(&text).0.into_owned(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn comes_back_cell_for_cell(rows in table(), style in style()) {
        let mut all = vec![header(rows[0].len())];
        all.extend(rows);
        let bytes = write(&all, &style);
        let table = read_with(&bytes, &Options::default());
        let table = table.map_err(|error| TestCaseError::fail(format!("{error}: {}", String::from_utf8_lossy(&bytes))))?;
        let mut back = vec![table.columns];
        back.extend(table.rows.into_iter().map(|(_, cells)| cells));
        prop_assert_eq!(back, all, "{}: {}", table.dialect, String::from_utf8_lossy(&bytes));
    }
}
