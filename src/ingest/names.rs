//! From the header to column names that a table can have: each there, each once, case aside.

use std::collections::HashSet;

use super::warning::Warning;

/// The primary key of every table; a column cannot be called like it.
const RESERVED: &str = "cx_row";

/// Names for a table without a header.
pub(super) fn numbered(columns: usize) -> Vec<String> {
    (1..=columns).map(|column| format!("column_{column}")).collect()
}

/// Names for the header on `line`, and a warning for each that is not the one in the file.
///
/// The names that stand in the file are taken first, so that a made-up `name_2` never pushes a real `name_2` aside and
/// the outcome does not hang on the order of the columns.
pub(super) fn settle<'a>(header: impl Iterator<Item = &'a [u8]>, line: u64) -> (Vec<String>, Vec<Warning>) {
    let header: Vec<String> = header.map(|cell| String::from_utf8_lossy(cell).into_owned()).collect();
    let mut taken: HashSet<String> = HashSet::from([RESERVED.to_owned()]);
    let kept: Vec<bool> = header.iter().map(|name| !is_blank(name) && taken.insert(name.to_lowercase())).collect();
    let mut warnings = Vec::new();
    let mut names = Vec::with_capacity(header.len());
    for (index, (was, kept)) in header.into_iter().zip(kept).enumerate() {
        if kept {
            names.push(was);
            continue;
        }
        let column = index + 1;
        let name = free_name(&was, column, &mut taken);
        names.push(name.clone());
        warnings.push(if is_blank(&was) {
            Warning::EmptyHeader { line, column, name }
        } else if was.to_lowercase() == RESERVED {
            Warning::ReservedHeader { line, column, was, name }
        } else {
            Warning::RepeatedHeader { line, column, was, name }
        });
    }
    (names, warnings)
}

fn is_blank(name: &str) -> bool {
    name.trim().is_empty()
}

fn free_name(was: &str, column: usize, taken: &mut HashSet<String>) -> String {
    let (stem, first) = if is_blank(was) { (format!("column_{column}"), None) } else { (was.to_owned(), Some(2)) };
    let mut number = first;
    loop {
        let name = match number {
            None => stem.clone(),
            Some(number) => format!("{stem}_{number}"),
        };
        if taken.insert(name.to_lowercase()) {
            return name;
        }
        number = Some(number.map_or(2, |number: u32| number + 1));
    }
}

#[cfg(test)]
mod tests {
    use super::settle;

    fn names(header: &[&str]) -> Vec<String> {
        settle(header.iter().map(|cell| cell.as_bytes()), 1).0
    }

    #[test]
    fn a_sound_header_is_verbatim() {
        assert_eq!(names(&[" a ", "b\nc", "Ä"]), [" a ", "b\nc", "Ä"]);
    }

    #[test]
    fn empty_and_repeated_names_get_one() {
        assert_eq!(names(&["a", "", " \t", "A"]), ["a", "column_2", "column_3", "A_2"]);
        assert_eq!(names(&["name", "name", "name"]), ["name", "name_2", "name_3"]);
    }

    #[test]
    fn a_name_in_the_file_wins_over_a_made_one() {
        assert_eq!(names(&["n", "n", "n_2"]), ["n", "n_3", "n_2"]);
        assert_eq!(names(&["", "COLUMN_1"]), ["column_1_2", "COLUMN_1"]);
    }

    #[test]
    fn case_does_not_make_a_difference_in_any_script() {
        assert_eq!(names(&["Straße", "STRAßE", "ÉTAT", "état"]), ["Straße", "STRAßE_2", "ÉTAT", "état_2"]);
    }

    #[test]
    fn the_key_of_the_table_is_reserved() {
        assert_eq!(names(&["cx_row", "CX_ROW"]), ["cx_row_2", "CX_ROW_3"]);
    }
}
