//! One API call a row to a server that thinks for 50 ms, each intent and each result durable: how much of `concurrency / latency`
//! is reached, what a call costs, and how much memory a thousand of them take.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Result, ensure};

use super::child::{Contender, bare, cxgear, race};
use super::files;
use super::report::{Report, Target, grouped, megabytes, say};
use super::run::table;
use super::server::{LATENCY, Server};
use super::settings::Settings;

/// So many at once, so many calls, and the share of what is possible that must be reached.
const LOADS: [(u64, u64, f64); 2] = [(256, 50_000, 0.93), (1_024, 100_000, 0.85)];

/// All of it.
pub(crate) fn measure(settings: &Settings, report: &mut Report) -> Result<()> {
    for (at_once, calls, share) in LOADS {
        load(settings, report, at_once, calls.min(settings.records), share)?;
    }
    Ok(())
}

fn load(settings: &Settings, report: &mut Report, at_once: u64, calls: u64, least: f64) -> Result<()> {
    let file = files::contacts(settings.records)?;
    let folder = file.with_file_name("calls");
    fs::create_dir_all(&folder)?;
    let what = format!("{} calls of 50 ms, {} at once", grouped(calls), grouped(at_once));
    say(&what);
    let (base, ours) = (folder.join("base.db"), folder.join("calls.db"));
    table(&file, &base)?;
    let server = Server::begin()?;
    let spinner = write(&folder, &server.url, at_once)?;
    let contenders = [
        Contender {
            name: "cxgear run",
            prepare: Box::new(|| files::copy(&base, &ours)),
            command: Box::new(|| Ok(run(&spinner, &ours, calls))),
        },
        Contender {
            name: "bare tokio + reqwest",
            prepare: Box::new(|| Ok(())),
            command: Box::new(|| {
                let mut command = bare()?;
                command.args(["bare-calls", &server.url, &calls.to_string(), &at_once.to_string()]);
                Ok(command)
            }),
        },
    ];
    let outcomes = race(settings.rounds, &contenders)?;
    let found = files::count(&ours, "cx_record")?;
    ensure!(found == calls, "{found} records were made");
    let possible = at_once as f64 / LATENCY.as_secs_f64();
    let share = |wall: f64| calls as f64 / wall / possible;
    let (mine, bare) = (share(outcomes[0].wall), share(outcomes[1].wall));
    let beside = format!("bare: {bare:.2}");
    report.line(&what, format!("{mine:.2} of what is possible"), &beside, mine, Target::AtLeast(least), "");
    let each = |cpu: f64| cpu / calls as f64 * 1e6;
    let (cpu, least) = (each(outcomes[0].cpu), each(outcomes[1].cpu));
    let beside = format!("bare: {least:.0} µs");
    report.line("  CPU a call", format!("{cpu:.0} µs"), &beside, cpu, Target::AtMost(60.0), " µs");
    let peak = megabytes(outcomes[0].peak);
    report.line("  peak memory", format!("{peak:.0} MB"), "", peak, Target::AtMost(256.0), " MB");
    drop(contenders);
    fs::remove_dir_all(folder)?;
    Ok(())
}

/// The settings beside the database, and the spinner.
fn write(folder: &Path, url: &str, at_once: u64) -> Result<PathBuf> {
    let settings = format!("[integrations.bench]\nkind = \"http\"\nbase_url = \"{url}\"\nallow_private = true\n");
    fs::write(folder.join("cxgear.toml"), settings)?;
    let spinner = folder.join("calls.toml");
    let text = format!(
        "name = \"calls\"\n[limits]\nconcurrency = {at_once}\n[[steps]]\nname = \"call\"\ntype = \"api_call\"\nintegration = \"bench\"\n\
         method = \"POST\"\nidempotent = true\nurl = \"/calls\"\njson = {{ phone = \"{{{{ phone }}}}\" }}\nsave = {{ call_id = \"body.id\" }}\n"
    );
    fs::write(&spinner, text)?;
    Ok(spinner)
}

fn run(spinner: &Path, db: &Path, calls: u64) -> Command {
    let mut command = cxgear();
    command.arg("run").arg(spinner).args(["--table", "contacts", "--limit", &calls.to_string(), "-q", "--db"]).arg(db);
    command
}
