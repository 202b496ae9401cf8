//! `spinners/outreach.toml`, everything offline: a model that is a mock, and messages that are files.

use std::fs;

use anyhow::{Result, ensure};

use super::child::{Contender, cost, cxgear, race};
use super::files;
use super::report::{Report, Target, grouped, say};
use super::run::table;
use super::settings::Settings;

const SPINNER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/spinners/outreach.toml");

/// The rows that the target is stated for.
const ROWS: u64 = 10_000;

/// All of it.
pub(crate) fn measure(settings: &Settings, report: &mut Report) -> Result<()> {
    let rows = ROWS.min(settings.records);
    let file = files::contacts(rows)?;
    let folder = file.with_file_name("outreach");
    let (base, ours) = (file.with_file_name("outreach-base.db"), folder.join("outreach.db"));
    let what = format!("outreach.toml over {} records, on the outbox", grouped(rows));
    say(&what);
    table(&file, &base)?;
    let mut add = cxgear();
    add.args(["table", "metadata", "contacts", "--add", "email", "--db"]).arg(&base);
    cost(&mut add)?;
    let fresh = || {
        if folder.exists() {
            fs::remove_dir_all(&folder)?;
        }
        fs::create_dir_all(&folder)?;
        files::copy(&base, &ours)
    };
    let contenders = [Contender {
        name: "cxgear run",
        prepare: Box::new(fresh),
        command: Box::new(|| {
            let mut command = cxgear();
            command.args(["run", SPINNER, "--table", "contacts", "-q", "--db"]).arg(&ours);
            Ok(command)
        }),
    }];
    let outcomes = race(settings.rounds, &contenders)?;
    let sent = fs::read_dir(folder.join("outbox"))?.count() as u64;
    ensure!(sent >= rows / 2, "{sent} messages were written");
    let rate = rows as f64 / outcomes[0].wall;
    let beside = format!("{} messages", grouped(sent));
    report.line(&what, format!("{rate:.0} a second"), &beside, rate, Target::AtLeast(5_000.0), "/s");
    drop(contenders);
    fs::remove_dir_all(&folder)?;
    files::remove(&base)
}
