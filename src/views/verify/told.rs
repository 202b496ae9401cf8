//! What a check came to, as a report.

use serde_json::json;

use super::Verified;
use crate::model::check::Breach;
use crate::model::id::Cursor;
use crate::model::report::{Block, Cell, Column, List, Report, Single, Tone, counted};

/// What a check came to, as a report.
#[must_use]
pub fn report(verified: &Verified) -> Report<'static> {
    let Verified { breaches, events, jobs, pruned, records, seal, secrets } = verified;
    let (word, tone) = if breaches.is_empty() { ("whole", Tone::Good) } else { ("broken", Tone::Bad) };
    let told = breaches.iter().map(|breach| {
        let Breach { rule, object, what, .. } = breach;
        json!({ "rule": rule, "cursor": place(breach), "object": object, "what": what, "mend": mend(breach) })
    });
    let object = vec![
        ("status", Cell::Status(word, tone)),
        ("events", Cell::Count(*events)),
        ("jobs", Cell::Count(*jobs)),
        ("pruned_jobs", Cell::Count(*pruned)),
        ("records", Cell::Count(*records)),
        ("seal", Cell::maybe(seal.as_deref(), Cell::text)),
        ("secrets", Cell::maybe(*secrets, Cell::Count)),
        ("breaches", Cell::Json(told.collect())),
    ];
    let mut title = vec![
        Cell::text("verify"),
        Cell::Status(word, tone),
        Cell::text(counted(*events, "event")),
        Cell::text(counted(*records, "record")),
        Cell::text(counted(*jobs, "job")),
    ];
    if *pruned > 0 {
        title.push(Cell::text(format!("{} pruned", counted(*pruned, "job"))));
    }
    if let Some(secrets) = secrets {
        title.push(Cell::text(format!("{} looked for", counted(*secrets, "secret"))));
    }
    let mut blocks = vec![Block::Title(title)];
    if !breaches.is_empty() {
        blocks.push(Block::Pairs { title: "Broken rules", pairs: breaches.iter().map(pair).collect() });
        let mut mends: Vec<_> = breaches.iter().map(mend).collect();
        mends.sort_unstable();
        mends.dedup();
        let pairs = mends.into_iter().map(|mend| ("mend".to_owned(), Cell::text(mend))).collect();
        blocks.push(Block::Pairs { title: "", pairs });
    }
    if let Some(seal) = seal {
        blocks.push(Block::Pairs { title: "", pairs: vec![("last seal".to_owned(), Cell::text(seal))] });
    }
    Report::Single(Single { object, blocks, lines: Some(listed(breaches)) })
}

/// How it is mended, as far as it can be.
fn mend(breach: &Breach) -> &'static str {
    match breach.rule {
        "SQLITE" => "the README says how to bring back what is whole, under \"A damaged file\"",
        "P4" => {
            "change the secret where it is used and keep the new one with `cxgear vault set`; what holds the old one is known"
        }
        "F4" if breach.object.starts_with("table ") => {
            "go back to a backup, or import the table again with `--replace`"
        }
        _ => "go back to a backup: what is here is not what was written, and nothing can tell what was",
    }
}

/// For people: what is broken where, and what is wrong with it, however long.
fn pair(breach: &Breach) -> (String, Cell) {
    let at = place(breach).map_or_else(String::new, |cursor| format!(" at {}", cursor.0));
    (format!("{} {}{at}", breach.rule, breach.object), Cell::text(&breach.what))
}

/// Where in the log; a state that is wrong has no place there.
fn place(breach: &Breach) -> Option<Cursor> {
    Some(breach.cursor).filter(|cursor| cursor.0 > 0)
}

fn listed(breaches: &[Breach]) -> List<'static> {
    let row = |breach: &Breach| {
        let cursor = Cell::maybe(place(breach), |cursor| Cell::Number(cursor.0));
        let (object, what) = (Cell::text(&breach.object), Cell::text(&breach.what));
        vec![Cell::text(breach.rule), cursor, object, what, Cell::text(mend(breach))]
    };
    let rows: Vec<_> = breaches.iter().map(row).collect();
    List {
        columns: vec![
            Column::new("rule", "RULE"),
            Column::new("cursor", "CURSOR"),
            Column::new("object", "OBJECT"),
            Column::new("what", "WHAT").flexible(),
            Column::new("mend", "MEND").data_only(),
        ],
        rows: Box::new(rows.into_iter().map(Ok)),
        empty: "no rule is broken".to_owned(),
        note: None,
        page: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_breach_without_a_place_has_none() {
        let breach = |cursor| Breach { rule: "F4", cursor: Cursor(cursor), object: "job 1".into(), what: "x".into() };
        let verified = Verified {
            breaches: vec![breach(0), breach(7)],
            events: 9,
            jobs: 1,
            pruned: 0,
            records: 0,
            seal: None,
            secrets: None,
        };
        let Report::Single(single) = report(&verified) else { panic!("it is a single") };
        let Some((_, Cell::Json(told))) = single.object.last() else { panic!("it tells the breaches") };
        assert_eq!((&told[0]["cursor"], &told[1]["cursor"]), (&json!(null), &json!(7)));
        let cursors: Vec<_> = listed(&verified.breaches).rows.map(|row| row.unwrap().swap_remove(1)).collect();
        assert_eq!(cursors, [Cell::Null, Cell::Number(7)]);
    }
}
