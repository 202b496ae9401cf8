//! What the bench consists of. Nothing of cxgear's own code is in here: it is measured from outside, as a process.

mod bare_calls;
mod bare_import;
mod bare_run;
mod calls;
mod child;
#[path = "../../fixtures/contacts.rs"]
mod contacts;
mod files;
mod function;
mod import;
mod job;
mod log;
mod outreach;
mod report;
mod run;
mod server;
mod settings;
mod start;

use anyhow::{Result, bail};

use report::Report;
use settings::Settings;

/// One part of the bench.
type Part = fn(&Settings, &mut Report) -> Result<()>;

/// By the name that asks for it.
const PARTS: [(&str, Part); 8] = [
    ("import", import::measure),
    ("run", run::measure),
    ("job", job::measure),
    ("log", log::measure),
    ("function", function::measure),
    ("calls", calls::measure),
    ("outreach", outreach::measure),
    ("start", start::measure),
];

/// Runs what the arguments ask for. A bare loop is this same program again, so that it starts, ends and is measured like any other.
pub(crate) fn go(args: &[String]) -> Result<()> {
    let words: Vec<&str> = args.iter().map(String::as_str).collect();
    match words[..] {
        ["bare-import", csv, db, journal] => return bare_import::go(csv.as_ref(), db.as_ref(), journal),
        ["bare-run", db] => return bare_run::go(db.as_ref()),
        ["bare-calls", url, calls, at_once] => return bare_calls::go(url, calls.parse()?, at_once.parse()?),
        ["serve"] => return server::go(),
        _ if !words.contains(&"--bench") => {
            report::say("the numbers are made by `cargo bench`");
            return Ok(());
        }
        _ => {}
    }
    let (settings, asked) = settings::read(&words)?;
    if let Some(unknown) = asked.iter().find(|name| PARTS.iter().all(|(part, _)| part != *name)) {
        bail!("no part `{unknown}`; there are import, run, job, log, function, calls, outreach, start");
    }
    let mut report = Report::begin(&settings)?;
    for (name, measure) in PARTS {
        if asked.is_empty() || asked.contains(&name) {
            measure(&settings, &mut report)?;
        }
    }
    report.end();
    Ok(())
}
