//! `spinner show NAME`: a published version, as it was written.

use serde_json::{Value, json};

use super::args::{Arg, Args, Kind, Place, flag};
use super::{Answer, Error, View};
use crate::model::document::{list, nearest};
use crate::model::report::{Block, Cell, Report, Single};
use crate::model::spinner::Spinner;
use crate::store::{Read, SpinnerVersion};

pub(super) const VIEW: View = View {
    name: "spinner show",
    about: "A published spinner: its facts and its text",
    examples: "cxgear spinner show welcome\ncxgear spinner show welcome --version 1 --format json",
    args: &[
        Arg { name: "name", help: "The spinner", value_name: "NAME", place: Place::Required, kind: Kind::Text },
        flag("version", "N", Kind::Count(1), "This version [default: the latest]"),
    ],
    report,
};

fn report<'a>(read: &'a dyn Read, args: &Args) -> Answer<'a> {
    let name = args.text("name").unwrap_or_default();
    let versions = read.spinners(Some(name))?;
    let Some(latest) = versions.last() else { return Err(unknown(read, name)?) };
    let version = match args.count("version") {
        None => latest,
        Some(wanted) => versions.iter().find(|version| u64::from(version.version) == wanted).ok_or_else(|| {
            let hint = Some(format!("the latest is {}", latest.version));
            Error::NoSuch { what: "spinner version", name: format!("{name}@{wanted}"), near: None, hint }
        })?,
    };
    Ok(Report::Single(single(version, latest.version)))
}

fn unknown(read: &dyn Read, name: &str) -> Result<Error, Error> {
    let all = read.spinners(None)?;
    let mut names: Vec<_> = all.iter().map(|version| version.name.as_str()).collect();
    names.dedup();
    let hint = if names.is_empty() {
        "`cxgear spinner publish FILE.toml` publishes one".to_owned()
    } else {
        format!("spinners: {}", list(names.iter().copied()))
    };
    let near = nearest(name, names).map(str::to_owned);
    Ok(Error::NoSuch { what: "published spinner", name: name.to_owned(), near, hint: Some(hint) })
}

fn single(version: &SpinnerVersion, latest: u32) -> Single<'static> {
    let spinner = Spinner::parse(&version.definition).ok().map(|(spinner, _)| spinner);
    let steps: Vec<(String, String)> = spinner
        .iter()
        .flat_map(|spinner| &spinner.steps)
        .map(|step| (step.name.value.clone(), step.kind.value.clone()))
        .collect();
    let description = spinner.and_then(|spinner| spinner.description);
    let told: Value = steps.iter().map(|(name, kind)| json!({ "name": name, "type": kind })).collect();
    let object = vec![
        ("name", Cell::text(version.name.as_str())),
        ("version", Cell::Number(version.version.into())),
        ("latest", Cell::Number(latest.into())),
        ("description", Cell::maybe(description.clone(), Cell::Text)),
        ("steps", Cell::Json(told)),
        ("hash", Cell::text(version.hash.as_str())),
        ("published_at", Cell::Time(version.published_at)),
        ("definition", Cell::text(version.definition.as_str())),
        ("project", Cell::text(version.project.as_str())),
    ];
    let named = format!("{}@{}", version.name, version.version);
    let newer = (version.version < latest).then(|| Cell::text(format!("the latest is {latest}")));
    let steps: Vec<_> = steps.into_iter().map(|(name, kind)| format!("{name} ({kind})")).collect();
    let mut facts = vec![("steps", Cell::text(steps.join(", ")))];
    facts.extend(description.map(|description| ("description", Cell::Text(description))));
    facts.push(("published", Cell::Time(version.published_at)));
    facts.push(("sha-256", Cell::text(version.hash.as_str())));
    let pairs = facts.into_iter().map(|(name, cell)| (name.to_owned(), cell)).collect();
    let blocks = vec![
        Block::Title(std::iter::once(Cell::text(named)).chain(newer).collect()),
        Block::Pairs { title: "", pairs },
        Block::Verbatim { title: "Definition", text: version.definition.clone() },
        Block::Next(format!("cxgear run {}", version.name)),
    ];
    Single { object, blocks, lines: None }
}
