//! A large job: the memory that its run takes, and how long the views of it take.

use std::path::Path;

use anyhow::Result;

use super::child::{Cost, cost, cxgear, median, settle};
use super::report::{Report, Target, grouped, say};
use super::settings::Settings;
use super::{files, import, run};

const TIMES: u64 = 20;

/// All of it.
pub(crate) fn measure(settings: &Settings, report: &mut Report) -> Result<()> {
    let db = files::folder(settings.rows)?.join("job.db");
    let spent = large(settings.rows, &db)?;
    let rate = settings.rows as f64 / spent.wall.as_secs_f64();
    let what = format!("run {} records", grouped(settings.rows));
    report.tell(&what, format!("{rate:.0} a second"), &format!("{:.1} s", spent.wall.as_secs_f64()));
    let small = import::memory("run", settings.rows, spent.peak, None, report);
    for view in ["journey", "record", "jobs"] {
        let ms = view_ms(view, settings.rows, &db)?;
        let what = format!("`{view}` in a job of {}", grouped(settings.rows));
        report.line(&what, format!("{ms:.1} ms"), &format!("median of {TIMES}"), ms, Target::AtMost(50.0), " ms");
    }
    files::remove(&db)?;
    if settings.full {
        let rows = settings.rows * 5;
        let db = files::folder(rows)?.join("job.db");
        let peak = large(rows, &db)?.peak;
        import::memory("run", rows, peak, Some(small), report);
        files::remove(&db)?;
    }
    Ok(())
}

/// A database with one job over that many rows, and what the run cost.
fn large(rows: u64, db: &Path) -> Result<Cost> {
    say(&format!("a job of {} records", grouped(rows)));
    run::table(&files::contacts(rows)?, db)?;
    settle();
    cost(&mut run::run(db))
}

/// The median over records from one end of the job to the other.
fn view_ms(view: &str, rows: u64, db: &Path) -> Result<f64> {
    let mut times = Vec::new();
    for time in 0..TIMES {
        let mut command = cxgear();
        command.arg(view);
        if view != "jobs" {
            command.arg(format!("1/{}", rows * time / TIMES + 1));
        }
        command.arg("--db").arg(db);
        times.push(cost(&mut command)?.wall.as_secs_f64() * 1e3);
    }
    Ok(median(times))
}
