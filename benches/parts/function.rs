//! A script of three lines with one log line, once for each record, in its sandbox.

use std::fs;

use anyhow::Result;

use super::child::{Contender, cxgear, race};
use super::files;
use super::report::{Report, Target, grouped, say};
use super::run::table;
use super::settings::Settings;

const SPINNER: &str = "name = \"size\"\n[params]\namount_due = \"number\"\n[[steps]]\nname = \"size\"\ntype = \"function\"\nscript = '''\n\
    function main(params, context) {\n  context.log(\"amount\", params.amount_due);\n  \
    return { bucket: params.amount_due > 100 ? \"high\" : \"low\" };\n}\n'''\n";

/// All of it.
pub(crate) fn measure(settings: &Settings, report: &mut Report) -> Result<()> {
    let file = files::contacts(settings.records)?;
    let what = format!("run a script over {} records", grouped(settings.records));
    say(&what);
    let (base, ours) = (file.with_file_name("function-base.db"), file.with_file_name("function.db"));
    let spinner = file.with_file_name("function.toml");
    fs::write(&spinner, SPINNER)?;
    table(&file, &base)?;
    let contenders = [Contender {
        name: "cxgear run",
        prepare: Box::new(|| files::copy(&base, &ours)),
        command: Box::new(|| {
            let mut command = cxgear();
            command.arg("run").arg(&spinner).args(["--table", "contacts", "-q", "--db"]).arg(&ours);
            Ok(command)
        }),
    }];
    let outcomes = race(settings.rounds, &contenders)?;
    let rate = settings.records as f64 / outcomes[0].wall;
    let beside = format!("{:.2} s", outcomes[0].wall);
    report.line(&what, format!("{rate:.0} a second"), &beside, rate, Target::AtLeast(60_000.0), "/s");
    drop(contenders);
    fs::remove_file(&spinner)?;
    [base, ours].iter().try_for_each(|db| files::remove(db))
}
