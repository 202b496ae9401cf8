//! `integration list` and `channel list`: what is set up in the settings file, and how it stands.

use serde_json::json;

use super::args::Args;
use super::{Answer, View};
use crate::model::connection::{Connection, Object, Set, Standing};
use crate::model::credential::Credential;
use crate::model::report::{Cell, Column, List, Report};
use crate::model::status::ConnectionStatus;
use crate::store::Read;

pub(super) const INTEGRATIONS: View = View {
    name: "integration list",
    about: "The services that steps ask, and how they stand",
    examples: "cxgear integration list\ncxgear integration list --format json",
    args: &[],
    report: |read, args| report(read, args, Object::Integration),
};

pub(super) const CHANNELS: View = View {
    name: "channel list",
    about: "The ways out to people, and how they stand",
    examples: "cxgear channel list\ncxgear channel list --format json",
    args: &[],
    report: |read, args| report(read, args, Object::Channel),
};

fn report<'a>(read: &'a dyn Read, args: &Args, object: Object) -> Answer<'a> {
    let (standing, credentials) = (read.connections()?, read.credentials()?);
    let all: Vec<_> = args.settings.of(object).collect();
    let rated = all.iter().any(|connection| connection.rate.is_some());
    let at_once = all.iter().any(|connection| connection.concurrency.is_some());
    let secret = all.iter().any(|connection| connection.credentials().next().is_some());
    // What nobody has set is no column for people.
    let shown = |column: Column, is_set: bool| if is_set { column } else { column.data_only() };
    let mut columns = columns(shown, rated, at_once);
    if secret {
        columns.push(Column::new("keys", "CREDENTIALS").flexible().table_only());
    }
    let row = |connection: &&Connection| {
        let known = standing.iter().find(|known| known.object == object && known.name == connection.name);
        Ok(row(connection, known, &credentials, secret))
    };
    let rows: Vec<_> = all.iter().map(row).collect();
    let rows = Box::new(rows.into_iter());
    Ok(Report::List(List { columns, rows, empty: empty(object), note: None, page: None }))
}

fn columns(shown: impl Fn(Column, bool) -> Column, rated: bool, at_once: bool) -> Vec<Column> {
    vec![
        Column::new("name", "NAME").flexible(),
        Column::new("kind", "KIND"),
        Column::new("provider", "PROVIDER"),
        Column::new("status", "STATUS"),
        shown(Column::new("rate", "RATE"), rated),
        shown(Column::new("concurrency", "AT ONCE"), at_once),
        Column::new("reason", "REASON").data_only(),
        Column::new("since", "SINCE"),
        Column::new("credentials", "CREDENTIALS").data_only(),
    ]
}

fn empty(object: Object) -> String {
    let (word, table) = (object.name(), object.table());
    let offline = match object {
        Object::Integration => "`ai_agent` steps use `mock`, which needs none",
        Object::Channel => "messages go to `outbox`, which needs none",
    };
    format!("no {word} is set up: {offline}; `[{table}.NAME]` in cxgear.toml sets one up")
}

/// What is in the file counts; how it stands is only known of settings that are as they were then.
fn row(connection: &Connection, known: Option<&Standing>, credentials: &[Credential], secret: bool) -> Vec<Cell> {
    let keys = keys(connection, credentials);
    let same = known.filter(|known| known.set == Set::of(connection));
    let lost = known.is_some_and(|known| known.status.next().contains(&ConnectionStatus::Disconnected));
    let status = match same {
        Some(known) => known.status,
        None if lost => ConnectionStatus::Disconnected,
        None => known.map_or(ConnectionStatus::Configured, |known| known.status),
    };
    let mut cells = vec![
        Cell::text(connection.name.as_str()),
        Cell::text(connection.kind),
        Cell::text(connection.provider.name),
        Cell::Status(status.name(), status.tone()),
        Cell::maybe(connection.rate, |rate| Cell::text(rated(rate))),
        Cell::maybe(connection.concurrency, |count| Cell::Count(count.into())),
        Cell::maybe(same.and_then(|known| known.reason), |reason| Cell::text(reason.name())),
        Cell::maybe(known, |known| Cell::Time(known.since)),
        Cell::Json(keys.iter().map(|(name, status)| json!({ "name": name, "status": status })).collect()),
    ];
    if secret {
        let told = |(name, status): &(&str, Option<&str>)| match status {
            Some(_) => (*name).to_owned(),
            // In front, where it is not cut off.
            None => format!("missing: {name}"),
        };
        cells.push(Cell::text(keys.iter().map(told).collect::<Vec<_>>().join(", ")));
    }
    cells
}

/// The credentials that it names, each with its status; one that the vault does not have has none.
fn keys<'c>(connection: &'c Connection, credentials: &[Credential]) -> Vec<(&'c str, Option<&'static str>)> {
    let found = |name: &str| credentials.iter().find(|credential| credential.name.eq_ignore_ascii_case(name));
    connection.credentials().map(|name| (name, found(name).map(|credential| credential.status.name()))).collect()
}

/// A rate as it is written, in the shortest unit in which it is a whole number.
fn rated(rate: f64) -> String {
    let whole = |count: f64| (count - count.round()).abs() < 1e-9 && count.round() >= 1.0;
    let units = [(1.0, "s"), (60.0, "m"), (3_600.0, "h")];
    let unit = units.into_iter().find(|(seconds, _)| whole(rate * seconds));
    match unit {
        Some((seconds, unit)) => format!("{}/{unit}", (rate * seconds).round()),
        None => format!("{rate}/s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_is_told_as_it_was_written() {
        for text in ["50/s", "1/s", "100/m", "90/m", "1000/h", "7/h", "2.5/s"] {
            let rate = crate::model::spinner::rate_of(text).unwrap();
            let told = rated(rate);
            let same = crate::model::spinner::rate_of(&told).unwrap();
            assert!((same - rate).abs() < 1e-9, "{text} is {told}");
        }
        assert_eq!(
            (rated(50.0), rated(100.0 / 60.0), rated(1000.0 / 3600.0)),
            ("50/s".into(), "100/m".into(), "1000/h".into())
        );
        assert_eq!(rated(60.0 / 60.0), "1/s");
    }
}
